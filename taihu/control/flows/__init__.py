"""Flows as data: states, moves, who may make them, by when; what stands in a flow is a matter."""
