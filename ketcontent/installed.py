"""The versions that can change what is exported."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection

import ketcontent

PACKAGES = (
    *("beautifulsoup4", "citeproc_py", "cryptography", "ipykernel", "ipython", "jinja2"),
    *(
        "latex2mathml",
        "lxml",
        "markdown_it_py",
        "markupsafe",
        "matplotlib",
        "matplotlib_inline",
        "mistune",
    ),
    *(
        "nbclient",
        "nbconvert",
        "nbformat",
        "nh3",
        "numpy",
        "pandas",
        "papermill",
        "pyyaml",
        "sentencex",
    ),
    "traitlets",
)
"""The distributions whose version can change what is exported by notebooks of ours.

Without cryptography no signature counts, so a page falls back to a draft.
"""


def versions(packages: Collection[str] | None = None) -> dict[str, str]:
    """Return the versions of Python, of this package and of the distributions named, else of all.

    A notebook of a team's own may import any of them.

    They are read off the names of folders; asking importlib.metadata takes longer than all else
    in a build for which nothing has changed.
    """
    found = {"python": sys.version, "ketcontent": ketcontent.__version__}
    for folder in reversed(sys.path):
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info"):
                package, _, version = name.removesuffix(".dist-info").rpartition("-")
                package = re.sub(r"[-.]", "_", package).lower()
                if packages is None or package in packages:
                    found[package] = version
    return dict(sorted(found.items()))
