"""The day to judge by."""

from __future__ import annotations

import datetime
import os

from ketcontent.dependencies import record_dependency
from ketcontent.errors import WrongParameter, require_text


def today() -> datetime.date:
    """Return the day to judge by: that of ``SOURCE_DATE_EPOCH`` where it is set, else today."""
    record_dependency("day")
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    return datetime.date.today()


EAST = datetime.timezone(datetime.timedelta(hours=14))
"""Where a day begins first."""


def is_to_come(day: str) -> bool:
    """Return whether a day, given as 2026-11-23, is still to come wherever on Earth one may be.

    Who signs in Auckland in the morning writes a day that begins in London that afternoon. What has
    come stays so: only a day to come makes what is asked depend on the day.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.fromtimestamp(int(epoch), EAST) if epoch else None
    if day <= (now or datetime.datetime.now(EAST)).date().isoformat():
        return False
    record_dependency("day")
    return True


def day_of(as_of: str) -> datetime.date:
    """Return the day that is given as 2026-11-23; for an empty text, `today`.

    Raises
    ------
    WrongParameter
        When it is no text, or no day.

    Examples
    --------
    >>> day_of("2026-11-23")
    datetime.date(2026, 11, 23)
    """
    require_text("as_of", as_of)
    if not as_of:
        return today()
    try:
        return datetime.date.fromisoformat(as_of)
    except ValueError:
        raise WrongParameter(
            f"'as_of' is a day, not {as_of!r}.",
            hint="Write it as 2026-11-23, or leave it empty for today.",
            notebook="",
            parameter="as_of",
        ) from None
