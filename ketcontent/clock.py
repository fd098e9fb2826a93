"""The day to judge by."""

from __future__ import annotations

import datetime
import os

from ketcontent.dependencies import record_dependency


def today() -> datetime.date:
    """Return the day to judge by: that of ``SOURCE_DATE_EPOCH`` where it is set, else today."""
    record_dependency("day")
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    return datetime.date.today()
