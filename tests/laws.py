"""How many examples a law tries: all in the whole suite, a few in the fast lane."""

from hypothesis import settings

FEW = 8
"""The most that a law tries in the fast lane."""


def examples(many: int) -> int:
    """Return how many examples a law that would try `many` tries here."""
    return min(many, FEW) if settings.get_current_profile_name() == "fast" else many
