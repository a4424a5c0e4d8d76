"""Runs the methods that packs declare: in a child process, with limits, without network, typed on both sides."""
