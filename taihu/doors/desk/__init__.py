"""The desk: where officials work; mounts the rooms' views behind one door-keeper."""
