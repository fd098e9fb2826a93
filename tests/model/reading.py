"""What reading a folder of tables says of them."""

from __future__ import annotations

from pathlib import Path

from ketcontent.diagnostics import Report
from ketcontent.errors import BrokenTables
from ketcontent.model.store import read_content


def faults_in(folder: Path) -> Report:
    """Return every fault of the tables in a folder."""
    try:
        read_content(folder)
    except BrokenTables as broken:
        return broken.report
    return Report()
