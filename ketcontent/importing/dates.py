"""A date as files write it → a year, a month or a day, as the tables write it."""

from __future__ import annotations

import datetime
import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


# What may stand beside a date and says nothing more of it.
_FILLING = {"c", "t", "z", "of", "st", "nd", "rd", "th", "the", "on", "accessed", "online"}


_LONGEST = 120


def read_date(text: str, year: str = "") -> tuple[str, bool]:
    """Return a date as ``2024``, ``2024-10`` or ``2024-10-01``, and whether that is all it said.

    Month and day may stand in any order and in figures or English words. Of a range the first day
    counts, of a season the year; of two figures that could both be the month, neither does.

    Parameters
    ----------
    text
        The date.
    year
        The year, where the file gives it apart; a date of another year is not joined to it.

    Examples
    --------
    >>> read_date("30-Mar-2020"), read_date("JUL 12", "2020"), read_date("15/03/2020")
    (('2020-03-30', True), ('2020-07-12', True), ('2020-03-15', True))
    >>> read_date("Spring 2020"), read_date("2007-12-02/2007-12-07"), read_date("03/04/2020")
    (('2020', False), ('2007-12-02', False), ('2020', False))
    >>> read_date("in press")
    ('', False)
    """
    words = re.sub(r"(?<=[0-9])T[0-9]{2}[:0-9].*", "", text[:_LONGEST], flags=re.S)
    words = re.sub(r"(?<![0-9])([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])", r"\1-\2-\3", words)
    words = re.sub(r"(?<=[0-9])(?:st|nd|rd|th)\b", "", words)
    tokens = re.findall(r"[0-9]+|[^\W\d_]+", words)
    years = [one for one in tokens if len(one) == 4 and one[0] in "0123456789"]
    given = re.search(r"(?<![0-9])[0-9]{4}(?![0-9])", year)
    own = given.group() if given else (years or [""])[0]
    if not own:
        return "", not tokens
    if years and own not in years:
        return own, False
    figures = [int(one) for one in tokens if one[0] in "0123456789" and len(one) < 3 and int(one)]
    letters = [one.casefold() for one in tokens if one[0] not in "0123456789"]
    months = [_MONTHS.index(one[:3]) + 1 for one in letters if one[:3] in _MONTHS]
    whole = len(years) < 2 and all(one[:3] in _MONTHS or one in _FILLING for one in letters)
    whole = whole and not any(len(one) > 4 or len(one) == 3 for one in tokens if one[0].isdigit())
    if months:
        return _checked(own, [months[0], *figures[:1]], whole and len(months + figures) < 3)
    if len(figures) > 1 and not (years and tokens[0] == years[0]):
        first, second = figures[:2]
        if first <= 12 and second <= 12 and first != second:
            return own, False
        figures[:2] = [second, first] if first > 12 else [first, second]
    return _checked(own, figures[:2], whole and len(figures) < 3)


def _checked(year: str, rest: list[int], whole: bool) -> tuple[str, bool]:
    """Return the date as far as the calendar has it."""
    month, day = (*rest, 0, 0)[:2]
    if not 0 < month < 13:
        return year, whole and not month
    try:
        datetime.date(int(year), month, day or 1)
    except ValueError:
        return f"{year}-{month:02d}", False
    return f"{year}-{month:02d}" + (f"-{day:02d}" if day else ""), whole
