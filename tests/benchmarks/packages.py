"""What an installation weighs, and through whom: ``python -m tests.benchmarks.packages DIR``.

DIR is the site-packages of an environment in which this package was installed, with what it asks
for and nothing else. Printed are the packages and megabytes (as they lie on the disk, with what
Python compiled) of all of it, and of what stands under it whatever is left out here: the notebooks'
own programs, then pandas, then frictionless. Then what each package adds that is asked for here,
and would go with it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OWN = "ketcontent"
NOTEBOOKS = ("ipykernel", "papermill", "nbconvert")
UNDER = (NOTEBOOKS, (*NOTEBOOKS, "pandas"), (*NOTEBOOKS, "pandas", "frictionless"))


def asked_for(package: Distribution, extras: Iterable[str] = ()) -> dict[str, set[str]]:
    """Return what a package asks for on this system, each with the extras of it."""
    asked: dict[str, set[str]] = {}
    for one in map(Requirement, package.requires or ()):
        if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in ("", *extras)):
            asked.setdefault(canonicalize_name(one.name), set()).update(one.extras)
    return asked


def whole(there: dict[str, Distribution], names: Iterable[str]) -> set[str]:
    """Return packages with all that they ask for, as far as it is installed."""
    found: dict[str, set[str]] = {}
    left: list[tuple[str, set[str]]] = [(canonicalize_name(name), set()) for name in names]
    while left:
        name, extras = left.pop()
        if name in there and not (name in found and extras <= found[name]):
            found[name] = found.get(name, set()) | extras
            left += asked_for(there[name], found[name]).items()
    return set(found)


def weight(package: Distribution) -> int:
    """Return the bytes that the files of a package take on the disk."""
    files = {Path(str(package.locate_file(file))) for file in package.files or ()}
    tag = sys.implementation.cache_tag
    files |= {one.parent / "__pycache__" / f"{one.stem}.{tag}.pyc" for one in files}
    return sum(file.stat().st_blocks * 512 for file in files if file.is_file())


def main(folder: str) -> None:
    """Print the table."""
    there: dict[str, Distribution] = {
        canonicalize_name(one.name): one for one in distributions(path=[folder])
    }
    weights: dict[str, int] = {name: weight(one) for name, one in there.items()}

    def line(title: str, names: set[str]) -> None:
        print(f"{title:50}{len(names):5}{sum(weights[one] for one in names) / 1e6:9.1f} MB")

    base = whole(there, [OWN])
    line(f"{OWN} and all that it asks for", base)
    for names in UNDER:
        line(", ".join(names), whole(there, names))
    print("\nwould go with")
    direct = asked_for(there[OWN])
    alone = {one: base - whole(there, direct.keys() - {one}) - {OWN} for one in direct}
    for name, gone in sorted(alone.items(), key=lambda each: -sum(weights[x] for x in each[1])):
        if gone:
            line(f"  {name}", gone)


if __name__ == "__main__":
    main(*sys.argv[1:])
