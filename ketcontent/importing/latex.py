r"""LaTeX as BibTeX files hold it → words, with the markup that titles may carry.

Notes
-----
``pylatexenc`` knows the macros and symbols. Four things it does not do, and are done here before
it is asked: a bare ``%`` and ``&`` are characters and begin no comment or column (it loses what
follows); subscripts and superscripts of formulas are markup, not ``_`` and ``^``; accents, which
are most of what files hold, are composed by Unicode (a hundred times as fast); and what is nested
too deep for it stays as it was typed, without its braces.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_ACCENTS = {
    **{"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306"},
    **{".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323"},
    **{"c": "\u0327", "k": "\u0328", "b": "\u0331"},
}


_ACCENT = re.compile(
    r"""\\(?:(["'`^~=.])\s{0,9}|([uvHckbdr])(?=[\s{])\s{0,9})(?:\{(?:\\([ij])|([^\W\d_]))\}|\\([ij])(?![A-Za-z])\s{0,9}|([^\W\d_]))"""
)


_FORMULA = re.compile(r"(?<!\\)\$([^$]{1,400})(?<!\\)\$")


_RAISED = re.compile(r"([_^])(?:\{([^{}]{0,200})\}|(\\[A-Za-z]{1,30}|[^\\\s{}_^]))")


_TAGS = {
    "textsubscript": "sub",
    "textsuperscript": "sup",
    "emph": "i",
    "textit": "i",
    "textbf": "b",
}


_LONGEST = 50_000


def from_latex(text: str) -> str:
    r"""Return LaTeX as words, with ``<i>``, ``<b>``, ``<sub>`` and ``<sup>`` where it says so.

    Examples
    --------
    >>> from_latex(r"{\"O}zt{\"u}rk on the \emph{tea} of {K{\o}benhavn}: a 50% fall")
    'Öztürk on the <i>tea</i> of København: a 50% fall'
    >>> from_latex(r"CO$_2$ and $\alpha_2$-agonists, $n=5$ & $6")
    'CO<sub>2</sub> and α<sub>2</sub>-agonists, n=5 & $6'
    """
    if not re.search(r"[\\{}$~]|--|``|''", text):
        return text
    text = _ACCENT.sub(_composed, text)
    text = _FORMULA.sub(_formula, text)
    if "\\" in text and len(text) < _LONGEST:
        guarded = re.sub(r"(?<!\\)[%&$#]", r"\\\g<0>", text)
        try:
            text = _converter()(guarded)
        except (RecursionError, ValueError, TypeError, KeyError, AttributeError, IndexError):
            text = re.sub(r"\\([A-Za-z]+\s?)?", "", text)
    text = re.sub("[{}]", "", re.sub(r"\\([%&$#_{}])", r"\1", text))
    text = text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
    return re.sub("[~\u00a0]", " ", text)


def from_address(text: str) -> str:
    r"""Return an address or a DOI as it stands, without the escapes that BibTeX files put into it.

    Examples
    --------
    >>> from_address(r"\url{https://a.example/x\_y%20z?a=1\&b=2~q}")
    'https://a.example/x_y%20z?a=1&b=2~q'
    """
    text = re.sub(r"\\(?:url|href|path|nolinkurl)\b\s{0,9}", "", text)
    text = re.sub(r"\\(?:textasciitilde|~)\s?(?:\{\})?|\$\\sim\$", "~", text)
    text = text.replace("{\\textless}", "<").replace("{\\textgreater}", ">")
    text = re.sub(r"\{?\\textunderscore\s?\}?", "_", text)
    return re.sub(r"[{}]", "", re.sub(r"\\([%&$#_{}])", r"\1", text))


def _composed(found: re.Match[str]) -> str:
    letter = next(one for one in found.groups()[2:] if one)
    return unicodedata.normalize("NFC", letter + _ACCENTS[found[1] or found[2]])


def _formula(found: re.Match[str]) -> str:
    """Return a formula with its subscripts as macros of text; what is none keeps its dollars."""
    inner = found[1]
    if inner != inner.strip() or not (re.search(r"[\\_^={}<>+]", inner) or " " not in inner):
        return f"\\${inner}\\$"

    def raised(one: re.Match[str]) -> str:
        name = "subscript" if one[1] == "_" else "superscript"
        return f"\\text{name}{{{one[2] if one[2] is not None else one[3]}}}"

    return _RAISED.sub(raised, inner)


@lru_cache
def _converter() -> Callable[[str], str]:
    from pylatexenc import latex2text, latexwalker, macrospec

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)

    def tagged(tag: str) -> Callable[..., str]:
        def replaced(node: Any, l2tobj: Any) -> str:
            given = node.nodeargd.argnlist if node.nodeargd else []
            words = l2tobj.nodelist_to_text([one for one in given if one])
            return f"<{tag}>{words}</{tag}>" if words else ""

        return replaced

    macros = latexwalker.get_default_latex_context_db()
    macros.add_context_category(
        "tags", prepend=True, macros=[macrospec.std_macro(name, False, 1) for name in _TAGS]
    )
    texts = latex2text.get_default_latex_context_db()
    texts.add_context_category(
        "tags",
        prepend=True,
        macros=[
            latex2text.MacroTextSpec(name, simplify_repl=tagged(tag)) for name, tag in _TAGS.items()
        ],
    )
    converter = latex2text.LatexNodes2Text(latex_context=texts)
    return lambda text: str(converter.latex_to_text(text, latex_context=macros))
