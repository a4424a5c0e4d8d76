"""Watches: queries asked on schedule, whose rows are alerts and open cases."""
