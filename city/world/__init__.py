"""The city as it truly is: places, people, firms and rivers, invented from a seed."""
