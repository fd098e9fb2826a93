"""How many examples a law tries: all before a release, a third in the whole suite, else a few.

Each run tries others, but in CI, where a change is judged by the same ones twice; what a law does
not see today it sees one of these days.
"""

from hypothesis import settings

FEW = 8
"""The most that a law tries in the fast lane."""

USUAL = 34
"""How many a law tries in the whole suite that says nothing else."""


def examples(many: int) -> int:
    """Return how many examples a law tries here that tries `many` before a release."""
    profile = settings.get_current_profile_name()
    if profile == "thorough":
        return many
    return min(many, FEW) if profile == "fast" else max(many // 3, min(many, 5))
