"""Tables are read typed and written back byte for byte; saves are atomic, locked and checked."""

from __future__ import annotations

import contextlib
import copy
import csv
import functools
import io
import itertools
import json
import os
import pickle
import random
import re
import shutil
import signal
import stat
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ketcontent.atomic import lock
from ketcontent.errors import BrokenTables, KetcontentError, Locked, SaveConflict, UnknownTable
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.model.merge import table_bytes
from ketcontent.model.schema import TABLES, shipped_path
from ketcontent.model.store import finish_save, read_content, write_content
from tests.laws import examples
from tests.model.reading import faults_in

DATA = Path(__file__).resolve().parents[2] / "data"
FILES = tuple(f"{table}.csv" for table in TABLES)

TEA = {
    "documents": """\
document,title,supplied_title,supplied_hash,language,translation_of,kind,about_type,about,audience,purpose,publisher,funding,review_every_days,supplier_change,supplier_was,supplier_decision,supplier_reason
tea,Tea,Tea,,en,,,,,,,,,365,,,,
""",
    "sections": """\
document,section,position,number,heading,under,form,supplied_position,supplied_number,supplied_heading,supplied_run_in,supplier_change,supplier_was,supplier_decision,supplier_reason
tea,brewing,20,,Brewing,,,20,,Brewing,true,,,,
tea,lede,10,,,,,,,,false,,,,
""",
    "statements": """\
document,statement,section,block,position,form,layer,label,text,notice,kind,certainty,certainty_reasons,grade_reasons,topics,author,supplied_section,supplied_block,supplied_position,supplied_form,supplied_label,supplied,supplied_gap,answer,answered_by,answer_reason,supplier_change,supplier_was,supplier_was_label,supplier_was_form,supplier_decision,supplier_reason
tea,calm,lede,1,10,paragraph,,,Tea may calm.,,benefit,low,,,,,,,,,,,,,,,,,,,,
tea,cut,brewing,2,,paragraph,,,,,,,,,,,brewing,1,20,paragraph,,It is gone.,,,,,,,,,,
tea,hot,brewing,1,10,item,,Heat,Use hot water.,,,,,,,,brewing,1,10,paragraph,,Use hot water.,,,,,,,,,,
""",  # noqa: E501 (a row of a table is one line)
    "notices": "notice,language,text,needs\ncrisis,en,Call now.,\n",
    "terms": "term,language,expansion,plain,definition\n",
    "sources": """\
source,type,title,authors,editors,container_title,collection_title,issued,volume,issue,page,number,edition,genre,doi,pmid,url,publisher,place,event_title,event_date,event_place,accessed,confirmed_on,unconfirmed,retraction_checked_on,state,state_on,state_notice,revision_checked_on
leaf,book,Leaves,,,,,2024,,,,,,,10.1000/leaf,0012345,,,,,,,2026-01-11,,issued,,,,,
""",
    "evidence": """\
document,statement,source,role,finding,locator,checked_on,treatment,events,total,comparator,comparator_events,comparator_total,people,time
tea,calm,leaf,supports,12 of 40 felt calmer.,p. 47,2026-01-15,tea,12,40,milk,3,39,,
""",
    "people": """\
person,name,profession,credential,affiliation,conflicts
bo,Bo Birch,physician,MD,,none
""",
    "signing_keys": f"""\
signing_key,person,namespace,public_key,valid_from,valid_until,revoked_on,note
bo-1,bo,signoff@example.org,ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{"A" * 43},2025-01-01,2026-12-31,,
""",
    "proposals": f"""\
proposal,document,statement,column,was,words,digest,person,name,proposed_on,reason,packet,decision,taken,decided_by,decided_on
more,tea,calm,text,Tea may calm.,Tea can calm.,w2:{"0" * 64},bo,,2026-01-22,,,,,,
""",
    "comments": """\
comment,document,statement,reply_to,wording,anchor,anchor_at,text,person,name,said_on,packet,signoff,resolved_by,resolved_on
asked,tea,calm,,Tea may calm.,may,4,Say may.,bo,,2026-01-25,,,,
""",
    "signoffs": f"""\
signoff,document,statement,person,signer,capacity,verdict,digest,wording,signed_on,comment,signature
first,tea,calm,bo,,clinical,approved,w1:{"0" * 64},Tea may calm.,2026-01-16,,
""",
    "policies": "kind,capacity,judges,signature\nbenefit,clinical,,\nrisk,clinical,,\n",
    "topics": "topic,question,level,kinds,order\nwhat,What is tea?,must,,\n",
    "rules": """\
rule,severity,looks_for,where,kinds,unless,message,hint,authority,bad_examples,good_examples
cure,error,"{cure}, cure",,,,It promises.,Cut it.,FDA,"Tea cures ""all"".",Tea does not cure.
""",
    "help_lines": """\
market,name,contact,hours,url,checked_on
GB,Samaritans,Call 116 123.,,,2026-01-18
""",
    "phrases": "list,phrase,language,exceptions,replacement,authority,note\ncure,heal,en,,,,\n",
    "waivers": """\
table,row,rule,reason,until,owner
statements,tea/calm,cure,It is quoted.,2026-12-31,
""",
    "strings": "string,language,text,checked_on\nsources,en,What we read,\n",
    "site": "address,name,license\nhttps://example.org/health/,Tea Pages,\n",
    "releases": "document,released_on,statement,change,words\ntea,2026-01-20,calm,added,So.\n",
}


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    """Return a folder with a small page."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(shipped_path(), folder / "datapackage.json")
    for table, text in TEA.items():
        (folder / f"{table}.csv").write_bytes(text.encode())
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a copy of the real tables."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("datapackage.json", *FILES):
        shutil.copyfile(DATA / name, folder / name)
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file, but for those of the lock."""
    names = [path.name for path in folder.iterdir() if not path.name.startswith(".lock")]
    return {name: (folder / name).read_bytes() for name in sorted(names)}


def traces_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Return inode and time of change of every table."""
    return {
        name: ((folder / name).stat().st_ino, (folder / name).stat().st_mtime_ns) for name in FILES
    }


def edited(content: Content, table: str, key: str, column: str, cell: Any) -> Content:
    """Return the content with another cell in the row that is called `key`."""
    frame = getattr(content, table).copy()
    rows = frame[table.removesuffix("s")] == key
    assert rows.sum() == 1
    frame.loc[rows, column] = cell
    return replace(content, **{table: frame})


def without(content: Content, table: str, key: str) -> Content:
    """Return the content without the row that is called `key`."""
    frame = getattr(content, table)
    kept = frame[frame[table.removesuffix("s")] != key].reset_index(drop=True)
    assert len(kept) == len(frame) - 1
    return replace(content, **{table: kept})


# --- reading ---------------------------------------------------------------------------------


def test_columns_are_typed_by_the_schema(data: Path):
    content = read_content(data)
    for table in TABLES:
        schema = content.schemas[table]
        frame = getattr(content, table)
        assert tuple(frame.columns) == schema.columns
        wanted = {"integer": "Int64", "boolean": "boolean", "string": "str", "date": "str"}
        kinds = {name: wanted[schema.fields[name]["type"]] for name in schema.columns}
        assert {name: str(frame[name].dtype) for name in frame} == kinds


def test_an_empty_cell_is_empty_text_or_no_number(tea: Path):
    content = read_content(tea)
    row = content.statements.set_index("statement").loc["cut"]
    assert row["text"] == row["label"] == row["notice"] == ""
    assert row["position"] is pd.NA
    assert row["supplied_position"] == 20
    assert content.sections["supplied_run_in"].tolist() == [True, False]
    assert content.sections["supplied_position"].tolist() == [20, pd.NA]


def test_dates_stay_text_as_they_stand_in_the_file(tea: Path):
    content = read_content(tea)
    found = {
        f"{table}.{name}": getattr(content, table).loc[0, name]
        for table in TABLES
        for name in content.schemas[table].typed("date")
    }
    assert found == {
        "sources.accessed": "2026-01-11",
        "sources.confirmed_on": "",
        "sources.retraction_checked_on": "",
        "sources.state_on": "",
        "sources.revision_checked_on": "",
        "evidence.checked_on": "2026-01-15",
        "signing_keys.valid_from": "2025-01-01",
        "signing_keys.valid_until": "2026-12-31",
        "signing_keys.revoked_on": "",
        "signoffs.signed_on": "2026-01-16",
        "proposals.proposed_on": "2026-01-22",
        "proposals.decided_on": "",
        "comments.said_on": "2026-01-25",
        "comments.resolved_on": "",
        "help_lines.checked_on": "2026-01-18",
        "waivers.until": "2026-12-31",
        "strings.checked_on": "",
        "releases.released_on": "2026-01-20",
    }


def test_an_empty_table_has_its_columns_and_types(tea: Path):
    for table in ("statements", "evidence", "signoffs", "proposals", "comments", "waivers"):
        (tea / f"{table}.csv").write_text(TEA[table].partition("\n")[0] + "\n")
    content = read_content(tea)
    assert len(content.statements) == len(content.terms) == 0
    assert str(content.statements["position"].dtype) == "Int64"
    assert str(content.statements["text"].dtype) == "str"
    assert str(content.waivers["until"].dtype) == "str"


LINES_OF_STATEMENTS = {("tea", "calm"): 2, ("tea", "cut"): 3, ("tea", "hot"): 4}


def lines_of(content: Content, table: str = "statements") -> dict[tuple[str, ...], int]:
    """Return the lines on which the rows of a table stand, as its origin has them."""
    assert content.origin is not None
    return dict(content.origin.lines(table))


def first_lines(folder: Path, table: str) -> dict[tuple[str, ...], int]:
    """Return the line on which each row starts, as Python's csv module counts lines."""
    schema = empty_content().schemas[table]
    with open(folder / f"{table}.csv", encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        starts = {}
        next(reader)
        before = reader.line_num
        for row in reader:
            starts[schema.key_of(tuple(row))] = before + 1
            before = reader.line_num
    return starts


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("statement", "Did you mean 'statements'?"),
        ("schema", "Did you mean 'schemas'?"),
        ("x", "Use one of: documents, sections, statements,"),
    ],
)
def test_a_table_that_is_not_there_names_the_nearest(data: Path, name: str, hint: str):
    content = read_content(data)
    with pytest.raises(UnknownTable, match=f"No table '{name}'.") as refused:
        getattr(content, name)
    assert refused.value.hint.startswith(hint)
    assert refused.value.name == name
    assert isinstance(refused.value, AttributeError)
    assert not hasattr(content, name)
    assert getattr(content, name, None) is None


def test_a_content_is_copied_and_pickled_as_any_record(data: Path):
    content = read_content(data)
    for made in (copy.copy(content), copy.deepcopy(content), pickle.loads(pickle.dumps(content))):
        assert_frame_equal(made.statements, content.statements)
        assert made.origin == content.origin
    assert not hasattr(content, "_ipython_display_")


def test_an_origin_has_the_line_of_each_row_of_each_table(data: Path):
    content = read_content(data)
    for table in TABLES:
        found = lines_of(content, table)
        assert found == first_lines(data, table)
        assert len(found) == len(getattr(content, table))


def test_an_origin_has_the_lines_of_an_unsorted_file(tea: Path):
    header, *rows = TEA["statements"].splitlines(keepends=True)
    (tea / "statements.csv").write_text("".join([header, *rows[::-1]]))
    content = read_content(tea)
    assert lines_of(content) == {("tea", "calm"): 4, ("tea", "cut"): 3, ("tea", "hot"): 2}
    saved = write_content(edited(content, "documents", "tea", "title", "Mine"))
    assert lines_of(saved) == lines_of(content)  # no statement changed, so its file stayed
    saved = write_content(edited(saved, "statements", "calm", "kind", "risk"))
    assert lines_of(saved) == LINES_OF_STATEMENTS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "with a byte-order mark"])
def test_a_row_after_cells_with_line_breaks_has_its_own_line(tea: Path, end: str, mark: bytes):
    text = TEA["statements"].replace("It is gone.", '"\nIt\n\nis ""gone"".\n"')
    text = text.replace(
        ",paragraph,,Use hot water.,,,,,,,,,,\n", ',paragraph,,"Use\nhot",,,,,,,,,,\n'
    )
    text += "tea,last,lede,9,90,paragraph,,,Last.,,,,,,,,,,,,,,,,,,,,,,,\n"
    if end == "\r":  # a bare CR in a cell is a fault, so no cell of such a file has a break
        text = text.replace('"\nIt\n\nis ""gone"".\n"', "It is gone.").replace("\nhot", " hot")
    (tea / "statements.csv").write_bytes(mark + text.replace("\n", end).encode())
    found = lines_of(read_content(tea))
    wanted = (2, 3, 4, 5) if end == "\r" else (2, 3, 8, 10)
    assert tuple(found.values()) == wanted
    assert found == first_lines(tea, "statements")


def test_a_save_returns_the_lines_of_what_is_then_on_disk(tea: Path):
    content = read_content(tea)
    assert lines_of(content) == LINES_OF_STATEMENTS
    saved = write_content(edited(content, "statements", "calm", "supplied", ""))
    assert lines_of(saved) == LINES_OF_STATEMENTS
    broken = edited(saved, "statements", "cut", "supplied", "It\nis\n\ngone.")
    saved = write_content(broken)
    assert lines_of(saved) == {("tea", "calm"): 2, ("tea", "cut"): 3, ("tea", "hot"): 7}
    assert lines_of(saved, "rules") == {("cure",): 2}
    saved = write_content(without(saved, "statements", "cut"))
    assert lines_of(saved) == {("tea", "calm"): 2, ("tea", "hot"): 3}


def test_a_save_into_a_new_folder_returns_the_lines_of_its_files(tea: Path, tmp_path: Path):
    saved = write_content(read_content(tea), tmp_path / "new")
    assert saved.origin == read_content(tmp_path / "new").origin
    assert lines_of(saved) == LINES_OF_STATEMENTS


TEXTS = [
    "NA",
    "null",
    "None",
    "nan",
    "007",
    "1e5",
    "1.0",
    "true",
    "=cmd|x",
    "-1",
    " a ",
    "<b>",
    "{{ x }}",
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_that_looks_like_something_else_stays_text(tea: Path, text: str):
    (tea / "terms.csv").write_text(f"{TEA['terms']}{text},en,,{text},{text}\n", "utf-8")
    before = bytes_of(tea)
    content = read_content(tea)
    assert content.terms.loc[0, ["term", "plain", "definition"]].tolist() == [text] * 3
    write_content(content)
    assert bytes_of(tea) == before


def test_rows_come_sorted_by_key_and_the_file_may_be_unsorted(tea: Path):
    header, *rows = TEA["statements"].splitlines(keepends=True)
    (tea / "statements.csv").write_text("".join([header, *rows[::-1]]))
    before = bytes_of(tea)
    content = read_content(tea)
    assert content.statements["statement"].tolist() == ["calm", "cut", "hot"]
    write_content(content)
    assert bytes_of(tea) == before
    write_content(edited(content, "statements", "calm", "kind", "risk"))
    assert (tea / "statements.csv").read_text() == TEA["statements"].replace("benefit", "risk")


@pytest.mark.slow
@pytest.mark.parametrize(
    "saved_as",
    [
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="with a byte-order mark"),
        pytest.param(lambda data: data.replace(b"\n", b"\r\n"), id="with CRLF"),
        pytest.param(
            lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), id="as Excel saves it"
        ),
        pytest.param(lambda data: data.replace(b"\n", b"\r"), id="with CR"),
        pytest.param(lambda data: data.removesuffix(b"\n"), id="without the last line end"),
    ],
)
def test_tables_saved_by_other_programs_are_read_as_they_were(
    data: Path, saved_as: Callable[[bytes], bytes]
):
    wanted = read_content(data)
    for name in FILES:
        (data / name).write_bytes(saved_as((data / name).read_bytes()))
    before = bytes_of(data)
    found = read_content(data)
    for table in TABLES:
        assert_frame_equal(getattr(found, table), getattr(wanted, table))
    write_content(found)
    assert bytes_of(data) == before


def test_line_breaks_in_a_cell_are_read_alike_from_a_CRLF_file(tea: Path):  # noqa: N802
    text = TEA["statements"].replace("It is gone.", '"It\n\nis\ngone."')
    (tea / "statements.csv").write_bytes(text.replace("\n", "\r\n").encode())
    content = read_content(tea)
    assert content.statements.loc[1, "supplied"] == "It\n\nis\ngone."
    write_content(edited(content, "statements", "calm", "kind", "risk"))
    assert (tea / "statements.csv").read_bytes() == text.replace("benefit", "risk").encode()


def test_a_content_says_what_it_holds_and_of_which_folder(tea: Path):
    content = read_content(tea)
    counts = "1 documents, 2 sections, 3 statements, 1 notices, 0 terms"
    assert repr(content) == f"<Content of {tea}: {counts}>"


def test_a_content_shows_its_pages_and_the_size_of_its_tables(tea: Path):
    content = read_content(tea)
    bundle = content._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"] == (
        f"1 page in {tea}\n"
        "  tea: title Tea, language en, sections 2, statements 2, kind not set 1, not graded 1, "
        "with evidence 1, ever signed 1\n"
        "Rows of the other tables: 1 source (1 with unconfirmed fields), evidence 1, notices 1, "
        "terms 0, people 1, sign-offs 1, waivers 1, rules 1.\n"
        'What is wrong with it: check(content, ["tea"]). The page: assemble(content, "tea").'
    )
    assert f"<caption>1 page in {tea}</caption>" in bundle["text/html"]
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', bundle["text/html"])
    cells = re.findall(r"<t[hd](?! scope=.col)[^>]*>(.*?)</t[hd]>", bundle["text/html"])
    assert dict(zip(heads, cells, strict=True))["page"] == "tea"


def test_a_content_counts_what_rests_on_evidence_and_what_was_signed(tea: Path):
    content = read_content(tea)
    statement = content.statements[content.statements["position"].notna()]["statement"].iloc[0]
    key = {"document": "tea", "statement": statement}
    rows = {
        "evidence": [{**key, "source": "a-1"}, {**key, "source": "b-2"}],
        "signoffs": [{**key, "signoff": "1", "verdict": "approved"},
                     {**key, "signoff": "2", "verdict": "changes-requested"}],
        "sources": [{"source": "a-1", "unconfirmed": "volume"}, {"source": "b-2"}],
    }  # fmt: skip
    for table, found in rows.items():
        content = replace(content, **{table: frame_of(table, found, content)})
    shown = content.to_text()
    assert "with evidence 1, ever signed 1" in shown
    assert "2 sources (1 with unconfirmed fields), evidence 2" in shown
    assert "sign-offs 2" in shown


def test_a_content_without_pages_and_one_with_very_many_show_what_they_can(tea: Path):
    assert empty_content().to_text().splitlines()[0] == "No pages"
    assert "<p>No pages.</p>" in empty_content().to_html()
    content = read_content(tea)
    row = content.documents.iloc[0].to_dict()
    rows = [{**row, "document": f"tea-{number:03}", "title": "<b>"} for number in range(60)]
    content = replace(content, documents=frame_of("documents", rows, content))
    assert content.to_html().count("<tr>") == 51
    assert "&lt;b&gt;" in content.to_html()
    assert "And 10 more pages." in content.to_html()
    assert "And 10 more pages." in content.to_text()


def test_a_table_that_cannot_be_read_is_named(tea: Path):
    (tea / "terms.csv").unlink()
    (tea / "terms.csv").mkdir()
    with pytest.raises(KetcontentError) as refused:
        read_content(tea)
    assert str(refused.value) == (
        f"{tea / 'terms.csv'} cannot be read: Is a directory.\n"
        "hint: Make it a file that you may read."
    )


WITHOUT_POWERS = """
import ctypes, os, sys
from ketcontent.errors import KetcontentError
from ketcontent.model import read_content, write_content

if os.geteuid() == 0:  # root writes anywhere, unless it gives up its capabilities
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capset(header, none) == 0
folder = sys.argv[1]
content = read_content(folder)
print(content)
content.documents.loc[0, "title"] = "Other"
try:
    write_content(content)
except KetcontentError as refused:
    print(refused)
"""


def test_a_folder_that_cannot_be_written_can_be_read_and_a_save_says_so(tea: Path):
    before = bytes_of(tea)
    for path in tea.iterdir():
        path.chmod(0o444)
    tea.chmod(0o555)
    try:
        said = run(WITHOUT_POWERS, tea)
    finally:
        tea.chmod(0o755)
    assert said.splitlines() == [
        f"<Content of {tea}: 1 documents, 2 sections, 3 statements, 1 notices, 0 terms>",
        f"{tea} cannot be written: Permission denied.",
        "hint: Make it a folder that you may write, with room on its disk.",
    ]
    assert bytes_of(tea) == before


# --- frames ----------------------------------------------------------------------------------


def test_rows_become_a_typed_frame_with_every_column(tea: Path):
    content = read_content(tea)
    frame = frame_of(
        "sections",
        [
            {"document": "tea", "section": "b", "position": 5, "supplied_run_in": False},
            {"document": "tea", "section": "a", "position": None, "heading": "NA"},
        ],
        content,
    )
    assert tuple(frame.columns) == content.schemas["sections"].columns
    assert frame["section"].tolist() == ["a", "b"]
    assert frame["position"].tolist() == [pd.NA, 5]
    assert frame["heading"].tolist() == ["NA", ""]
    assert frame["supplied_run_in"].tolist() == [pd.NA, False]
    assert str(frame["position"].dtype) == "Int64"


# --- writing ---------------------------------------------------------------------------------


def test_writing_what_was_read_changes_no_byte_and_touches_no_file(data: Path):
    before, traces = bytes_of(data), traces_of(data)
    write_content(read_content(data))
    assert bytes_of(data) == before
    assert traces_of(data) == traces


def test_the_real_tables_are_written_elsewhere_byte_for_byte(data: Path, tmp_path: Path):
    write_content(read_content(data), tmp_path / "copy")
    assert bytes_of(tmp_path / "copy") == bytes_of(data)


def test_one_edited_cell_changes_one_line_of_one_file(data: Path):
    before, traces = bytes_of(data), traces_of(data)
    content = read_content(data)
    key = content.statements.loc[7, "statement"]
    write_content(edited(content, "statements", key, "text", 'Edited, "so": é.'))
    after = bytes_of(data)
    assert [name for name in before if after[name] != before[name]] == ["statements.csv"]
    was, now = (each["statements.csv"].splitlines() for each in (before, after))
    assert len(was) == len(now)
    changed = [number for number, (old, new) in enumerate(zip(was, now, strict=True)) if old != new]
    assert changed == [8]
    assert b',"Edited, ""so"": \xc3\xa9.",' in now[8]
    untouched = traces_of(data)
    assert [name for name in FILES if untouched[name] != traces[name]] == ["statements.csv"]


def test_a_new_row_is_one_new_line_in_its_place(tea: Path):
    content = read_content(tea)
    row = {"notice": "aid", "language": "en", "text": "Ask for help."}
    both = [*content.notices.to_dict("records"), row]
    write_content(replace(content, notices=frame_of("notices", both, content)))
    assert (tea / "notices.csv").read_text() == (
        "notice,language,text,needs\naid,en,Ask for help.,\ncrisis,en,Call now.,\n"
    )


def test_what_write_returns_is_what_is_then_on_disk(tea: Path):
    mine = edited(read_content(tea), "documents", "tea", "title", "Mine")
    write_content(edited(read_content(tea), "statements", "calm", "kind", "risk"))
    saved = write_content(mine)
    found = read_content(tea)
    for table in TABLES:
        assert_frame_equal(getattr(saved, table), getattr(found, table))
    assert saved.origin == found.origin


def test_neither_reading_nor_writing_changes_a_content(tea: Path):
    content = read_content(tea)
    mine = edited(content, "documents", "tea", "title", "Mine")
    copies = pickle.loads(pickle.dumps((content, mine)))
    write_content(mine)
    for one, other in zip((content, mine), copies, strict=True):
        for table in TABLES:
            assert_frame_equal(getattr(one, table), getattr(other, table))
        assert one.origin == other.origin


def test_tables_that_are_read_again_are_as_they_stand_and_each_readers_own(tea: Path):
    def words() -> str:
        return str(read_content(tea).statements["text"].iloc[0])

    for _ in range(2):
        below = read_content(tea).statements["text"].array  # where pandas itself copies nothing
        below[0] = "Mine."
        assert words() == "Tea may calm."
    path, package = tea / "statements.csv", tea / "datapackage.json"
    was = path.read_bytes()
    for said in (b"Tea might calm.", b"Tea may calm."):
        path.write_bytes(was.replace(b"Tea may calm.", said))
        assert words() == said.decode()
    path.write_bytes(was.replace(b"paragraph", b"verse", 1))
    assert [one.column for one in faults_in(tea)] == ["form"]
    path.write_bytes(was)
    package.write_text(package.read_text("utf-8").replace('"low"', '"little"'), "utf-8")
    with pytest.raises(BrokenTables):  # the same bytes, of which something else is demanded
        read_content(tea)


def test_a_table_is_written_in_the_columns_that_it_has_now(tea: Path):
    content = read_content(tea)
    schema = content.schemas["terms"]
    turned = {**content.schemas, "terms": replace(schema, columns=schema.columns[::-1])}
    for made, columns in (
        (content, schema.columns),
        (replace(content, schemas=turned), schema.columns[::-1]),
    ):
        assert table_bytes(made, "terms").decode().splitlines()[0] == ",".join(columns)


def test_a_save_keeps_the_modes_of_the_files(tea: Path):
    (tea / "documents.csv").chmod(0o640)
    (tea / "notices.csv").chmod(0o600)
    content = edited(read_content(tea), "documents", "tea", "title", "Mine")
    write_content(edited(content, "notices", "crisis", "text", "Call."))
    modes = {name: stat.S_IMODE((tea / name).stat().st_mode) for name in FILES}
    assert (modes["documents.csv"], modes["notices.csv"]) == (0o640, 0o600)


def test_a_content_of_no_folder_needs_to_be_told_where():
    with pytest.raises(KetcontentError) as refused:
        write_content(empty_content())
    assert str(refused.value) == (
        "This Content was not read from a folder.\nhint: Say where: write_content(…, folder)."
    )


def test_a_new_folder_gets_the_tables_and_the_schema(tmp_path: Path):
    write_content(empty_content(), tmp_path / "new" / "data")
    assert sorted(bytes_of(tmp_path / "new" / "data")) == sorted(["datapackage.json", *FILES])
    assert repr(read_content(tmp_path / "new" / "data")).endswith(
        "0 documents, 0 sections, 0 statements, 0 notices, 0 terms>"
    )


def test_tables_without_their_data_package_are_not_written_over(tea: Path):
    (tea / "datapackage.json").unlink()
    before = bytes_of(tea)
    with pytest.raises(KetcontentError, match=re.escape(f"No datapackage.json in {tea}.")):
        write_content(empty_content(), tea)
    assert bytes_of(tea) == before


def test_tables_that_are_gone_are_not_made_again_from_the_rows_that_changed(tea: Path):
    content = edited(read_content(tea), "documents", "tea", "title", "Mine")
    shutil.rmtree(tea)
    with pytest.raises(KetcontentError, match=re.escape(f"No datapackage.json in {tea}.")):
        write_content(content)
    assert not tea.exists()


def test_a_save_into_tables_with_other_columns_is_refused(tea: Path):
    content = edited(read_content(tea), "documents", "tea", "title", "Mine")
    package = tea / "datapackage.json"
    text = package.read_text("utf-8")
    package.write_text(text.replace('"name": "definition"', '"name": "own"'), "utf-8")
    package.write_text(
        text.replace('"name": "definition",', '"name": "own"}, {"name": "definition",'), "utf-8"
    )
    (tea / "terms.csv").write_text("term,language,expansion,plain,own,definition\n")
    before = bytes_of(tea)
    with pytest.raises(KetcontentError) as refused:
        write_content(content)
    assert str(refused.value) == (
        f"{package} gives 'terms' other columns than you read.\n"
        "hint: Read the tables again, then make the change."
    )
    assert bytes_of(tea) == before


HIDDEN = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
CELL = st.text(
    st.characters(exclude_categories=("Cc", "Cn", "Cs"), exclude_characters=HIDDEN)
    | st.sampled_from('",;\'"<&{é 0'),
    max_size=12,
)
LONG_CELL = st.text(
    st.characters(exclude_categories=("Cc", "Cn", "Cs"), exclude_characters=HIDDEN)
    | st.sampled_from('",\n\t"\n '),
    min_size=1,
    max_size=20,
)
KEY = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=3)
PMID = st.text(string.digits, max_size=8)
DIGEST = st.text("0123456789abcdef", min_size=64, max_size=64)


@st.composite
def integrity(draw: st.DrawFn, keys: list[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Return sound rows for the tables around the statements that have these keys."""
    text, day = CELL.filter(bool), st.dates(min_value=date(1900, 1, 1)).map(str)
    sources = draw(st.lists(KEY, max_size=2, unique=True))
    people = draw(st.lists(KEY, max_size=2, unique=True))
    rows: dict[str, list[dict[str, Any]]] = {
        "sources": [
            {"source": key, "type": "book", "title": draw(text), "pmid": draw(PMID)}
            | {"issued": draw(day), "accessed": draw(day), "doi": f"10.1000/{key}"}
            for key in sources
        ],
        "people": [{"person": key, "name": draw(text), "conflicts": "none"} for key in people],
        "policies": [{"kind": "risk", "capacity": draw(st.sampled_from(["lay", "clinical"]))}],
        "topics": [{"topic": draw(KEY), "question": draw(text), "level": "must"}],
        "rules": [
            {"rule": draw(KEY), "severity": "error"}
            | {name: draw(text) for name in ("looks_for", "message", "hint", "authority")}
            | {name: draw(text) for name in ("bad_examples", "good_examples")}
        ],
        "releases": [
            {"document": document, "statement": statement, "released_on": "2026-01-20"}
            | {"change": "added", "words": draw(text)}
            for document, statement in keys[:1]
        ],
        "site": [{"address": "https://example.org/", "name": draw(text)}],
        "help_lines": [
            {"market": "ZZ", "name": draw(text), "contact": draw(text), "checked_on": draw(day)}
        ],
        "evidence": [],
        "signoffs": [],
        "waivers": [],
    }
    for number, (document, statement) in enumerate(keys):
        row = {"document": document, "statement": statement}
        waiver = {"table": "statements", "row": f"{document}/{statement}", "rule": "r"}
        rows["waivers"].append(waiver | {"reason": draw(text), "until": draw(day)})
        for source in sources:
            said = {"source": source, "role": "supports", "finding": draw(text)}
            rows["evidence"].append(row | said | {"checked_on": draw(day | st.just(""))})
        for person in people[:1]:
            signed = {"signoff": f"s{number}", "person": person, "wording": draw(text)}
            signed |= {"capacity": "lay", "verdict": "approved", "signed_on": draw(day)}
            rows["signoffs"].append(row | signed | {"digest": f"w1:{draw(DIGEST)}"})
    return rows


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Return a sound content: pages, sections and statements with any text in their cells."""
    blank = empty_content()
    keys = draw(st.lists(KEY, min_size=1, max_size=3, unique=True))
    documents, sections, statements = [], [], []
    for document in keys:
        title = draw(CELL.filter(bool))
        days = draw(st.integers(1, 3650))
        documents.append(
            {"document": document, "title": title, "language": "en", "review_every_days": days}
            | {name: draw(CELL) for name in ("supplied_title", "audience", "funding")}
        )
        sections.append(
            {"document": document, "section": "s", "position": 1, "supplied_position": 1}
            | {"supplied_run_in": draw(st.booleans())}
            | {name: draw(CELL) for name in ("heading", "number", "supplied_heading")}
        )
        for place, key in enumerate(draw(st.lists(KEY, max_size=3, unique=True)), start=1):
            row: dict[str, Any] = {"document": document, "statement": key, "section": "s"}
            text = draw(CELL)
            row |= {"block": place, "form": "paragraph", "text": text, "label": draw(CELL)}
            row |= {"position": place if text else None}
            if draw(st.booleans()):
                row |= {"supplied_section": "s", "supplied_form": "item", "supplied_block": place}
                row |= {"supplied_position": place, "supplied": draw(LONG_CELL)}
            statements.append(row)
    terms = [
        {"term": term, "language": "en", "expansion": draw(CELL)}
        for term in draw(st.lists(CELL.filter(bool), max_size=3, unique=True))
    ]
    rows = {"documents": documents, "sections": sections, "statements": statements, "terms": terms}
    rows |= draw(integrity([(row["document"], row["statement"]) for row in statements]))
    return replace(blank, **{table: frame_of(table, rows[table], blank) for table in rows})


@pytest.mark.slow
@settings(max_examples=examples(20))
@given(contents())
def test_any_content_is_read_back_as_it_was_written_and_written_as_it_was_read(content: Content):
    with tempfile.TemporaryDirectory() as folder:
        once, twice = Path(folder, "once"), Path(folder, "twice")
        write_content(content, once)
        found = read_content(once)
        for table in TABLES:
            assert_frame_equal(getattr(found, table), getattr(content, table))
        before, traces = bytes_of(once), traces_of(once)
        write_content(found)
        assert (bytes_of(once), traces_of(once)) == (before, traces)
        write_content(found, twice)
        assert bytes_of(twice) == before
        assert found.origin is not None
        for table in TABLES:
            assert found.origin.lines(table) == first_lines(once, table)
            text = before[f"{table}.csv"].decode()
            header, *rows = csv.reader(io.StringIO(text, newline=""))
            schema = found.schemas[table]
            assert tuple(header) == schema.columns
            keys = [schema.key_of(tuple(row)) for row in rows]
            assert keys == sorted(keys)
            if header[-1] not in schema.typed("integer") + schema.typed("boolean"):
                assert [row[-1] for row in rows] == getattr(found, table)[header[-1]].tolist()
            again = io.StringIO(newline="")
            csv.writer(again, lineterminator="\n").writerows([header, *rows])
            assert again.getvalue() == text


# --- saves that are refused ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "key", "column", "cell", "place", "message", "rule"),
    [
        pytest.param(
            "statements",
            "calm",
            "kind",
            "benifit",
            "statements.csv:2: kind",
            "'benifit' is not a value of 'kind'.",
            "not-in-list",
            id="a value outside its list",
        ),
        pytest.param(
            "statements",
            "calm",
            "text",
            "a\u202eb",
            "statements.csv:2: text",
            "U+202E RIGHT-TO-LEFT OVERRIDE stands at character 2 of 'text'.",
            "control-character",
            id="a bidirectional override",
        ),
        pytest.param(
            "statements",
            "calm",
            "text",
            "a\rb",
            "statements.csv:2: text",
            "U+000D control character stands at character 2 of 'text'.",
            "control-character",
            id="a carriage return",
        ),
        pytest.param(
            "documents",
            "tea",
            "title",
            "a\ud800b",
            "documents.csv:2",
            "Byte 211 (0xed) is not UTF-8.",
            "wrong-encoding",
            id="half a surrogate pair",
        ),
        pytest.param(
            "sections",
            "lede",
            "position",
            20,
            "sections.csv:3: position",
            "Position 20 is used twice; line 2 has it too.",
            "position-used-twice",
            id="a position used twice",
        ),
    ],
)
def test_a_faulty_content_is_refused_and_nothing_is_written(
    tea: Path, table: str, key: str, column: str, cell: Any, place: str, message: str, rule: str
):
    before, traces = bytes_of(tea), traces_of(tea)
    sound = edited(read_content(tea), "notices", "crisis", "text", "Call.")
    with pytest.raises(BrokenTables) as refused:
        write_content(edited(sound, table, key, column, cell))
    assert [one.rule for one in refused.value.report] == [rule]
    assert f"{tea}/{place}: error: {message} [{rule}]" in str(refused.value)
    assert str(refused.value).endswith(
        "Nothing was saved: the tables would have 1 fault.\n"
        "hint: Mend the cells named above; lines are those of the file as it would be."
    )
    assert (bytes_of(tea), traces_of(tea)) == (before, traces)


def test_a_key_used_twice_in_a_content_is_refused(tea: Path):
    before = bytes_of(tea)
    content = edited(read_content(tea), "statements", "cut", "statement", "calm")
    with pytest.raises(BrokenTables) as refused:
        write_content(content)
    assert [one.message for one in refused.value.report] == [
        "The key tea/calm is used twice; line 2 has it too."
    ]
    assert bytes_of(tea) == before


def test_a_row_that_others_still_point_to_is_not_deleted(tea: Path):
    before = bytes_of(tea)
    with pytest.raises(BrokenTables) as refused:
        write_content(without(read_content(tea), "sections", "lede"))
    assert [one.message for one in refused.value.report] == [
        "There is no tea/lede in sections.csv."
    ]
    assert bytes_of(tea) == before


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        pytest.param(
            "statements",
            "benefit",
            "benifit",
            "statements.csv:2: kind: error: 'benifit' is not a value of 'kind'.",
            id="a value outside its list",
        ),
        pytest.param(
            "sections",
            "tea,lede,",
            "tea,brewing,",
            "sections.csv:3: section: error: The key tea/brewing is used twice; line 2 has it too.",
            id="a key used twice",
        ),
        pytest.param(
            "notices",
            "Call now.,",
            "Call now.",
            "notices.csv:2: error: The line has 3 cells, the header has 4.",
            id="a ragged line",
        ),
    ],
)
@pytest.mark.parametrize("title", ["Tea", "Mine"], ids=["nothing changed", "a cell changed"])
def test_faults_that_came_to_the_disk_since_reading_are_named_not_written_over(
    tea: Path, table: str, old: str, new: str, said: str, title: str
):
    content = edited(read_content(tea), "documents", "tea", "title", title)
    path = tea / f"{table}.csv"
    path.write_text(path.read_text().replace(old, new))
    before = bytes_of(tea)
    with pytest.raises(BrokenTables) as refused:
        write_content(content)
    assert f"{tea}/{said}" in str(refused.value)
    assert "Nothing was saved: the tables would have " in str(refused.value)
    assert bytes_of(tea) == before


# --- two editors -----------------------------------------------------------------------------


def test_edits_of_different_rows_are_both_kept(tea: Path):
    one, other = read_content(tea), read_content(tea)
    write_content(edited(one, "statements", "calm", "text", "One."))
    write_content(
        without(edited(other, "statements", "hot", "text", "Other."), "notices", "crisis")
    )
    assert (tea / "statements.csv").read_text() == (
        TEA["statements"]
        .replace("Tea may calm.", "One.")
        .replace("Heat,Use hot water.", "Heat,Other.")
    )
    assert (tea / "notices.csv").read_text() == "notice,language,text,needs\n"


def test_the_same_edit_by_two_is_no_conflict(tea: Path):
    one, other = read_content(tea), read_content(tea)
    write_content(edited(one, "statements", "calm", "text", "Alike."))
    saved = write_content(edited(other, "statements", "calm", "text", "Alike."))
    assert saved.statements.loc[0, "text"] == "Alike."


def conflict_of(tea: Path, mine: Content) -> dict[str, Any]:
    """Return table, key, base, theirs and mine of the one conflict of a save that is refused."""
    before, traces = bytes_of(tea), traces_of(tea)
    also = edited(mine, "documents", "tea", "title", "Mine")
    with pytest.raises(SaveConflict) as refused:
        write_content(also)
    assert (bytes_of(tea), traces_of(tea)) == (before, traces)
    (conflict,) = refused.value.conflicts
    assert str(refused.value) == (
        "Somebody else changed 1 row since you read: "
        f"{conflict.table} {'/'.join(conflict.key)}.\n"
        "hint: Read the tables again, look at both wordings, and save the one you choose."
    )
    return {
        "table": conflict.table,
        "key": conflict.key,
        "base": conflict.base and conflict.base["text"],
        "theirs": conflict.theirs and conflict.theirs["text"],
        "mine": conflict.mine and conflict.mine["text"],
    }


def test_a_row_changed_by_two_is_a_conflict(tea: Path):
    mine = edited(read_content(tea), "statements", "calm", "text", "Mine.")
    write_content(edited(read_content(tea), "statements", "calm", "text", "Theirs."))
    assert conflict_of(tea, mine) == {
        "table": "statements",
        "key": ("tea", "calm"),
        "base": "Tea may calm.",
        "theirs": "Theirs.",
        "mine": "Mine.",
    }


def test_two_columns_of_one_row_are_a_conflict_too(tea: Path):
    mine = edited(read_content(tea), "statements", "calm", "text", "Mine.")
    write_content(edited(read_content(tea), "statements", "calm", "kind", "risk"))
    assert conflict_of(tea, mine)["theirs"] == "Tea may calm."


def test_a_deletion_against_a_change_is_a_conflict(tea: Path):
    mine = without(read_content(tea), "notices", "crisis")
    write_content(edited(read_content(tea), "notices", "crisis", "text", "Theirs."))
    assert conflict_of(tea, mine) == {
        "table": "notices",
        "key": ("crisis", "en"),
        "base": "Call now.",
        "theirs": "Theirs.",
        "mine": None,
    }


def test_a_change_against_a_deletion_is_a_conflict(tea: Path):
    mine = edited(read_content(tea), "notices", "crisis", "text", "Mine.")
    write_content(without(read_content(tea), "notices", "crisis"))
    assert conflict_of(tea, mine) == {
        "table": "notices",
        "key": ("crisis", "en"),
        "base": "Call now.",
        "theirs": None,
        "mine": "Mine.",
    }


def with_notice(content: Content, text: str) -> Content:
    rows = [*content.notices.to_dict("records"), {"notice": "aid", "language": "en", "text": text}]
    return replace(content, notices=frame_of("notices", rows, content))


def test_a_key_added_by_two_is_a_conflict(tea: Path):
    mine = with_notice(read_content(tea), "Mine.")
    write_content(with_notice(read_content(tea), "Theirs."))
    assert conflict_of(tea, mine) == {
        "table": "notices",
        "key": ("aid", "en"),
        "base": None,
        "theirs": "Theirs.",
        "mine": "Mine.",
    }


def test_every_row_in_conflict_is_named(tea: Path):
    mine = edited(read_content(tea), "statements", "calm", "text", "Mine.")
    mine = edited(mine, "documents", "tea", "title", "Mine")
    theirs = edited(read_content(tea), "statements", "calm", "text", "Theirs.")
    write_content(edited(theirs, "documents", "tea", "title", "Theirs"))
    with pytest.raises(SaveConflict) as refused:
        write_content(mine)
    assert refused.value.message == (
        "Somebody else changed 2 rows since you read: documents tea, statements tea/calm."
    )


def test_a_save_of_a_content_from_elsewhere_does_not_write_over_rows(data: Path, tmp_path: Path):
    there = tmp_path / "there"
    write_content(read_content(data), there)
    changed = edited(read_content(there), "documents", "ketamine", "title", "Theirs")
    write_content(changed)
    with pytest.raises(SaveConflict, match="since you read: documents ketamine"):
        write_content(read_content(data), there)


# --- other processes -------------------------------------------------------------------------


def run(script: str, *arguments: object) -> str:
    """Return what a script printed in a process of its own; a failure of it fails the test."""
    with started(script, *arguments) as process:
        said, trouble = process.communicate()
    assert process.returncode == 0, trouble
    return said


@contextlib.contextmanager
def started(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Start a script in a process of its own, and see to it that it has ended."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints; a process that died instead fails the test."""
    assert process.stdout is not None
    assert process.stderr is not None
    return process.stdout.readline().strip() or pytest.fail(process.stderr.read())


HOLDER = """
import sys
from pathlib import Path
from ketcontent import atomic

with atomic.lock(Path(sys.argv[1]), purpose="an import"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_save_while_another_process_holds_the_tables_names_it(
    tea: Path, monkeypatch: pytest.MonkeyPatch
):
    before = bytes_of(tea)
    content = edited(read_content(tea), "documents", "tea", "title", "Mine")
    with started(HOLDER, tea / ".lock") as other:
        assert line_of(other) == "held"
        assert len(read_content(tea).statements) == 3  # a reader waits for nobody
        with monkeypatch.context() as patch:
            patch.setattr("ketcontent.model.store.lock", functools.partial(lock, timeout=0.01))
            with pytest.raises(Locked) as refused:
                write_content(content)
        assert str(refused.value) == (
            f"{tea / '.lock'} is held by process {other.pid} (an import).\n"
            "hint: Wait until it is done, or end that process, then try again."
        )
        assert bytes_of(tea) == before
    write_content(content)  # the other process was killed: the lock is free
    assert read_content(tea).documents.loc[0, "title"] == "Mine"


COUNT = re.compile(r"\d+")


def counted_to(content: Content, count: int) -> Content:
    """Return the content with the same counter in three tables."""
    content = edited(content, "documents", "tea", "review_every_days", count)
    content = edited(content, "sections", "lede", "heading", f"Saved {count} times")
    return edited(content, "statements", "calm", "text", f"Saved {count} times.")


def counts_of(content: Content) -> tuple[int, int, int]:
    """Return the counter as each of the three tables has it."""
    document = content.documents.set_index("document").loc["tea"]
    section = content.sections.set_index("section").loc["lede"]
    statement = content.statements.set_index("statement").loc["calm"]
    texts = (section["heading"], statement["text"])
    return (int(document["review_every_days"]), *(int(COUNT.findall(text)[0]) for text in texts))


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name in (".saving", ".staged")]


class Killed(BaseException):
    """The process ends here; nothing of it runs any more."""


def dies_before(step: int, save: Callable[[], object]) -> bool:
    """Let a save die before its `step`-th change of the disk; return whether it came to that."""
    changes = itertools.count()

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        def change(*arguments: Any, **named: Any) -> Any:
            if next(changes) == step:
                raise Killed
            return call(*arguments, **named)

        return change

    with pytest.MonkeyPatch.context() as patch:
        for name in ("mkdir", "rename", "replace", "rmdir", "fsync"):
            patch.setattr(os, name, watched(getattr(os, name)))
        try:
            save()
        except Killed:
            return True
    return False


@pytest.mark.slow
def test_a_save_killed_before_any_of_its_steps_leaves_the_old_tables_or_the_new(tea: Path):
    count = 1
    write_content(counted_to(read_content(tea), count))
    outcomes = []
    for step in itertools.count():
        mine = counted_to(read_content(tea), count + 1)
        if not dies_before(step, lambda mine=mine: write_content(mine)):
            break
        found = counts_of(read_content(tea))
        assert found in {(count,) * 3, (count + 1,) * 3}
        outcomes.append("new" if found[0] > count else "old")
        count = found[0] + 1
        write_content(counted_to(read_content(tea), count))
        assert counts_of(read_content(tea)) == (count,) * 3
        assert leftovers(tea) == []
    # up to the commit at least a folder, three files and their names; then three files are moved,
    # their names are flushed, and the folder goes
    before, after = outcomes[:-5], outcomes[-5:]
    assert (set(before), set(after)) == ({"old"}, {"new"})
    assert len(before) >= 6


def save_that_was_cut_short(tea: Path) -> Path:
    """Let a save die when it counts, and before its first file is in place; return its folder."""
    mine = counted_to(read_content(tea), 7)
    with pytest.MonkeyPatch.context() as patch:

        def die(*_: Any) -> None:
            raise Killed

        patch.setattr(os, "replace", die)
        with pytest.raises(Killed):
            write_content(mine)
    return tea / ".saving"


def test_a_save_that_was_cut_short_does_not_win_over_a_later_edit_by_hand(tea: Path):
    saving = save_that_was_cut_short(tea)
    assert counts_of(read_content(tea)) == (7, 7, 7)
    table = tea / "statements.csv"
    table.write_text(table.read_text("utf-8") + "\n", "utf-8")
    before = {path: path.read_bytes() for path in (table, *saving.iterdir())}
    for act in (lambda: read_content(tea), lambda: finish_save(tea)):
        with pytest.raises(KetcontentError) as refused:
            act()
        assert str(refused.value) == (
            f"{saving} holds a save that was cut short, and {table} was changed since.\n"
            f"hint: Compare {saving / 'statements.csv'} with {table}: move it over that, or "
            "delete it. Then try again."
        )
        assert {path: path.read_bytes() for path in before} == before
    (saving / "statements.csv").replace(table)
    assert counts_of(read_content(tea)) == (7, 7, 7)


@pytest.mark.slow
def test_a_first_save_killed_before_any_of_its_steps_leaves_no_tables_or_all(tea: Path):
    content, place = read_content(tea), tea.with_name("new")
    for step in itertools.count():
        shutil.rmtree(place, ignore_errors=True)
        if not dies_before(step, lambda: write_content(content, place)):
            break
        if (place / "datapackage.json").exists():
            assert_frame_equal(read_content(place).statements, content.statements)
        else:
            with pytest.raises(KetcontentError, match=r"No datapackage\.json in "):
                read_content(place)
        write_content(content, place)
        assert bytes_of(place) == bytes_of(tea)
        assert leftovers(place) == []
    assert step > len(FILES)


@pytest.mark.slow
@pytest.mark.parametrize("place", range(1, len(TABLES) + 1))
def test_a_save_in_the_middle_of_a_reading_is_read_whole(
    tea: Path, monkeypatch: pytest.MonkeyPatch, place: int
):
    write_content(counted_to(read_content(tea), 1))
    content, read = read_content(tea), Path.read_bytes
    reads = itertools.count(1)

    def interrupted(path: Path) -> bytes:
        found = read(path)
        if path.suffix == ".csv" and next(reads) == place:
            write_content(counted_to(content, 2))
        return found

    monkeypatch.setattr(Path, "read_bytes", interrupted)
    assert counts_of(read_content(tea)) == (2, 2, 2)


SAVER = """
import os, sys
sys.path.insert(0, sys.argv[2])
from test_store import counted_to, counts_of
from ketcontent.model import read_content, write_content

folder = sys.argv[1]
read_content(folder)  # everything is imported once, here
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        content = read_content(folder)
        count = counts_of(content)[0] + 1
        content = write_content(counted_to(content, count))
        print(os.getpid(), flush=True)
        while True:
            count += 1
            content = write_content(counted_to(content, count))
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


@pytest.mark.slow
def test_a_save_killed_at_a_random_moment_leaves_the_old_tables_or_the_new(tea: Path):
    write_content(counted_to(read_content(tea), 1))
    moments = random.Random(20261101)
    count = 1
    with started(SAVER, tea, Path(__file__).parent) as server:
        assert server.stdin is not None
        for life in range(25):
            print("go", file=server.stdin, flush=True)
            saver = int(line_of(server))  # it has saved once, and goes on
            if life % 5:  # anywhere in the short time in which files are put in place
                while not (tea / ".staged").exists():
                    os.kill(saver, 0)  # fails when it has died by itself
                time.sleep(moments.uniform(0, 0.004))
            else:
                time.sleep(moments.uniform(0, 0.15))
            os.kill(saver, signal.SIGKILL)
            assert line_of(server) == "gone"
            found = counts_of(read_content(tea))
            assert len(set(found)) == 1
            assert found[0] > count
            count = found[0] + 1
            write_content(counted_to(read_content(tea), count))
            assert counts_of(read_content(tea)) == (count,) * 3
            assert leftovers(tea) == []
            assert faults_in(tea).diagnostics == ()


FULL = """
import resource, sys
sys.path.insert(0, sys.argv[2])
from test_store import counted_to
from ketcontent.errors import KetcontentError
from ketcontent.model import read_content, write_content

content = counted_to(read_content(sys.argv[1]), 7)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    write_content(content)
except KetcontentError as refused:
    print(refused)
"""


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 100, 250])
def test_a_save_for_which_there_is_no_room_is_one_error_and_changes_nothing(tea: Path, size: int):
    before = bytes_of(tea)
    said = run(FULL, tea, Path(__file__).parent, size)
    assert len(said.splitlines()) == 2
    assert "cannot be written: File too large." in said
    assert "hint: Allow larger files" in said
    assert bytes_of(tea) == before
    assert leftovers(tea) == []
    write_content(counted_to(read_content(tea), 8))
    assert counts_of(read_content(tea)) == (8, 8, 8)


EDITOR = """
import sys
sys.path.insert(0, sys.argv[4])
from test_store import edited, text_of
from ketcontent.model import read_content, write_content

folder, key, every = sys.argv[1], sys.argv[2], int(sys.argv[3])
content = read_content(folder)
print("ready", flush=True)
sys.stdin.readline()
for count in range(1, 101):
    assert text_of(folder, key) == f"{count - 1}", "the edit before this one is lost"
    if count % every == 0:
        content = read_content(folder)
    content = write_content(edited(content, "statements", key, "text", f"{count}"))
    assert text_of(folder, key) == f"{count}", "this edit was not written"
print("done", flush=True)
"""


def text_of(folder: str | Path, key: str) -> str:
    """Return the text of a statement as it stands in the file."""
    with open(Path(folder, "statements.csv"), encoding="utf-8", newline="") as file:
        (text,) = [row["text"] for row in csv.DictReader(file) if row["statement"] == key]
    return text


@pytest.mark.slow
def test_two_processes_that_save_a_hundred_times_each_lose_no_edit(tea: Path):
    here = Path(__file__).parent
    one = edited(read_content(tea), "statements", "calm", "text", "0")
    write_content(edited(one, "statements", "hot", "text", "0"))
    with (
        started(EDITOR, tea, "calm", 5, here) as one,  # reads again every five saves
        started(EDITOR, tea, "hot", 1000, here) as other,  # goes on with what write_content gave
    ):
        for process in (one, other):
            assert line_of(process) == "ready"
        for process in (one, other):
            assert process.stdin is not None
            print("go", file=process.stdin, flush=True)
        seen = []
        while one.poll() is None or other.poll() is None:
            texts = read_content(tea).statements.set_index("statement")["text"]
            seen.append((int(texts["calm"]), int(texts["hot"])))
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.wait(0.1)  # leaves the processors to the two
        for process in (one, other):
            said, trouble = process.communicate()
            assert (said, trouble) == ("done\n", "")
    assert [calm for calm, _ in seen] == sorted(calm for calm, _ in seen)
    assert [hot for _, hot in seen] == sorted(hot for _, hot in seen)
    texts = read_content(tea).statements.set_index("statement")["text"]
    assert (texts["calm"], texts["hot"], texts["cut"]) == ("100", "100", "")
    assert leftovers(tea) == []


def test_a_table_changed_by_hand_after_a_save_is_checked_again(tea: Path) -> None:
    content = read_content(tea)
    terms = frame_of("terms", [{"term": "AB", "language": "en", "expansion": "a book"}], content)
    write_content(replace(content, terms=terms))
    assert read_content(tea).terms["term"].tolist() == ["AB"]
    path = tea / "terms.csv"
    path.write_text(path.read_text("utf-8").replace(",en,", ",not a language,"), "utf-8")
    with pytest.raises(BrokenTables, match="1 fault"):
        read_content(tea)


@pytest.mark.parametrize("key", ["../../victim", "..", "/tmp/victim", ".git", "Tea", "a--b", "a/b"])
def test_a_key_is_a_key_whatever_the_folders_own_schema_lets_through(tea: Path, key: str) -> None:
    schema = json.loads((tea / "datapackage.json").read_text("utf-8"))
    for resource in schema["resources"]:
        for field in resource["schema"]["fields"]:
            field.get("constraints", {}).pop("pattern", None)
    (tea / "datapackage.json").write_text(json.dumps(schema), "utf-8")
    for table in ("documents", "sections", "statements", "evidence", "signoffs"):
        path = tea / f"{table}.csv"
        path.write_text(path.read_text("utf-8").replace("\ntea,", f"\n{key},"), "utf-8")
    with pytest.raises(BrokenTables) as refused:
        read_content(tea)
    assert f"'{key}' is not a key." in str(refused.value)


def test_a_folder_cannot_say_of_itself_that_its_tables_are_sound(tea: Path) -> None:
    path = tea / "documents.csv"
    path.write_text(path.read_text("utf-8").replace("\ntea,", "\n../../victim,"), "utf-8")
    for name in (".sound", ".sound.json"):
        (tea / name).write_text("[]")
    with pytest.raises(BrokenTables):
        read_content(tea)


def test_the_bytes_of_a_table_are_sorted_whatever_the_order_of_its_rows() -> None:
    content = read_content(DATA)
    backwards = content.rules.iloc[::-1].reset_index(drop=True)
    assert len(backwards) > 1
    turned = replace(content, rules=backwards)
    assert table_bytes(turned, "rules") == table_bytes(content, "rules")
