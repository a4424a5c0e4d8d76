"""Readers of foreign files; all of this runs in a child process with limits, never in a service."""
