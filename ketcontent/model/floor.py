"""What the package asks of every project, whatever the project's own tables say."""

from __future__ import annotations

import csv
from functools import lru_cache

from ketcontent.resources import shipped_file


@lru_cache
def shipped_policies() -> tuple[tuple[str, str], ...]:
    """Return the shipped policies: pairs of a kind and a capacity that must sign it."""
    with shipped_file("data/policies.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["kind"], row["capacity"]) for row in csv.DictReader(file))
