"""Invents a city and writes what its departments would send; synthetic from end to end."""
