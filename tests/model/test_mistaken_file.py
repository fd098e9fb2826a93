"""A file that is not the table it should be: one line that says what it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.model.reading import faults_in


def faults_of(folder: Path, change: Callable[[bytes], bytes], table: str = "terms") -> list[str]:
    """Return the faults of the shipped tables with one file changed."""
    data = folder / "data"
    shutil.copytree(ROOT / "data", data)
    path = data / f"{table}.csv"
    path.write_bytes(change(path.read_bytes()))
    return [f"{one.line}: {one.rule}: {one.message} {one.hint}" for one in faults_in(data)]


def with_conflict(data: bytes) -> bytes:
    lines = data.split(b"\n")
    ours, theirs = lines[1], lines[1] + b"s"
    lines[1:2] = [b"<<<<<<< HEAD", ours, b"=======", theirs, b">>>>>>> branch"]
    return b"\n".join(lines)


def with_commas(data: bytes) -> bytes:
    return b"".join(line + b",,\n" for line in data.splitlines())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            lambda data: data.replace(b",", b";"),
            "1: wrong-separator: The cells are separated by semicolons, not by commas. "
            "Save the file as 'CSV UTF-8'.",
            id="semicolons",
        ),
        pytest.param(
            lambda data: data.replace(b",", b"\t"),
            "1: wrong-separator: The cells are separated by tabs, not by commas. "
            "Save the file as 'CSV UTF-8'.",
            id="tabs",
        ),
        pytest.param(
            with_conflict,
            "2: merge-conflict: A merge left both sides of a conflict in the file. "
            "Keep the rows that are right, delete the lines with <<<<<<<, ======= and >>>>>>>.",
            id="a merge",
        ),
        pytest.param(
            lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
            "1: not-a-table: The file is a pointer of Git LFS, not a table. Run 'git lfs pull'.",
            id="Git LFS",
        ),
        pytest.param(
            lambda _: b"\n<!DOCTYPE html>\n<html><title>Sign in</title>",
            "1: not-a-table: The file is a web page, not a table. "
            "Download the file itself, not the page that shows it.",
            id="a web page",
        ),
        pytest.param(
            lambda _: b"PK\x03\x04\x14\x00\x06\x00\xff\xfe",
            "1: not-a-table: The file is a workbook or another zip file, not a table. "
            "Save the sheet as 'CSV UTF-8'.",
            id="a workbook",
        ),
    ],
)
def test_a_file_that_is_no_table_of_ours_is_one_fault(
    tmp_path: Path, change: Callable[[bytes], bytes], said: str
) -> None:
    assert faults_of(tmp_path, change) == [said]


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
