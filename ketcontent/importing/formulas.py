"""A formula (MathML, or Word's OMML) in one line of text: a half is ``1/2``, never ``12``.

What has no sign in plain text (the limits of a sum, a matrix) stands in its order, so a formula is
always told. Both languages name the same parts: a fraction has two, a power has what is raised.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ketcontent.importing.block_text import FIGURES, are_figures
from ketcontent.markup import in_order
from ketcontent.text import fold


def in_line(name: str, parts: Sequence[str]) -> str:
    """Return an element of a formula in one line, spaces around what is a number.

    Parameters
    ----------
    name
        Its name in MathML (``mfrac``) or OMML (``f``).
    parts
        What its parts are, each in one line.

    Examples
    --------
    >>> in_line("mfrac", ["1", "2"]), in_line("sSup", ["10", "-6"]), in_line("msup", ["x", "a+b"])
    (' 1/2 ', ' 10⁻⁶ ', 'x^(a+b)')
    """
    if name in ("mfrac", "f") and len(parts) == 2:
        return f" {'/'.join(map(_grouped, parts))} "
    if name in ("msup", "sSup") and len(parts) == 2:
        apart = " " * parts[0][:1].isdigit()  # else 5 and 10⁶ became 510⁶
        return f"{apart}{parts[0]}{_moved(parts[1], 'sup')}{apart}"
    if name in ("msub", "sSub") and len(parts) == 2:
        return parts[0] + _moved(parts[1], "sub")
    if name in ("msubsup", "sSubSup") and len(parts) == 3:
        return parts[0] + _moved(parts[1], "sub") + _moved(parts[2], "sup")
    if name == "msqrt" or (name == "rad" and not any(parts[:1])):
        return f"√{_grouped(''.join(parts))}"
    if name in ("mroot", "rad") and len(parts) == 2:
        base, degree = parts if name == "mroot" else reversed(parts)
        return f"{_moved(degree, 'sup')}√{_grouped(base)}"
    if name == "d":  # Word keeps the brackets of a group beside its words
        return f"({', '.join(parts)})"
    return ("; " if name in ("mtable", "m") else ", " if name in ("mtr", "mr") else "").join(parts)


def _grouped(words: str) -> str:
    words = words.strip()
    return words if re.fullmatch(r"[\w.,]*", words) else f"({words})"


def _moved(words: str, level: str) -> str:
    words = words.strip()
    if are_figures(words):
        return words.translate(FIGURES[level])
    return f"{'^' if level == 'sup' else '_'}{_grouped(words)}"


def formula_in_line(node: Any) -> str:
    """Return what a formula of a page shows, in one line."""
    parts: list[list[str]] = [[]]
    for kind, one in in_order(node, skip=lambda one: one.name in _NOT_SHOWN):
        if kind == "text":
            parts[-1].append(fold(str(one.data)))
        elif one.name == "#comment":
            continue
        elif kind == "start":
            parts.append([])
        else:
            said = in_line(one.name, [part for part in parts.pop() if part])
            parts[-1].append(said)
    return fold("".join(parts[0]))


_NOT_SHOWN = frozenset({"annotation", "annotation-xml", "mphantom"})
