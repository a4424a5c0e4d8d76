"""The machines' door: verification and lookup for granted systems, without Django; pages are forwarded."""
