"""A file that is not the table it should be: one line that says what it is."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.model.reading import faults_in


def shipped_tables(folder: Path) -> Path:
    """Return a copy of the shipped tables, of the phrases so many as are read in no time."""
    data = Path(shutil.copytree(ROOT / "data", folder / "data"))
    phrases = data / "phrases.csv"
    phrases.write_bytes(b"".join(phrases.read_bytes().splitlines(keepends=True)[:500]))
    return data


def faults_of(folder: Path, change: Callable[[bytes], bytes], table: str = "terms") -> list[str]:
    """Return the faults of the shipped tables with one file changed."""
    data = shipped_tables(folder)
    path = data / f"{table}.csv"
    path.write_bytes(change(path.read_bytes()))
    return [f"{one.line}: {one.rule}: {one.message} {one.hint}" for one in faults_in(data)]


def with_commas(data: bytes) -> bytes:
    return b"".join(line + b",,\n" for line in data.splitlines())


with (ROOT / "tests" / "attacks" / "tables.csv").open(encoding="utf-8", newline="") as _file:
    ATTACKS = [pytest.param(*row[1:], id=row[0]) for row in list(csv.reader(_file))[1:]]


@pytest.mark.parametrize(("table", "data", "rule", "message"), ATTACKS)
def test_a_file_that_is_no_table_of_ours_is_one_fault_with_what_to_do(
    tmp_path: Path, table: str, data: str, rule: str, message: str
) -> None:
    raw = data.encode("latin-1").decode("unicode_escape").encode("latin-1")
    data_folder = shipped_tables(tmp_path)
    (data_folder / f"{table}.csv").write_bytes(raw)
    [fault] = [one for one in faults_in(data_folder) if one.table == table]
    assert (fault.rule, fault.message) == (rule, message)
    assert fault.hint
    assert fault.line


def test_commas_behind_the_last_column_are_one_fault(tmp_path: Path) -> None:
    [said] = faults_of(tmp_path, with_commas)
    assert said.startswith("1: trailing-commas: ")


def test_commas_behind_some_rows_are_one_fault(tmp_path: Path) -> None:
    def change(data: bytes) -> bytes:
        lines = data.splitlines()
        return b"".join(line + b",\n" * (n > 2) + b"\n" * (n < 3) for n, line in enumerate(lines))

    [said] = faults_of(tmp_path, change)
    assert said.startswith("4: trailing-commas: ")


def test_a_column_that_stands_twice_is_one_fault(tmp_path: Path) -> None:
    def change(data: bytes) -> bytes:
        return b"".join(line + b"," + line.split(b",")[0] + b"\n" for line in data.splitlines())

    said = "1: duplicate-column: The column 'kind' stands twice. Keep one of them."
    assert faults_of(tmp_path, change, "policies") == [said]


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("1/19/2022", "Write 2022-01-19."),
        ("19.1.2022", "Write 2022-01-19."),
        ("2022/1/9", "Write 2022-01-09."),
        ("2022-02-30", "February 2022 has 28 days."),
        ("1/2/2022", "Write year, month and day, as in 2026-01-31."),
        ("31/2/2022", "Write year, month and day, as in 2026-01-31."),
        ("0000-00-00", "Write year, month and day, as in 2026-01-31."),
        ("soon", "Write year, month and day, as in 2026-01-31."),
    ],
)
def test_a_date_written_otherwise_is_told_how_to_write_it(
    tmp_path: Path, cell: str, hint: str
) -> None:
    def with_waiver(data: bytes) -> bytes:
        header = data.splitlines()[0].decode().split(",")
        cells = {"table": "terms", "row": "ect/en", "rule": "x", "reason": "y", "until": cell}
        return data + ",".join(cells.get(name, "") for name in header).encode() + b"\n"

    said = [one for one in faults_of(tmp_path, with_waiver, "waivers") if "wrong-type" in one]
    assert said == [f"2: wrong-type: '{cell}' is not a date. {hint}"]
