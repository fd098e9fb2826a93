"""Attacks, one a line of a table, with what must happen."""
