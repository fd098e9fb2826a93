"""The day to judge by."""

from __future__ import annotations

import datetime
import os

from ketcontent.dependencies import record_dependency
from ketcontent.errors import WrongParameter, require_text


def today() -> datetime.date:
    """Return the day to judge by: that of ``SOURCE_DATE_EPOCH`` where it is set, else today."""
    record_dependency("day")
    return _day_now()


def _day_now() -> datetime.date:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    return datetime.date.today()


def is_to_come(day: str) -> bool:
    """Return whether a day, given as 2026-11-23, is after `today`.

    What has come stays so: only a day to come makes what is asked depend on the day.
    """
    if day <= _day_now().isoformat():
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
