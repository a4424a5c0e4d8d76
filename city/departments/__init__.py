"""What six departments would send of the city, each in its own dialect and with its own dirt."""
