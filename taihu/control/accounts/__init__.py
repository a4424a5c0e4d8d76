"""Who works here: people, the roles they hold, their departments and systems, and who stands in for whom."""
