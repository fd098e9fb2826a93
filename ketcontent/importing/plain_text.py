"""A file of plain text, read whole or refused: one clear error for what is no page."""

from __future__ import annotations

import errno
import re
import stat
from pathlib import Path

from ketcontent.errors import UnreadablePage
from ketcontent.importing.other_formats import marked_up, other_format
from ketcontent.importing.text_lines import (
    EMBEDDINGS,
    LINE_END,
    content_lines,
    runs_right_to_left,
)
from ketcontent.text import FORBIDDEN, code_point

LARGEST_PAGE = 10_000_000
"""The largest file that is taken in, in bytes."""


POSITION_STEP = 10  # between positions, so that a row can be put between two others by hand


_HIDDEN = re.compile(f"[{FORBIDDEN}]")

_ONE_PAGE = "Name a page: a saved web page, a Word document, a PDF, Markdown or plain text."


def read_page(path: str | Path) -> str:
    """Return the text of a page, without its byte-order mark.

    Raises
    ------
    UnreadablePage
        When the file is missing, over 10 MB, empty, of another format, or not UTF-8 text.

    Examples
    --------
    >>> read_page("tests/importing/pages/ketamine.txt").split("\\n")[0]
    'Ketamine'
    """
    place = Path(path)
    data = read_received(place)
    if other := other_format(data, place.suffix):
        raise UnreadablePage(f"{place} {other}", hint=other.hint, path=str(place))
    text = decoded(data, str(place))
    refuse_hidden(text, str(place))
    return text


def read_received(path: Path, *, largest: int = LARGEST_PAGE) -> bytes:
    """Return the bytes of a file that is taken in, which has at most `largest` of them."""
    try:
        held = path.stat()
        if not (
            stat.S_ISREG(held.st_mode) or path.is_dir()
        ):  # a pipe would be waited for, a device has no end
            raise OSError(errno.EINVAL, "it is no file")
        refuse_large(path, held.st_size, largest)
        data = path.read_bytes()
        now = path.stat()
    except (OSError, ValueError) as fault:  # no name of a file holds a null
        reason = (getattr(fault, "strerror", "") or "it is not there").lower()
        raise UnreadablePage(
            f"{path} cannot be read: {reason}.",
            hint=_ONE_PAGE,
            path=str(path),
        ) from None
    # A download that is still running, or a program that saves: half of it could pass for a page.
    if (now.st_size, now.st_mtime_ns) != (held.st_size, held.st_mtime_ns):
        raise UnreadablePage(
            f"{path} changed while it was read.",
            hint="Wait until it is saved in full, and import it again.",
            path=str(path),
        )
    return data


def refuse_large(path: Path, size: int, largest: int) -> None:
    """Raise UnreadablePage where a file has more than so many bytes."""
    if size > largest:
        raise UnreadablePage(
            f"{path} has {size:,} bytes, more than {largest // 1_000_000} MB.",
            hint="Import one page, not a site; cut the file into its pages.",
            path=str(path),
        )


def decoded(data: bytes, name: str) -> str:
    """Return bytes as the text that they are in UTF-8, without its byte-order mark."""

    def refuse(message: str, hint: str) -> UnreadablePage:
        return UnreadablePage(f"{name} {message}", hint=hint, path=name)

    for mark, encoding in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            raise refuse(
                f"is not UTF-8: byte 0 starts the mark of {encoding}.",
                "Save it as UTF-8 in your text editor.",
            )
    if b"\x00" in data:
        raise refuse("is not text.", "Copy the words of the page into a plain text file.")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise refuse(
            f"is not UTF-8: byte {fault.start} is 0x{data[fault.start]:02x}.",
            "Save it as UTF-8 in your text editor.",
        ) from None


def refuse_marked_up(text: str, name: str) -> None:
    """Raise UnreadablePage where a text is written in the marks of HTML, RTF or Markdown."""
    if other := marked_up(text):
        raise UnreadablePage(f"{name} {other}", hint=other.hint, path=name)


def refuse_hidden(text: str, name: str) -> None:
    """Raise UnreadablePage where a text holds a character that nobody can see."""
    # In a script that runs from right to left they belong to the text: see `content_lines`.
    seen = EMBEDDINGS.sub(" ", text) if runs_right_to_left(text) else text
    hidden = _HIDDEN.search(seen)
    if hidden:
        before = LINE_END.split(text[: hidden.start()])
        raise UnreadablePage(
            f"{name} is not plain text: line {len(before)}, character {len(before[-1]) + 1} is "
            f"{code_point(hidden.group())}.",
            hint="Delete it: nobody can see it, and it can change what is read.",
            path=name,
        )
    if not content_lines(text):
        raise UnreadablePage(f"{name} is empty.", hint=_ONE_PAGE, path=name)
