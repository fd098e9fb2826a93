"""One break of a sound table gives one fault, with its place, its words and what to do."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ketcontent.diagnostics import Report
from ketcontent.errors import BrokenTables, KetcontentError
from ketcontent.model.schema import TABLES, read_schemas, shipped_path, shipped_schemas
from ketcontent.model.store import read_content, write_content
from tests.laws import examples
from tests.model.reading import faults_in

DATA = Path(__file__).resolve().parents[2] / "data"

PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"

SOUND = {
    "documents": """\
document,title,supplied_title,supplied_hash,language,translation_of,kind,about_type,about,audience,purpose,publisher,funding,review_every_days,supplier_change,supplier_was,supplier_decision,supplier_reason
tea,Tea,Tea,,en,,product,Substance,Tea leaves,adults,,,,365,changed,Green tea,agreed,
""",
    "sections": """\
document,section,position,number,heading,under,form,supplied_position,supplied_number,supplied_heading,supplied_run_in,supplier_change,supplier_was,supplier_decision,supplier_reason
tea,brewing,20,,Brewing,,,20,,Brewing,false,changed,Making tea,followed,
tea,gone,,,,,,30,,Gone,true,,,,
tea,lede,10,,,,,10,,,false,,,,
tea,spare,40,,Spare,brewing,emergency,,,,false,,,,
""",
    "statements": """\
document,statement,section,block,position,form,layer,label,text,notice,kind,certainty,certainty_reasons,grade_reasons,topics,author,supplied_section,supplied_block,supplied_position,supplied_form,supplied_label,supplied,supplied_gap,answer,answered_by,answer_reason,supplier_change,supplier_was,supplier_was_label,supplier_was_form,supplier_decision,supplier_reason
tea,call,lede,2,30,notice,,,,crisis,advice,,,,,,,,,,,,,,,,,,,,,
tea,calm,lede,1,10,paragraph,,,Tea may calm.,,benefit,low,,,,ann,lede,1,10,paragraph,,Tea calms.,,reworded,taste,Trials differ.,,,,,,
tea,cut,brewing,2,,item,,,,,,,,,,,gone,1,15,item,,It is gone.,,,,,,,,,,
tea,hot,brewing,1,15,item,more,Heat,Use hot water.,,,,,,,,brewing,1,15,item,Heat,Use hot water.,,kept,,,changed,Use tea.,,notice,theirs,Safer.
tea,taste,lede,1,20,paragraph,,,It tastes.,,,,,,,,lede,1,20,paragraph,,It tastes.,none,kept,,,,,,,,
""",  # noqa: E501 (a row of a table is one line)
    "notices": """\
notice,language,text,needs
crisis,en,Call now.,
""",
    "terms": """\
term,language,expansion,plain,definition
OCD,en,obsessive-compulsive disorder,,
""",
    "sources": """\
source,type,title,authors,editors,container_title,collection_title,issued,volume,issue,page,number,edition,genre,doi,pmid,url,publisher,place,event_title,event_date,event_place,accessed,confirmed_on,unconfirmed,retraction_checked_on,state,state_on,state_notice,revision_checked_on
leaf,article-journal,Leaves,Lee,Oak O.,Teas,Works,2024-05-17,12,3,45-50,e7,2,Report,10.1000/leaf.2024,1234567,https://example.org/leaf,Press,London,Tea Days,2024-05,Leeds,2026-01-11,2026-01-12,,2026-01-13,corrected,2026-01-21,10.1000/erratum,2026-01-14
pot,book,The pot,,,,,2019,,,,,,,,,,,,,,,,,issued,,,,,
""",  # noqa: E501 (a row of a table is one line)
    "evidence": """\
document,statement,source,role,finding,locator,checked_on,treatment,events,total,comparator,comparator_events,comparator_total,people,time
tea,calm,leaf,supports,12 of 40 felt calmer.,p. 47,2026-01-15,tea,12,40,milk,3,39,79,
tea,calm,pot,contradicts,Nobody felt calmer.,,,,,,,,,,
""",
    "people": """\
person,name,profession,credential,affiliation,conflicts
ann,Ann Ash,,,,none
bo,Bo Birch,physician,MD,Tea Clinic,none
""",
    "signing_keys": f"""\
signing_key,person,namespace,public_key,valid_from,valid_until,revoked_on,note
bo-1,bo,signoff@example.org,{PUBLIC}{"A" * 43},2025-01-01,2025-12-31,2025-11-30,Lost.
bo-2,bo,signoff@example.org,{PUBLIC}B{"A" * 42},2026-01-01,,,
""",
    "signoffs": f"""\
signoff,document,statement,person,signer,capacity,verdict,digest,wording,signed_on,comment,signature
first,tea,calm,bo,Bo,clinical,changes-requested,w1:{"0" * 64},Tea calms.,2026-01-16,Say may.,
second,tea,calm,bo,Bo,clinical,approved,w1:{"a1" * 32},Tea may calm.,2026-01-17,,U1NIU0lH
""",
    "proposals": f"""\
proposal,document,statement,column,was,words,digest,person,name,proposed_on,reason,packet,decision,taken,decided_by,decided_on
early,tea,calm,text,Tea calms.,Tea may calm.,w2:{"0" * 64},bo,,2026-01-22,Trials differ.,,accepted,Tea may calm.,ann,2026-01-23
late,tea,heading:brewing,heading,Brewing,To brew,w2:{"0" * 64},,B. Birch,2026-01-24,,k-1,,,,
""",  # noqa: E501 (a row of a table is one line)
    "comments": """\
comment,document,statement,reply_to,wording,anchor,anchor_at,text,person,name,said_on,packet,signoff,resolved_by,resolved_on
answer,tea,calm,asked,Tea may calm.,,,It does.,ann,,2026-01-26,,,,
asked,tea,calm,,Tea may calm.,may,4,Say may.,bo,B. Birch,2026-01-25,k-1,first,ann,2026-01-27
""",
    "policies": """\
kind,capacity,judges,signature
benefit,clinical,,required
risk,lay,,
""",
    "topics": """\
topic,question,level,kinds,order
cost,What does it cost?,should,product medicine,10
what,What is tea?,must,,
""",
    "rules": """\
rule,severity,looks_for,where,kinds,unless,message,hint,authority,bad_examples,good_examples
cure,error,=cures,,,denied,It promises.,Say what was seen.,FDA,Tea cures all.,Tea cures not.
wonder,advice,wonder,heading,,,It praises.,Cut it.,House style,A wonder.,Tea.
""",
    "phrases": """\
list,phrase,language,exceptions,replacement,authority,note
praise,wonder,en,wonder why,,House style,
praise,wunder,de,,,,
""",
    "help_lines": """\
market,name,contact,hours,url,checked_on
GB,Samaritans,Call 116 123.,Always,https://example.org/call,2026-01-18
ZZ,Find A Helpline,Go to findahelpline.com.,,,
""",
    "waivers": """\
table,row,rule,reason,until,owner
statements,tea/call,cure,It names a charity.,2026-12-31,
statements,tea/taste,wonder,It is quoted.,2026-12-31,bo
""",
    "strings": """\
string,language,text,checked_on
sources,en,What we read,
sources,fr,Sources,2026-01-21
""",
    "site": """\
address,name,license
https://example.org/health/,Tea Pages,CC-BY-4.0
""",
    "releases": """\
document,released_on,statement,change,words
tea,2026-01-19,calm,added,Tea calms all.
tea,2026-01-20,calm,reworded,Tea may calm.
""",
}
"""A page in two editions: every kind of row, every foreign key in use, nothing at fault."""

HEADERS = {table: text.partition("\n")[0] for table, text in SOUND.items()}

Change = Callable[[bytes], bytes | None]


def swap(old: str | bytes, new: str | bytes) -> Change:
    """Return the change of the one place where `old` stands."""
    was, now = (part.encode() if isinstance(part, str) else part for part in (old, new))

    def change(data: bytes) -> bytes:
        assert data.count(was) == 1, f"{was!r} stands {data.count(was)} times"
        return data.replace(was, now)

    return change


def columns(wanted: Callable[[list[str]], list[str]]) -> Change:
    """Return the change that gives each line the cells of the wanted columns."""

    def change(data: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(data.decode())))
        header = wanted(rows[0])
        body = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        lines = [header, *([row.get(name, "") for name in header] for row in body)]
        return "".join(f"{','.join(line)}\n" for line in lines).encode()

    return change


def everything(data: bytes | None) -> Change:
    """Return the change that leaves only `data` (None: no file) in place of the file."""
    return lambda _: data


def sound_folder(folder: Path) -> Path:
    """Return the folder with the sound tables in it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(shipped_path(), folder)
    for table, text in SOUND.items():
        (folder / f"{table}.csv").write_bytes(text.encode())
    return folder


def broken_folder(folder: Path, table: str, change: Change) -> Path:
    path = sound_folder(folder) / f"{table}.csv"
    data = change(path.read_bytes())
    path.unlink() if data is None else path.write_bytes(data)
    return folder


def faults_of(folder: Path) -> list[dict[str, Any]]:
    """Return what an editor is told: one dict a fault, worst first."""
    return [
        {
            "file": Path(one.file).relative_to(folder).as_posix(),
            "table": one.table,
            "severity": one.severity,
            "line": one.line,
            "column": one.column,
            "rule": one.rule,
            "cell": one.cell,
            "key": one.key,
            "message": one.message,
            "hint": one.hint,
        }
        for one in faults_in(folder)
    ]


def fault(
    rule: str,
    table: str,
    line: int | None,
    message: str,
    hint: str,
    *,
    column: str = "",
    cell: str = "",
    key: str = "",
) -> dict[str, Any]:
    return {
        "file": f"{table}.csv",
        "table": table,
        "severity": "error",
        "line": line,
        "column": column,
        "rule": rule,
        "cell": cell,
        "key": key,
        "message": message,
        "hint": hint,
    }


def test_the_sound_content_has_no_fault(tmp_path: Path):
    assert faults_in(sound_folder(tmp_path)) == Report()
    content = read_content(tmp_path)
    counts = {table: len(getattr(content, table)) for table in TABLES}
    assert counts.pop("statements") == 5
    assert all(counts.values())


def test_the_sound_content_uses_every_foreign_key_and_fills_every_kind_of_cell():
    unused = []
    for table, schema in shipped_schemas().items():
        rows = list(csv.DictReader(io.StringIO(SOUND[table])))
        assert tuple(rows[0]) == schema.columns
        for key in schema.descriptor.get("foreignKeys", []):
            if not any(all(row[name] for name in key["fields"]) for row in rows):
                unused.append(f"{table}: {key['fields']}")
        for column, field in schema.fields.items():
            checked = {"enum", "minimum"} & field.get("constraints", {}).keys()
            if checked and not any(row[column] for row in rows):
                unused.append(f"{table}.{column}")
    assert unused == []


QUOTE = (
    "A quotation mark stands where it cannot: inside a bare cell, after the end of a quoted one, "
    "or never closed."
)
QUOTE_HINT = 'Put the whole cell in quotes and write each quote inside it twice: "a ""word""".'
KEY_HINT = "Use lower-case letters a to z, digits, and single hyphens between them."
POSITION_HINT = "Give each row a position of its own; gaps are welcome."
SUPPLIED_HINT = (
    "Fill in all columns that start with supplied, or, for a statement that an editor added, none."
)
ABOUT_HINT = "Fill in both, what kind of thing the page is about and its name, or neither."
CUT_HINT = "Fill in both, or empty both to cut the statement from the current edition."
RAGGED_HINT = "Write one cell a column; put a cell with a comma in it in quotes."
HIDDEN_HINT = "Delete it: nobody can see it, and it can change what is read."
BLOCK_HINT = "Give the statement a block of its own, or the form of its block."


def described(table: str, column: str) -> str:
    """Return what the data package says of a column."""
    return shipped_schemas()[table].fields[column]["description"]


def one(
    name: str,
    table: str,
    change: Change,
    rule: str,
    line: int | None,
    message: str,
    hint: str,
    **place: str,
) -> Any:
    """Return the case of a break with one fault."""
    return pytest.param(table, change, [fault(rule, table, line, message, hint, **place)], id=name)


COLUMNS = [
    one(
        "a column is missing",
        "terms",
        columns(lambda names: [name for name in names if name != "plain"]),
        "missing-column",
        1,
        "There is no column 'plain'.",
        f"Write this as its first line: {HEADERS['terms']}",
        column="plain",
    ),
    one(
        "a column that other tables and laws use is missing",
        "sections",
        columns(lambda names: [name for name in names if name != "section"]),
        "missing-column",
        1,
        "There is no column 'section'.",
        f"Write this as its first line: {HEADERS['sections']}",
        column="section",
    ),
    one(
        "the column of the supplied words is missing",
        "statements",
        columns(lambda names: [name for name in names if name != "supplied"]),
        "missing-column",
        1,
        "There is no column 'supplied'.",
        f"Write this as its first line: {HEADERS['statements']}",
        column="supplied",
    ),
    one(
        "the column of the sections' order is missing",
        "sections",
        columns(lambda names: [name for name in names if name != "position"]),
        "missing-column",
        1,
        "There is no column 'position'.",
        f"Write this as its first line: {HEADERS['sections']}",
        column="position",
    ),
    one(
        "a column is too many",
        "documents",
        columns(lambda names: [*names, "colour"]),
        "extra-column",
        1,
        "The data package has no column 'colour'.",
        "Delete it, or describe it in datapackage.json.",
        column="colour",
    ),
    pytest.param(
        "documents",
        swap(",audience,", ",audiance,"),
        [
            fault(
                "extra-column",
                "documents",
                1,
                "The data package has no column 'audiance'.",
                "Did you mean 'audience'?",
                column="audiance",
            ),
            fault(
                "missing-column",
                "documents",
                1,
                "There is no column 'audience'.",
                f"Write this as its first line: {HEADERS['documents']}",
                column="audience",
            ),
        ],
        id="a column is misspelt",
    ),
    one(
        "a column stands twice",
        "documents",
        columns(lambda names: [*names, "title"]),
        "duplicate-column",
        1,
        "The column 'title' stands twice.",
        "Keep one of them.",
        column="title",
    ),
    one(
        "the columns are in another order",
        "sections",
        columns(lambda names: names[::-1]),
        "column-order",
        1,
        "The columns are not in the order of the data package.",
        f"Write this as its first line: {HEADERS['sections']}",
    ),
]

KEYS = [
    one(
        "a key is used twice",
        "statements",
        swap("tea,cut,", "tea,calm,"),
        "duplicate-key",
        4,
        "The key tea/calm is used twice; line 3 has it too.",
        "Give this row a key of its own.",
        column="statement",
        cell="calm",
        key="tea/calm",
    ),
    one(
        "a section of no document",
        "sections",
        swap("tea,spare", "coffee,spare"),
        "unknown-key",
        5,
        "There is no coffee in documents.csv.",
        "Use a key that is there, or add the row to documents.csv.",
        column="document",
        cell="coffee",
        key="coffee/spare",
    ),
    one(
        "a statement of no document",
        "statements",
        swap("tea,hot", "coffee,hot"),
        "unknown-key",
        5,
        "There is no coffee in documents.csv.",
        "Use a key that is there, or add the row to documents.csv.",
        column="document",
        cell="coffee",
        key="coffee/hot",
    ),
    one(
        "a statement in no section",
        "statements",
        swap("hot,brewing", "hot,brewin"),
        "unknown-key",
        5,
        "There is no tea/brewin in sections.csv.",
        "Use a key that is there, or add the row to sections.csv.",
        column="section",
        cell="brewin",
        key="tea/hot",
    ),
    one(
        "a notice that is not there",
        "statements",
        swap("crisis", "crises"),
        "unknown-key",
        2,
        "There is no crises in notices.csv.",
        "Use a key that is there, or add the row to notices.csv.",
        column="notice",
        cell="crises",
        key="tea/call",
    ),
    one(
        "a statement received in no section",
        "statements",
        swap(",,brewing,1,15,item,Heat,Use", ",,brewin,1,15,item,Heat,Use"),
        "unknown-key",
        5,
        "No section 'brewin' was received with this page.",
        "Put back the section as it was received.",
        column="supplied_section",
        cell="brewin",
        key="tea/hot",
    ),
    one(
        "a statement received in a section that an editor added",
        "statements",
        swap(",gone,1,", ",spare,1,"),
        "unknown-key",
        4,
        "No section 'spare' was received with this page.",
        "Put back the section as it was received.",
        column="supplied_section",
        cell="spare",
        key="tea/cut",
    ),
    *(
        one(
            f"{cell!r} as a language",
            "terms",
            swap("OCD,en", f"OCD,{written}"),
            "out-of-bounds",
            2,
            f"'{cell}' does not fit 'language': pattern ^[a-z]{{2,3}}(-[A-Za-z0-9]{{2,8}})*$.",
            described("terms", "language"),
            column="language",
            cell=cell,
            key=f"OCD/{cell}",
        )
        for cell, written in [("EN", "EN"), ("en us", "en us")]
    ),
    *(
        one(
            f"{cell!r} as a key",
            "sections",
            swap("tea,spare", f"tea,{cell}"),
            "not-a-key",
            5,
            f"'{cell}' is not a key.",
            KEY_HINT,
            column="section",
            cell=cell,
            key=f"tea/{cell}",
        )
        for cell in ["Spare", "a b", "a--b", "-a", "../a", "a/b", "à", "=a", "a."]
    ),
    one(
        "a key that is too long",
        "sections",
        swap("tea,spare", f"tea,{'a' * 65}"),
        "out-of-bounds",
        5,
        f"'{'a' * 65}' does not fit 'section': maxLength 64.",
        described("sections", "section"),
        column="section",
        cell="a" * 65,
        key=f"tea/{'a' * 65}",
    ),
]

CELLS = [
    one(
        "a kind of thing outside its list",
        "documents",
        swap("Substance", "Substances"),
        "not-in-list",
        2,
        "'Substances' is not a value of 'about_type'.",
        "Did you mean 'Substance'?",
        column="about_type",
        cell="Substances",
        key="tea",
    ),
    one(
        "a form outside its list",
        "statements",
        swap("30,notice", "30,notise"),
        "not-in-list",
        2,
        "'notise' is not a value of 'form'.",
        "Did you mean 'notice'?",
        column="form",
        cell="notise",
        key="tea/call",
    ),
    one(
        "a form outside its list in a block of several statements",
        "statements",
        swap("1,10,paragraph,,,Tea may", "1,10,paragrph,,,Tea may"),
        "not-in-list",
        3,
        "'paragrph' is not a value of 'form'.",
        "Did you mean 'paragraph'?",
        column="form",
        cell="paragrph",
        key="tea/calm",
    ),
    one(
        "a supplied form outside its list",
        "statements",
        swap("15,item,,It is gone", "15,xyz,,It is gone"),
        "not-in-list",
        4,
        "'xyz' is not a value of 'supplied_form'.",
        "Use one of: paragraph, item, item-2, item-3, item-4, item-5, item-6, notice, caption, "
        "header, row.",
        column="supplied_form",
        cell="xyz",
        key="tea/cut",
    ),
    one(
        "a gap outside its list",
        "statements",
        swap("It tastes.,none", "It tastes.,xyz"),
        "not-in-list",
        6,
        "'xyz' is not a value of 'supplied_gap'.",
        "Use one of: none.",
        column="supplied_gap",
        cell="xyz",
        key="tea/taste",
    ),
    *(
        one(
            f"a {column} of {table} outside its list",
            table,
            swap(old, new),
            "not-in-list",
            line,
            f"'{cell}' is not a value of '{column}'.",
            hint,
            column=column,
            cell=cell,
            key=key,
        )
        for table, column, old, new, line, cell, hint, key in [
            (
                "documents",
                "kind",
                "en,,product",
                "en,,produkt",
                2,
                "produkt",
                "Did you mean 'product'?",
                "tea",
            ),
            (
                "sections",
                "form",
                "emergency",
                "urgency",
                5,
                "urgency",
                "Did you mean 'emergency'?",
                "tea/spare",
            ),
            (
                "statements",
                "layer",
                "item,more",
                "item,less",
                5,
                "less",
                "Use one of: more.",
                "tea/hot",
            ),
            (
                "documents",
                "supplier_change",
                "365,changed",
                "365,change",
                2,
                "change",
                "Did you mean 'changed'?",
                "tea",
            ),
            (
                "documents",
                "supplier_decision",
                "agreed",
                "agree",
                2,
                "agree",
                "Did you mean 'agreed'?",
                "tea",
            ),
            (
                "sections",
                "supplier_change",
                "false,changed",
                "false,change",
                2,
                "change",
                "Did you mean 'changed'?",
                "tea/brewing",
            ),
            (
                "sections",
                "supplier_decision",
                "followed",
                "follow",
                2,
                "follow",
                "Did you mean 'followed'?",
                "tea/brewing",
            ),
            (
                "statements",
                "answer",
                "reworded,taste",
                "rewritten,taste",
                3,
                "rewritten",
                "Use one of: kept, reworded, moved, cut, answered.",
                "tea/calm",
            ),
            (
                "statements",
                "supplier_change",
                "kept,,,changed",
                "kept,,,change",
                5,
                "change",
                "Did you mean 'changed'?",
                "tea/hot",
            ),
            (
                "statements",
                "supplier_was_form",
                "notice,theirs",
                "notise,theirs",
                5,
                "notise",
                "Did you mean 'notice'?",
                "tea/hot",
            ),
            (
                "statements",
                "supplier_decision",
                ",theirs,",
                ",their,",
                5,
                "their",
                "Did you mean 'theirs'?",
                "tea/hot",
            ),
        ]
    ),
    one(
        "a kind outside its list",
        "statements",
        swap("benefit", "benifit"),
        "not-in-list",
        3,
        "'benifit' is not a value of 'kind'.",
        "Did you mean 'benefit'?",
        column="kind",
        cell="benifit",
        key="tea/calm",
    ),
    one(
        "a certainty outside its list",
        "statements",
        swap(",low,", ",Low,"),
        "not-in-list",
        3,
        "'Low' is not a value of 'certainty'.",
        "Did you mean 'low'?",
        column="certainty",
        cell="Low",
        key="tea/calm",
    ),
    one(
        "a required cell is empty",
        "documents",
        swap("tea,Tea,", "tea,,"),
        "empty-cell",
        2,
        "'title' is empty.",
        f"Fill it in. {described('documents', 'title')}",
        column="title",
        key="tea",
    ),
    one(
        "a required key to another table is empty",
        "statements",
        swap("tea,hot,brewing", "tea,hot,"),
        "empty-cell",
        5,
        "'section' is empty.",
        f"Fill it in. {described('statements', 'section')}",
        column="section",
        key="tea/hot",
    ),
    one(
        "a required form is empty in a block of several statements",
        "statements",
        swap("10,paragraph,,,Tea may", "10,,,,Tea may"),
        "empty-cell",
        3,
        "'form' is empty.",
        f"Fill it in. {described('statements', 'form')}",
        column="form",
        key="tea/calm",
    ),
    one(
        "a required key is empty",
        "terms",
        swap("OCD,en", ",en"),
        "empty-cell",
        2,
        "'term' is empty.",
        f"Fill it in. {described('terms', 'term')}",
        column="term",
        key="/en",
    ),
    *(
        one(
            f"{cell[:8]!r} for a whole number",
            "sections",
            swap("spare,40", f"spare,{cell}"),
            "wrong-type",
            5,
            f"'{cell}' is not a whole number.",
            "Write digits only.",
            column="position",
            cell=cell,
            key="tea/spare",
        )
        for cell in ["forty", "4.5", "40.0", "4e1", "0x28", "NA", "9" * 5000]
    ),
    *(
        one(
            f"{cell!r} for {number}",
            "sections",
            swap("spare,40", f"spare,{cell}"),
            "wrong-type",
            5,
            f"'{cell}' is not the plain way to write {number}.",
            f"Write {number}.",
            column="position",
            cell=cell,
            key="tea/spare",
        )
        for cell, number in [("040", 40), ("+40", 40), (" 40", 40), ("4_0", 40), ("４０", 40)]
    ),
    one(
        "a whole number below the least",
        "documents",
        swap(",365", ",0"),
        "out-of-bounds",
        2,
        "'0' does not fit 'review_every_days': minimum 1.",
        described("documents", "review_every_days"),
        column="review_every_days",
        cell="0",
        key="tea",
    ),
    one(
        "a whole number below the least, with a sign",
        "sections",
        swap("spare,40", "spare,-1"),
        "out-of-bounds",
        5,
        "'-1' does not fit 'position': minimum 1.",
        described("sections", "position"),
        column="position",
        cell="-1",
        key="tea/spare",
    ),
    one(
        "a whole number above what memory holds",
        "sections",
        swap("spare,40", "spare,9223372036854775808"),
        "out-of-bounds",
        5,
        "'9223372036854775808' does not fit 'position': maximum 9223372036854775807.",
        described("sections", "position"),
        column="position",
        cell="9223372036854775808",
        key="tea/spare",
    ),
    *(
        one(
            f"{cell!r} for true or false",
            "sections",
            swap("Gone,true", f"Gone,{cell}"),
            "wrong-type",
            3,
            f"'{cell}' is not true or false.",
            "Write true or false.",
            column="supplied_run_in",
            cell=cell,
            key="tea/gone",
        )
        for cell in ["yes", "TRUE", "1", "true "]
    ),
    *(
        one(
            f"a hidden character U+{ord(character):04X}",
            "notices",
            swap("Call now.", f"Call{character} now."),
            "control-character",
            2,
            f"U+{ord(character):04X} {name} stands at character 5 of 'text'.",
            HIDDEN_HINT,
            column="text",
            cell=f"Call{character} now.",
            key="crisis/en",
        )
        for character, name in [
            ("\0", "control character"),
            ("\t", "control character"),
            ("\x1b", "control character"),
            ("\x7f", "control character"),
            ("\x85", "control character"),
            ("\u202e", "RIGHT-TO-LEFT OVERRIDE"),
            ("\u202a", "LEFT-TO-RIGHT EMBEDDING"),
            ("\u2066", "LEFT-TO-RIGHT ISOLATE"),
            ("\u2069", "POP DIRECTIONAL ISOLATE"),
            ("\ufdd0", "noncharacter"),
            ("\uffff", "noncharacter"),
            ("\U0003fffe", "noncharacter"),
        ]
    ),
    one(
        "a carriage return in the supplied words",
        "statements",
        swap("It is gone.", '"It is\rgone."'),
        "control-character",
        4,
        "U+000D control character stands at character 6 of 'supplied'.",
        HIDDEN_HINT,
        column="supplied",
        cell="It is\rgone.",
        key="tea/cut",
    ),
    *(
        one(
            f"a line break in {place} of a one-line cell",
            "documents",
            swap("tea,Tea,", f'tea,"{cell}",'),
            "control-character",
            2,
            "'title' breaks into two lines.",
            "Write it on one line.",
            column="title",
            cell=cell,
            key="tea",
        )
        for place, cell in [("the middle", "Te\na"), ("front", "\nTea"), ("the end", "Tea\n")]
    ),
    one(
        "a line break at the end of a key",
        "sections",
        swap("tea,spare", 'tea,"spare\n"'),
        "control-character",
        5,
        "'section' breaks into two lines.",
        "Write it on one line.",
        column="section",
        cell="spare\n",
        key="tea/spare\n",
    ),
]

UNKNOWN_HINTS = {
    table: f"Use a key that is there, or add the row to {table}.csv." for table in TABLES
}


def unknown(
    name: str, table: str, change: Change, line: int, cells: str, other: str, column: str, key: str
) -> Any:
    """Return the case of a row that points to no row of another table."""
    return one(
        name,
        table,
        change,
        "unknown-key",
        line,
        f"There is no {cells} in {other}.csv.",
        UNKNOWN_HINTS[other],
        column=column,
        cell=cells.split("/")[-1],
        key=key,
    )


FOREIGN_KEYS = [
    unknown(
        "an author who is not there",
        "statements",
        swap(",low,,,,ann,", ",low,,,,anne,"),
        *(3, "anne", "people", "author", "tea/calm"),
    ),
    unknown(
        "evidence on no statement",
        "evidence",
        swap("tea,calm,pot", "tea,calms,pot"),
        *(3, "tea/calms", "statements", "statement", "tea/calms/pot"),
    ),
    unknown(
        "evidence on a statement of another page",
        "evidence",
        swap("tea,calm,pot", "coffee,calm,pot"),
        *(3, "coffee/calm", "statements", "statement", "coffee/calm/pot"),
    ),
    unknown(
        "evidence from no source",
        "evidence",
        swap("tea,calm,pot", "tea,calm,kettle"),
        *(3, "kettle", "sources", "source", "tea/calm/kettle"),
    ),
    unknown(
        "a sign-off of no statement",
        "signoffs",
        swap("second,tea,calm", "second,tea,calms"),
        *(3, "tea/calms", "statements", "statement", "second"),
    ),
    unknown(
        "a waiver of nobody",
        "waivers",
        swap("quoted.,2026-12-31,bo", "quoted.,2026-12-31,cy"),
        *(3, "cy", "people", "owner", "statements/tea/taste/wonder"),
    ),
    unknown(
        "a sign-off on no page",
        "signoffs",
        swap("second,tea,calm", "second,teas,calm"),
        *(3, "teas", "documents", "document", "second"),
    ),
    unknown(
        "a sign-off by nobody",
        "signoffs",
        swap("second,tea,calm,bo", "second,tea,calm,cy"),
        *(3, "cy", "people", "person", "second"),
    ),
    unknown(
        "a signing key of nobody",
        "signing_keys",
        swap("bo-2,bo", "bo-2,cy"),
        *(3, "cy", "people", "person", "bo-2"),
    ),
    unknown(
        "a release of no page",
        "releases",
        swap("tea,2026-01-20", "teas,2026-01-20"),
        *(3, "teas", "documents", "document", "teas/2026-01-20/calm"),
    ),
    one(
        "a waiver for no row",
        "waivers",
        swap("tea/taste", "tea/tastes"),
        "unknown-key",
        3,
        "There is no row 'tea/tastes' in statements.",
        "Write the key of a row of statements, its parts joined by '/', or delete the line.",
        column="row",
        cell="tea/tastes",
        key="statements/tea/tastes/wonder",
    ),
]
TWICE = [
    one(
        f"a key of {table} used twice",
        table,
        swap(old, new),
        "duplicate-key",
        3,
        f"The key {key} is used twice; line 2 has it too.",
        "Give this row a key of its own.",
        column=shipped_schemas()[table].key[-1],
        cell=key.rpartition("/")[2],
        key=key,
    )
    for table, old, new, key in [
        ("terms", "disorder,,\n", "disorder,,\nOCD,en,,,\n", "OCD/en"),
        ("evidence", "tea,calm,pot", "tea,calm,leaf", "tea/calm/leaf"),
        ("signoffs", "second", "first", "first"),
        ("proposals", "late,", "early,", "early"),
        ("comments", "answer,tea,calm,asked", "asked,tea,calm,", "asked"),
        ("signing_keys", "bo-2", "bo-1", "bo-1"),
        ("policies", "risk,lay", "benefit,clinical", "benefit/clinical"),
        ("topics", "what,", "cost,", "cost"),
        ("strings", "sources,fr", "sources,en", "sources/en"),
        ("releases", "2026-01-20", "2026-01-19", "tea/2026-01-19/calm"),
        ("rules", "wonder,advice", "cure,advice", "cure"),
        ("phrases", "praise,wunder,de", "praise,wonder,en", "praise/wonder/en"),
        ("help_lines", "ZZ,Find A Helpline", "GB,Samaritans", "GB/Samaritans"),
        ("waivers", "tea/taste,wonder", "tea/call,cure", "statements/tea/call/cure"),
        ("notices", "Call now.,\n", "Call now.,\ncrisis,en,Call.,\n", "crisis/en"),
        ("documents", "agreed,\n", "agreed,\ntea,Tea,,,en,,,,,,,,,30,,,,\n", "tea"),
        ("sources", "pot,book,", f"{'leaf,book,Leaf' + ',' * 27}\npot,book,", "leaf"),
        ("people", "ann,Ann Ash,,,,none\n", "ann,Ann Ash,,,,none\nann,Ann Elm,,,,none\n", "ann"),
    ]
]

TWICE.append(
    one(
        "a key of sections used twice",
        "sections",
        swap("cy,,,,false,,,,\n", "cy,,,,false,,,,\ntea,spare,50,,Spare,,,,,,false,,,,\n"),
        "duplicate-key",
        6,
        "The key tea/spare is used twice; line 5 has it too.",
        "Give this row a key of its own.",
        column="section",
        cell="spare",
        key="tea/spare",
    )
)

TWICE.append(
    one(
        "a site that is named twice",
        "site",
        lambda data: data + data.splitlines(keepends=True)[1],
        "duplicate-key",
        3,
        "The key https://example.org/health/ is used twice; line 2 has it too.",
        "Give this row a key of its own.",
        column="address",
        cell="https://example.org/health/",
        key="https://example.org/health/",
    )
)

LISTS = [
    one(
        f"a value of {table}.{column} outside its list",
        table,
        swap(old, new),
        "not-in-list",
        3,
        f"'{cell}' is not a value of '{column}'.",
        hint,
        column=column,
        cell=cell,
        key=key,
    )
    for table, old, new, column, cell, hint, key in [
        ("sources", "pot,book", "pot,bok", "type", "bok", "Did you mean 'book'?", "pot"),
        (
            "sources",
            *(",issued,,,,,\n", ",issued,,retractd,,,\n", "state", "retractd"),
            *("Did you mean 'retracted'?", "pot"),
        ),
        (
            "evidence",
            *("pot,contradicts", "pot,refutes", "role", "refutes"),
            "Use one of: supports, qualifies, contradicts.",
            "tea/calm/pot",
        ),
        (
            "signoffs",
            *("clinical,approved", "Clinical,approved", "capacity", "Clinical"),
            "Did you mean 'clinical'?",
            "second",
        ),
        (
            "signoffs",
            *("clinical,approved", "clinical,yes", "verdict", "yes"),
            "Use one of: approved, changes-requested.",
            "second",
        ),
        (
            "proposals",
            *("brewing,heading", "brewing,headings", "column", "headings"),
            "Did you mean 'heading'?",
            "late",
        ),
        (
            "waivers",
            *("statements,tea/taste", "statement,tea/taste", "table", "statement"),
            "Did you mean 'statements'?",
            "statement/tea/taste/wonder",
        ),
        (
            "releases",
            *("calm,reworded", "calm,rewritten", "change", "rewritten"),
            "Use one of: added, reworded, removed.",
            "tea/2026-01-20/calm",
        ),
        (
            "policies",
            *("risk,lay", "risks,lay", "kind", "risks"),
            "Did you mean 'risk'?",
            "risks/lay",
        ),
        (
            "policies",
            *("risk,lay", "risk,legal", "capacity", "legal"),
            "Use one of: editorial, clinical, lay.",
            "risk/legal",
        ),
        (
            "policies",
            *("risk,lay,,", "risk,lay,,require", "signature", "require"),
            "Did you mean 'required'?",
            "risk/lay",
        ),
        (
            "people",
            *("Birch,physician", "Birch,physicist", "profession", "physicist"),
            "Did you mean 'physician'?",
            "bo",
        ),
        ("topics", ",must", ",most", "level", "most", "Did you mean 'must'?", "what"),
        (
            "rules",
            *("wonder,advice", "wonder,advise", "severity", "advise"),
            "Did you mean 'advice'?",
            "wonder",
        ),
    ]
]

LEAF = SOUND["sources"].splitlines()[1]


def of_leaf(column: str, cell: str) -> Change:
    """Return the change of one cell of the first source."""
    names = HEADERS["sources"].split(",")
    cells = LEAF.split(",")
    cells[names.index(column)] = f'"{cell}"' if "," in cell else cell
    return swap(LEAF, ",".join(cells))


def pattern_of(table: str, column: str) -> str:
    return shipped_schemas()[table].fields[column]["constraints"]["pattern"]


DIGEST = f"w1:{'a1' * 32}"

PATTERNS = [
    *(
        one(
            f"{cell!r} as {column}",
            "sources",
            of_leaf(column, cell),
            "out-of-bounds",
            2,
            f"'{cell}' does not fit '{column}': pattern {pattern_of('sources', column)}.",
            described("sources", column),
            column=column,
            cell=cell,
            key="leaf",
        )
        for column, cell in [
            ("doi", "https://doi.org/10.1000/leaf"),
            ("doi", "doi:10.1000/leaf"),
            ("doi", "10.1000"),
            ("doi", "10.1000/"),
            ("doi", "10.100/leaf"),
            ("doi", "10.1000/leaf and pot"),
            ("state_notice", "https://doi.org/10.1000/erratum"),
            ("state_notice", "pmid 12"),
            ("pmid", "PMID 1234567"),
            ("pmid", "123456789"),
            ("pmid", "12.5"),
            ("pmid", "１２３"),
            ("url", "example.org/leaf"),
            ("url", "ftp://example.org/leaf"),
            ("url", "javascript:alert(1)"),
            ("url", "https://"),
            ("url", "https://example.org/a b"),
            ("url", " https://example.org/leaf"),
            ("issued", "17 May 2024"),
            ("issued", "2024-5"),
            ("issued", "2024-13"),
            ("issued", "2024-05-32"),
            ("issued", "2024-00"),
            ("issued", "24"),
            ("issued", "2024-05-17T00:00"),
        ]
    ),
    *(
        one(
            f"a digest {what}",
            "signoffs",
            swap(DIGEST, cell),
            "out-of-bounds",
            3,
            f"'{cell}' does not fit 'digest': pattern {pattern_of('signoffs', 'digest')}.",
            described("signoffs", "digest"),
            column="digest",
            cell=cell,
            key="second",
        )
        for what, cell in [
            ("without its version", "a1" * 32),
            ("with another version", f"v1:{'a1' * 32}"),
            ("cut short", DIGEST[:-1]),
            ("too long", f"{DIGEST}0"),
            ("in capitals", f"w1:{'A1' * 32}"),
            ("with a letter that is no hexadecimal", f"w1:{'g1' * 32}"),
        ]
    ),
    *(
        one(
            f"{what} as {column}",
            table,
            swap(old, new),
            "out-of-bounds",
            3,
            f"'{cell}' does not fit '{column}': pattern {pattern_of(table, column)}.",
            described(table, column),
            column=column,
            cell=cell,
            key=key,
        )
        for what, table, old, new, column, cell, key in [
            *(
                (what, "signing_keys", f"{PUBLIC}B{'A' * 42}", cell, "public_key", cell, "bo-2")
                for what, cell in [
                    ("a key of another kind", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB"),
                    ("a key of another length", f"{PUBLIC}B{'A' * 41}"),
                    ("a key with its comment", f"{PUBLIC}B{'A' * 42} bo@example.org"),
                    ("a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"),
                ]
            ),
            *(
                (
                    *(repr(cell), "signing_keys", "bo-2,bo,signoff@example.org"),
                    *(f"bo-2,bo,{cell}", "namespace", cell, "bo-2"),
                )
                for cell in ["file", "signoff@", "signoff@Example.org", "signoff@a b"]
            ),
            *(
                (repr(cell), "signoffs", "U1NIU0lH", cell, "signature", cell, "second")
                for cell in ["U1NIU0l_", "U1NI U0lH", "-----BEGIN SSH SIGNATURE-----"]
            ),
        ]
    ),
    *(
        one(
            f"{cell!r} as a market",
            "help_lines",
            swap("ZZ,", f"{cell},"),
            "out-of-bounds",
            3,
            f"'{cell}' does not fit 'market': pattern {pattern_of('help_lines', 'market')}.",
            described("help_lines", "market"),
            column="market",
            cell=cell,
            key=f"{cell}/Find A Helpline",
        )
        for cell in ["zz", "Z", "GBR", "G1", "ÄÖ", "ZZ "]
    ),
    *(
        one(
            f"{cell!r} as the page of a help line",
            "help_lines",
            swap("https://example.org/call", cell),
            "out-of-bounds",
            2,
            f"'{cell}' does not fit 'url': pattern {pattern_of('help_lines', 'url')}.",
            described("help_lines", "url"),
            column="url",
            cell=cell,
            key="GB/Samaritans",
        )
        for cell in ["example.org/call", "tel:116123", "https://example.org/c all"]
    ),
    *(
        one(
            f"{cell!r} as a key of {table}",
            table,
            swap(old, new),
            "not-a-key",
            3,
            f"'{cell}' is not a key.",
            KEY_HINT,
            column=column,
            cell=cell,
            key=key,
        )
        for table, old, new, column, cell, key in [
            ("signoffs", "second,", "Second,", "signoff", "Second", "Second"),
            ("topics", "what,", "what is,", "topic", "what is", "what is"),
            ("rules", "wonder,advice", "won_der,advice", "rule", "won_der", "won_der"),
            (
                "waivers",
                "taste,wonder",
                "taste,Wonder",
                "rule",
                "Wonder",
                "statements/tea/taste/Wonder",
            ),
            ("evidence", "calm,pot", "calm,Pot", "source", "Pot", "tea/calm/Pot"),
            ("signoffs", "second,tea,calm,bo", "second,tea,calm,Bo", "person", "Bo", "second"),
            ("statements", "low,,,,ann", "low,,,,Ann", "author", "Ann", "tea/calm"),
            (
                *("waivers", "quoted.,2026-12-31,bo", "quoted.,2026-12-31,Bo", "owner", "Bo"),
                "statements/tea/taste/wonder",
            ),
        ]
    ),
    *(
        one(
            f"a hidden character in {table}.{column}",
            table,
            swap(old, new),
            "control-character",
            line,
            f"U+202E RIGHT-TO-LEFT OVERRIDE stands at character {place} of '{column}'.",
            HIDDEN_HINT,
            column=column,
            cell=cell,
            key=key,
        )
        for table, line, old, new, column, cell, place, key in [
            ("sources", 3, "The pot", "The\u202e pot", "title", "The\u202e pot", 4, "pot"),
            ("people", 2, "Ann Ash", "Ann\u202e", "name", "Ann\u202e", 4, "ann"),
            ("signoffs", 2, "Say may.", "No\u202e", "comment", "No\u202e", 3, "first"),
            ("rules", 3, "Cut it.", "Cut\u202e", "hint", "Cut\u202e", 4, "wonder"),
            (
                "sources",
                *(2, "https://example.org/leaf", "https://a.org/\u202e", "url"),
                *("https://a.org/\u202e", 15, "leaf"),
            ),
        ]
    ),
]
DAY_HINT = "Write year, month and day, as in 2026-01-31."

DAYS = {
    ("sources", "accessed"): ("2026-01-11", 2, "leaf"),
    ("sources", "confirmed_on"): ("2026-01-12", 2, "leaf"),
    ("sources", "retraction_checked_on"): ("2026-01-13", 2, "leaf"),
    ("sources", "state_on"): ("2026-01-21", 2, "leaf"),
    ("sources", "revision_checked_on"): ("2026-01-14", 2, "leaf"),
    ("evidence", "checked_on"): ("2026-01-15", 2, "tea/calm/leaf"),
    ("signoffs", "signed_on"): ("2026-01-16", 2, "first"),
    ("proposals", "proposed_on"): ("2026-01-22", 2, "early"),
    ("proposals", "decided_on"): ("2026-01-23", 2, "early"),
    ("comments", "said_on"): ("2026-01-26", 2, "answer"),
    ("comments", "resolved_on"): ("2026-01-27", 3, "asked"),
    ("signing_keys", "valid_from"): ("2025-01-01", 2, "bo-1"),
    ("signing_keys", "valid_until"): ("2025-12-31", 2, "bo-1"),
    ("signing_keys", "revoked_on"): ("2025-11-30", 2, "bo-1"),
    ("help_lines", "checked_on"): ("2026-01-18", 2, "GB/Samaritans"),
    ("strings", "checked_on"): ("Sources,2026-01-21", 3, "sources/fr"),
    ("releases", "released_on"): ("tea,2026-01-19", 2, "tea/{}/calm"),
    ("waivers", "until"): ("charity.,2026-12-31", 2, "statements/tea/call/cure"),
}
"""By column of dates: what stands in a line, the line and its key."""


def of_day(table: str, column: str, cell: str) -> Change:
    stands = DAYS[table, column][0]
    return swap(stands, stands[:-10] + cell)


def a_day(name: str, table: str, column: str, cell: str, rule: str, message: str, hint: str) -> Any:
    _, line, key = DAYS[table, column]
    change = of_day(table, column, cell)
    place = {"column": column, "cell": cell, "key": key.format(cell)}
    return one(name, table, change, rule, line, message, hint, **place)


DATES = [
    *(
        a_day(
            f"30 February in {table}.{column}",
            *(table, column, "2026-02-30", "wrong-type"),
            *("'2026-02-30' is not a date.", "February 2026 has 28 days."),
        )
        for table, column in DAYS
    ),
    *(
        a_day(
            f"a day before 1900 in {table}.{column}",
            *(table, column, "1899-12-31", "out-of-bounds"),
            f"'1899-12-31' does not fit '{column}': minimum 1900-01-01.",
            described(table, column),
        )
        for table, column in DAYS
    ),
    *(
        a_day(
            f"{cell!r} for a date",
            *("waivers", "until", cell, "wrong-type"),
            *(
                f"'{cell}' is not a date.",
                "Write 2026-12-31." if cell[2:3] in (".", "/") else DAY_HINT,
            ),
        )
        for cell in [
            "soon",
            "NA",
            "31.12.2026",
            "12/31/2026",
            "20261231",
            "2026-12",
            "2026-12-31T10:00",
            " 2026-12-31",
            "2026-W05-1",
        ]
    ),
    *(
        a_day(
            f"{cell!r} for 2026-01-05",
            *("waivers", "until", cell, "wrong-type"),
            *(f"'{cell}' is not the plain way to write 2026-01-05.", "Write 2026-01-05."),
        )
        for cell in ["2026-1-5", "2026-01- 5", "２０２６-01-05"]
    ),
]

EMPTY = [
    one(
        f"{table}.{column} is empty",
        table,
        swap(old, new),
        "empty-cell",
        line,
        f"'{column}' is empty.",
        f"Fill it in. {described(table, column)}",
        column=column,
        key=key,
    )
    for table, line, old, new, column, key in [
        ("sources", 3, "The pot", "", "title", "pot"),
        ("sources", 3, "pot,book", "pot,", "type", "pot"),
        ("evidence", 3, "Nobody felt calmer.", "", "finding", "tea/calm/pot"),
        ("evidence", 3, "contradicts", "", "role", "tea/calm/pot"),
        ("people", 2, "Ann Ash", "", "name", "ann"),
        ("people", 3, "Clinic,none", "Clinic,", "conflicts", "bo"),
        (
            "signoffs",
            3,
            "calm,bo,Bo,clinical,approved",
            "calm,,Bo,clinical,approved",
            "person",
            "second",
        ),
        ("signoffs", 3, "Tea may calm.", "", "wording", "second"),
        ("signoffs", 3, "2026-01-17", "", "signed_on", "second"),
        ("policies", 3, "risk,lay", "risk,", "capacity", "risk/"),
        ("topics", 3, "What is tea?", "", "question", "what"),
        ("rules", 3, "It praises.", "", "message", "wonder"),
        ("rules", 3, "House style", "", "authority", "wonder"),
        ("phrases", 2, "praise,wonder", ",wonder", "list", "/wonder/en"),
        ("help_lines", 3, "Go to findahelpline.com.", "", "contact", "ZZ/Find A Helpline"),
        ("waivers", 3, "It is quoted.", "", "reason", "statements/tea/taste/wonder"),
        ("waivers", 3, "quoted.,2026-12-31", "quoted.,", "until", "statements/tea/taste/wonder"),
    ]
]

LINES = [
    *(
        one(
            f"a line of {cells} cells",
            table,
            swap(old, new),
            "ragged-line",
            line,
            f"The line has {cells}, the header has {header}.",
            RAGGED_HINT,
        )
        for table, line, old, new, cells, header in [
            ("terms", 2, ",,\n", "\n", "3 cells", 5),
            ("terms", 2, "OCD,en,obsessive-compulsive disorder,,", "OCD", "1 cell", 5),
            ("documents", 2, ",365", ",365,", "19 cells", 18),
            ("statements", 5, ",item,Heat,Use hot water.,,kept", "", "27 cells", 32),
            ("statements", 3, "Tea calms.", "Tea, calms.", "33 cells", 32),
            ("sections", 4, "tea,lede,10,,,,,10,,,false,,,,", "tea,lede", "2 cells", 15),
        ]
    ),
    *(
        one(
            f"a quote {where}",
            "statements",
            swap("Tea may calm.", cell),
            "stray-quote",
            3,
            QUOTE,
            QUOTE_HINT,
            column="text",
        )
        for where, cell in [
            ("inside a bare cell", 'Tea may "calm".'),
            ("at the end of a bare cell", 'Tea may calm"'),
            ("after the end of a quoted cell", '"Tea" may calm.'),
            ("that is never closed", '"Tea may calm.'),
            ("that is never closed before commas", '"Tea, may, calm.'),
            ("that is doubled in a bare cell", 'Tea may ""calm"".'),
        ]
    ),
    one(
        "a quote that is never closed in the last cell of the file",
        "sections",
        swap("cy,,,,false,,,,\n", 'cy,,,,"false,,,,\n'),
        "stray-quote",
        5,
        QUOTE,
        QUOTE_HINT,
        column="supplied_run_in",
    ),
    one(
        "a blank line in the middle",
        "statements",
        swap("tea,hot", "\ntea,hot"),
        "blank-line",
        5,
        "The line is blank.",
        "Delete it.",
    ),
    one(
        "a blank line at the end",
        "notices",
        swap("Call now.,\n", "Call now.,\n\n"),
        "blank-line",
        3,
        "The line is blank.",
        "Delete it.",
    ),
    one(
        "a line of commas",
        "terms",
        swap("OCD", ",,,,\nOCD"),
        "blank-line",
        2,
        "The line is blank.",
        "Delete it.",
    ),
    one(
        "a Latin-1 letter",
        "notices",
        swap("Call now.", "Appelez à l’aide.".encode().replace("à".encode(), b"\xe0")),
        "wrong-encoding",
        2,
        "Byte 45 (0xe0) is not UTF-8.",
        "Save the file as 'CSV UTF-8'.",
    ),
    one(
        "a Latin-1 letter after a byte-order mark",
        "notices",
        everything(b"\xef\xbb\xbf" + SOUND["notices"].encode().replace(b"now", b"n\xf6w")),
        "wrong-encoding",
        2,
        "Byte 46 (0xf6) is not UTF-8.",
        "Save the file as 'CSV UTF-8'.",
    ),
    one(
        "UTF-16, as some spreadsheets save it",
        "sections",
        everything(SOUND["sections"].encode("utf-16")),
        "wrong-encoding",
        1,
        "The file is UTF-16, not UTF-8.",
        "Save the file as 'CSV UTF-8'.",
    ),
    *(
        one(
            f"a table of {table} that is not there",
            table,
            everything(None),
            "missing-file",
            None,
            "The file is not there.",
            "Restore it from version control. Where it never was there, make it with this one "
            f"line: {HEADERS[table]}",
        )
        for table in TABLES
    ),
    *(
        one(
            name,
            "sections",
            everything(data),
            "missing-header",
            1,
            f"The {what}.",
            f"Write this as its first line: {HEADERS['sections']}",
        )
        for name, data, what in [
            ("an empty file", b"", "file is empty"),
            ("a file with a byte-order mark only", b"\xef\xbb\xbf", "file is empty"),
            ("a blank first line", b"\n" + SOUND["sections"].encode(), "first line is blank"),
        ]
    ),
]

LAWS = [
    one(
        "a public key of two rows",
        "signing_keys",
        swap(f"{PUBLIC}B{'A' * 42}", f"{PUBLIC}{'A' * 43}"),
        "signing-key-twice",
        3,
        "This public key stands in line 2 already.",
        "Delete one of the rows: a key is one person's, at one time.",
        column="public_key",
        cell=f"{PUBLIC}{'A' * 43}",
        key="bo-2",
    ),
    one(
        "a signing key that ends before it begins",
        "signing_keys",
        swap("2025-12-31", "2024-12-31"),
        "ends-before-it-begins",
        2,
        "The key is valid until 2024-12-31, and only from 2025-01-01 on.",
        "Mend one of the two days.",
        column="valid_until",
        cell="2024-12-31",
        key="bo-1",
    ),
    one(
        "a private key in the tables",
        "signing_keys",
        swap(",Lost.", ",-----BEGIN OPENSSH PRIVATE KEY----- b3Bl"),
        "private-key",
        2,
        "A private key stands here, for all who have the tables.",
        "Delete it, and make another key: this one is in other hands.",
        column="note",
        cell="-----BEGIN OPENSSH PRIVATE KEY----- b3Bl",
        key="bo-1",
    ),
    one(
        "a position used twice by sections",
        "sections",
        swap("spare,40", "spare,20"),
        "position-used-twice",
        5,
        "Position 20 is used twice; line 2 has it too.",
        POSITION_HINT,
        column="position",
        cell="20",
        key="tea/spare",
    ),
    one(
        "a supplied position used twice by sections",
        "sections",
        swap("gone,,,,,,30", "gone,,,,,,20"),
        "position-used-twice",
        3,
        "Position 20 is used twice; line 2 has it too.",
        POSITION_HINT,
        column="supplied_position",
        cell="20",
        key="tea/gone",
    ),
    one(
        "a position used twice by statements of a section",
        "statements",
        swap("taste,lede,1,20", "taste,lede,1,10"),
        "position-used-twice",
        6,
        "Position 10 is used twice; line 3 has it too.",
        POSITION_HINT,
        column="position",
        cell="10",
        key="tea/taste",
    ),
    one(
        "a supplied position used twice by statements of a section",
        "statements",
        swap(",lede,1,20,paragraph,,It tastes.,none", ",lede,1,10,paragraph,,It tastes.,none"),
        "position-used-twice",
        6,
        "Position 10 is used twice; line 3 has it too.",
        POSITION_HINT,
        column="supplied_position",
        cell="10",
        key="tea/taste",
    ),
    one(
        "a kind of thing without its name",
        "documents",
        swap("Tea leaves", ""),
        "half-about",
        2,
        "'about' is empty, but 'about_type' is 'Substance'.",
        ABOUT_HINT,
        column="about",
        key="tea",
    ),
    one(
        "a name without the kind of thing",
        "documents",
        swap("Substance", ""),
        "half-about",
        2,
        "'about_type' is empty, but 'about' is 'Tea leaves'.",
        ABOUT_HINT,
        column="about_type",
        key="tea",
    ),
    one(
        "words of its own and a notice",
        "statements",
        swap("Use hot water.,,,", "Use hot water.,crisis,,"),
        "text-and-notice",
        5,
        "The row has words of its own and the notice 'crisis'.",
        "Empty one of the two: the notice's words stand in place of text.",
        column="notice",
        cell="crisis",
        key="tea/hot",
    ),
    one(
        "words and no position",
        "statements",
        swap("hot,brewing,1,15", "hot,brewing,1,"),
        "half-cut",
        5,
        "The statement has words but no position.",
        CUT_HINT,
        column="position",
        key="tea/hot",
    ),
    one(
        "a notice and no position",
        "statements",
        swap("call,lede,2,30", "call,lede,2,"),
        "half-cut",
        2,
        "The statement has words but no position.",
        CUT_HINT,
        column="position",
        key="tea/call",
    ),
    one(
        "a position and no words",
        "statements",
        swap("Tea may calm.", ""),
        "half-cut",
        3,
        "The statement has a position but no words.",
        CUT_HINT,
        column="position",
        cell="10",
        key="tea/calm",
    ),
    *(
        one(
            f"supplied words without {column}",
            "statements",
            swap(",gone,1,15,item,,It is gone.", f",{cells},,It is gone."),
            "half-supplied",
            4,
            f"'{column}' and 'supplied' do not go together: one is empty.",
            SUPPLIED_HINT,
            column=column,
            key="tea/cut",
        )
        for column, cells in [
            ("supplied_section", ",1,15,item"),
            ("supplied_block", "gone,,15,item"),
            ("supplied_position", "gone,1,,item"),
            ("supplied_form", "gone,1,15,"),
        ]
    ),
    one(
        "a supplied position without supplied words",
        "statements",
        swap(",crisis,advice,,,,,,,,,,,", ",crisis,advice,,,,,,,,5,,,"),
        "half-supplied",
        2,
        "'supplied_position' and 'supplied' do not go together: one is empty.",
        SUPPLIED_HINT,
        column="supplied_position",
        cell="5",
        key="tea/call",
    ),
    one(
        "a statement in a section that is cut",
        "statements",
        swap("hot,brewing,1", "hot,gone,1"),
        "section-is-cut",
        5,
        "The section 'gone' is cut, so no reader would see this statement.",
        "Move the statement to another section, cut it, or give the section a position.",
        column="section",
        cell="gone",
        key="tea/hot",
    ),
    *(
        one(
            f"a section under {what}",
            "sections",
            swap(old, new),
            "stands-under-none",
            line,
            f"The section '{cell}' that this one stands under {what}.",
            "Name a section of this page that is shown, has a heading and stands under none, or "
            "empty the cell.",
            column="under",
            cell=cell,
            key=key,
        )
        for what, old, new, line, cell, key in [
            ("is not there", "Spare,brewing", "Spare,brew", 5, "brew", "tea/spare"),
            ("is this one", "Spare,brewing", "Spare,spare", 5, "spare", "tea/spare"),
            ("is cut", "Spare,brewing", "Spare,gone", 5, "gone", "tea/spare"),
            ("has no heading", "Spare,brewing", "Spare,lede", 5, "lede", "tea/spare"),
            (
                *("stands under another itself", "lede,10,,,,", "lede,10,,,spare,"),
                *(4, "spare", "tea/lede"),
            ),
        ]
    ),
    one(
        "two forms in a block",
        "statements",
        swap("taste,lede,1,20,paragraph", "taste,lede,1,20,item"),
        "mixed-forms",
        6,
        "'item', but line 3 of the same block is 'paragraph'.",
        BLOCK_HINT,
        column="form",
        cell="item",
        key="tea/taste",
    ),
    one(
        "two forms in a supplied block",
        "statements",
        swap("20,paragraph,,It tastes.,none", "20,item,,It tastes.,none"),
        "mixed-forms",
        6,
        "'item', but line 3 of the same block is 'paragraph'.",
        BLOCK_HINT,
        column="supplied_form",
        cell="item",
        key="tea/taste",
    ),
    pytest.param(
        "notices",
        swap("crisis,en", "crisis,fr"),
        [
            fault(
                "notice-language",
                "statements",
                2,
                "The notice 'crisis' is not written in 'en'.",
                "Add that row to notices.csv.",
                column="notice",
                cell="crisis",
                key="tea/call",
            )
        ],
        id="a notice in another language than its page",
    ),
]


FILL_HINT = "Fill in 'decision' and 'decided_on', or, while it is open, neither."

DISCUSSION = [
    *(
        unknown(f"{what} that is not there", table, swap(old, new), line, cell, other, column, key)
        for what, table, old, new, line, cell, other, column, key in [
            *(
                (
                    f"a {one[:-1]} on a page",
                    one,
                    old,
                    new,
                    line,
                    "teas",
                    "documents",
                    "document",
                    key,
                )
                for one, old, new, line, key in [
                    ("proposals", "early,tea", "early,teas", 2, "early"),
                    ("comments", "asked,tea", "asked,teas", 3, "asked"),
                ]
            ),
            *(
                ("a person", table, old, new, line, "cy", "people", column, key)
                for table, old, new, line, column, key in [
                    ("proposals", f"{'0' * 64},bo", f"{'0' * 64},cy", 2, "person", "early"),
                    ("proposals", "calm.,ann,", "calm.,cy,", 2, "decided_by", "early"),
                    ("comments", "may.,bo", "may.,cy", 3, "person", "asked"),
                    ("comments", "first,ann", "first,cy", 3, "resolved_by", "asked"),
                ]
            ),
            (
                *("a sign-off", "comments", "first,ann", "third,ann", 3),
                *("third", "signoffs", "signoff", "asked"),
            ),
            (
                *("a statement", "proposals", "early,tea,calm", "early,tea,calms", 2),
                *("tea/calms", "statements", "statement", "early"),
            ),
        ]
    ),
    one(
        "a decision that is none",
        "proposals",
        swap("accepted", "acepted"),
        *("not-in-list", 2, "'acepted' is not a value of 'decision'.", "Did you mean 'accepted'?"),
        column="decision",
        cell="acepted",
        key="early",
    ),
    one(
        "a digest of a proposal without its version",
        "proposals",
        swap(f"w2:{'0' * 64},bo", f"{'0' * 64},bo"),
        "out-of-bounds",
        2,
        f"'{'0' * 64}' does not fit 'digest': pattern {pattern_of('proposals', 'digest')}.",
        described("proposals", "digest"),
        column="digest",
        cell="0" * 64,
        key="early",
    ),
    one(
        "a decision without a day",
        "proposals",
        swap(",2026-01-23", ","),
        *("half-decided", 2, "There is a decision but no day.", FILL_HINT),
        column="decided_on",
        key="early",
    ),
    one(
        "a day without a decision",
        "proposals",
        swap("k-1,,,,\n", "k-1,,,,2026-01-24\n"),
        *("half-decided", 3, "No decision on that day.", FILL_HINT),
        column="decided_on",
        cell="2026-01-24",
        key="late",
    ),
    one(
        "other words taken than were accepted",
        "proposals",
        swap("accepted,Tea may", "accepted,Tea can"),
        "half-decided",
        2,
        "'taken' is not the words proposed, and they were accepted.",
        "Write the words proposed, or in-part as the decision.",
        column="taken",
        cell="Tea can calm.",
        key="early",
    ),
    one(
        "words taken of what was refused",
        "proposals",
        swap("accepted,Tea may", "refused,Tea may"),
        "half-decided",
        2,
        "Words were taken, though nobody decided to take any.",
        "Empty the cell, or write accepted or in-part as the decision.",
        column="taken",
        cell="Tea may calm.",
        key="early",
    ),
    one(
        "a proposal for a cell that a heading has not",
        "proposals",
        swap("heading:brewing,heading", "heading:brewing,label"),
        "not-its-cell",
        3,
        "'heading:brewing' has no cell 'label'.",
        "Write heading.",
        column="column",
        cell="label",
        key="late",
    ),
    *(
        one(
            f"a row of {table} by nobody",
            table,
            swap(old, new),
            "by-nobody",
            line,
            "Neither 'person' nor 'name' says who it is by.",
            "Write a key of people.csv, or, where nobody knows it, the name that came with it.",
            column="person",
            key=key,
        )
        for table, old, new, line, key in [
            ("proposals", ",B. Birch,", ",,", 3, "late"),
            ("comments", "does.,ann,", "does.,,", 2, "answer"),
        ]
    ),
    *(
        one(
            f"an anchor {what}",
            "comments",
            swap("may,4", new),
            "not-in-wording",
            3,
            f"'{cell}' does not stand in 'wording' at that place.",
            "Write words of the wording, and in 'anchor_at' how many characters stand before them; "
            "or empty both.",
            column="anchor",
            cell=cell,
            key="asked",
        )
        for what, new, cell in [
            ("of other words", "can,4", "can"),
            ("at another place", "may,5", "may"),
            ("without a place", "may,", "may"),
        ]
    ),
    *(
        one(
            f"an answer to {what}",
            "comments",
            swap(old, new),
            "not-a-thread",
            2,
            f"'{cell}' is no comment on tea/calm that starts a thread.",
            "Name the first comment of the thread, or empty the cell.",
            column="reply_to",
            cell=cell,
            key="answer",
        )
        for what, old, new, cell in [
            ("nothing", "answer,tea,calm,asked", "answer,tea,calm,ask", "ask"),
            ("an answer", "answer,tea,calm,asked", "answer,tea,calm,answer", "answer"),
            ("a comment on another statement", "asked,tea,calm", "asked,tea,taste", "asked"),
        ]
    ),
]

OWN_PATTERNS = (
    *("doi", "pmid", "state_notice", "url", "issued", "digest", "market"),
    *("public_key", "namespace"),
)

CASES = [
    *(*COLUMNS, *KEYS, *FOREIGN_KEYS, *TWICE, *CELLS, *LISTS, *PATTERNS, *DATES, *EMPTY),
    *(*LINES, *LAWS, *DISCUSSION),
]


@pytest.mark.parametrize(("table", "change", "expected"), CASES)
def test_one_break_gives_one_fault(
    tmp_path: Path, table: str, change: Change, expected: list[dict[str, Any]]
):
    assert faults_of(broken_folder(tmp_path, table, change)) == expected


def test_every_foreign_key_list_date_and_pattern_of_the_data_package_is_broken_above():
    broken = {(each["table"], each["column"], each["rule"]) for c in CASES for each in c.values[2]}
    unbroken = []
    for table, schema in shipped_schemas().items():
        wanted = {
            (key["fields"][-1], "unknown-key") for key in schema.descriptor.get("foreignKeys", [])
        }
        for column, field in schema.fields.items():
            if "enum" in field.get("constraints", {}):
                wanted.add((column, "not-in-list"))
            if field["type"] == "date":
                wanted |= {(column, "wrong-type"), (column, "out-of-bounds")}
            if column in OWN_PATTERNS:
                wanted.add((column, "out-of-bounds"))
        if schema.key:
            wanted.add((schema.key[-1], "duplicate-key"))
        unbroken += [f"{table}.{column}: {rule}" for column, rule in sorted(wanted)]
        unbroken = [one for one in unbroken if tuple(re.split(r"\.|: ", one)) not in broken]
    assert unbroken == []


def places_of(folder: Path) -> list[tuple[str, int | None, str, str]]:
    return [(one["file"], one["line"], one["column"], one["rule"]) for one in faults_of(folder)]


def test_tables_with_faults_are_not_read_and_the_failure_lists_them_all(tmp_path: Path):
    folder = broken_folder(tmp_path, "statements", swap("benefit", "benifit"))
    (folder / "notices.csv").write_bytes(b"")
    with pytest.raises(BrokenTables) as refused:
        read_content(folder)
    assert str(refused.value) == (
        f"{folder}/notices.csv:1: error: The file is empty. [missing-header]\n"
        f"    hint: Write this as its first line: {HEADERS['notices']}\n"
        f"{folder}/statements.csv:3: kind: error: 'benifit' is not a value of 'kind'. "
        "[not-in-list]\n"
        "    hint: Did you mean 'benefit'?\n"
        f"The tables in {folder} have 2 faults.\n"
        "hint: Mend the cells named above, then try again."
    )


def test_many_breaks_in_many_tables_are_all_found_in_one_go(tmp_path: Path):
    folder = sound_folder(tmp_path)
    for table, old, new in [
        ("documents", ",365", ",often"),
        ("sections", "tea,spare", "coffee,spare"),
        ("sections", "Brewing,false", "Brewing,no"),
        ("sections", "gone,,,,,,30", "gone,,,,,,20"),
        ("statements", "benefit,low", "benifit,lowest"),
        ("statements", "tea,cut,", "tea,call,"),
        ("statements", "hot,brewing,1,", "hot,,x,"),
        ("statements", "taste,lede,1,20,paragraph", "taste,lede,1,20,item"),
        ("notices", "Call now.", '"Call now.'),
        ("terms", "OCD,en,", "OCD,en\nADHD,"),
    ]:
        path = folder / f"{table}.csv"
        path.write_bytes(swap(old, new)(path.read_bytes()) or b"")
    assert places_of(folder) == [
        ("documents.csv", 2, "review_every_days", "wrong-type"),
        ("notices.csv", 2, "text", "stray-quote"),
        ("sections.csv", 2, "supplied_run_in", "wrong-type"),
        ("sections.csv", 3, "supplied_position", "position-used-twice"),
        ("sections.csv", 5, "document", "unknown-key"),
        ("statements.csv", 3, "certainty", "not-in-list"),
        ("statements.csv", 3, "kind", "not-in-list"),
        ("statements.csv", 4, "statement", "duplicate-key"),
        ("statements.csv", 5, "block", "wrong-type"),
        ("statements.csv", 5, "section", "empty-cell"),
        ("statements.csv", 6, "form", "mixed-forms"),
        ("terms.csv", 2, "", "ragged-line"),
        ("terms.csv", 3, "", "ragged-line"),
    ]


BREAKS_OF_A_LINE = [
    pytest.param(
        "Use hot water.,,,", '"Use hot water.,,,', "stray-quote", id="a quote never closed"
    ),
    pytest.param("Use hot water.,,,", '"Use" hot water.,,,', "stray-quote", id="a quote too early"),
    pytest.param("Use hot water.,,,", "Use, hot, water.,,,", "ragged-line", id="cells too many"),
    pytest.param("tea,hot,", "\ntea,hot,", "blank-line", id="a blank line"),
    pytest.param("Use hot water.,,,", b"Use h\xf6t water.,,,", "wrong-encoding", id="not UTF-8"),
]


@pytest.mark.parametrize(("old", "new", "rule"), BREAKS_OF_A_LINE)
def test_a_fault_of_a_line_hides_no_fault_before_or_after_it(
    tmp_path: Path, old: str, new: str | bytes, rule: str
):
    broken = SOUND["statements"].replace("Use hot water.,,kept", "Hot it was.,,kept").encode()
    broken = swap(old, new)(broken) or b""
    broken = broken.replace(b"benefit", b"benifit").replace(b"taste,lede", b"taste,lid")
    folder = broken_folder(tmp_path, "statements", everything(broken))
    last = 7 if rule == "blank-line" else 6
    assert [(line, found) for _, line, _, found in places_of(folder)] == [
        (3, "not-in-list"),
        (5, rule),
        (last, "unknown-key"),
    ]


def test_every_line_that_is_not_utf8_is_named(tmp_path: Path):
    data = (
        SOUND["statements"].encode().replace(b"calms", b"c\xe4lms").replace(b"ot w", b"\xf6t w", 1)
    )
    folder = broken_folder(tmp_path, "statements", everything(data))
    first, second = data.index(b"\xe4"), data.index(b"\xf6")
    assert [(one["line"], one["message"]) for one in faults_of(folder)] == [
        (3, f"Byte {first} (0xe4) is not UTF-8."),
        (5, f"Byte {second} (0xf6) is not UTF-8."),
    ]


def test_a_misquoted_line_keeps_the_faults_of_the_cells_before_the_quote(tmp_path: Path):
    change = swap("30,notice,,,,crisis", '30,notise,,,"Hm,crisis')
    folder = broken_folder(tmp_path, "statements", change)
    assert places_of(folder) == [
        ("statements.csv", 2, "form", "not-in-list"),
        ("statements.csv", 2, "text", "stray-quote"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_lines_are_counted_right_after_cells_with_line_breaks(tmp_path: Path, end: str):
    text = SOUND["statements"].replace("Tea calms.", '"Tea\n\n""calms"".\n"')
    text = text.replace("benefit", "benifit").replace("taste,lede", "taste,lid")
    text = text.replace("It is gone.", '"It is\ngone').replace("\n", end)
    folder = broken_folder(tmp_path, "statements", everything(text.encode()))
    found = [one for one in places_of(folder) if one[3] != "control-character"]
    assert found == [
        ("statements.csv", 3, "kind", "not-in-list"),
        ("statements.csv", 7, "supplied", "stray-quote"),
        ("statements.csv", 8, "", "ragged-line"),
        ("statements.csv", 10, "section", "unknown-key"),
    ]


def test_a_fault_of_a_missing_column_is_said_once_not_once_a_row(tmp_path: Path):
    folder = sound_folder(tmp_path)
    for table in TABLES:
        path = folder / f"{table}.csv"
        key = shipped_schemas()[table].key[-1]
        path.write_bytes(
            columns(lambda names, key=key: [name for name in names if name != key])(
                path.read_bytes()
            )
            or b""
        )
    assert {rule for *_, rule in places_of(folder)} == {"missing-column"}
    assert len(places_of(folder)) == len(TABLES)


# --- the data package ------------------------------------------------------------------------


def repackaged(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Return a sound folder whose data package was changed: tables by name, as Table Schemas."""
    path = sound_folder(folder) / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    change({resource["name"]: resource["schema"] for resource in package["resources"]})
    path.write_text(json.dumps(package), "utf-8")
    return folder


def test_frictionless_accepts_the_shipped_tables():
    from frictionless import Package

    report = Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "message"])
    assert [task.name for task in report.tasks] == list(TABLES)


def test_every_field_of_the_data_package_is_described():
    package = json.loads((DATA / "datapackage.json").read_text("utf-8"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    undescribed = [
        f"{resource['name']}.{field['name']}"
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
        if not field.get("description")
    ]
    assert undescribed == []


def test_schemas_come_in_the_order_of_the_tables(tmp_path: Path):
    schemas = read_schemas(sound_folder(tmp_path))
    assert tuple(schemas) == TABLES
    assert schemas["statements"].key == ("document", "statement")
    assert schemas["statements"].typed("integer") == (
        "block",
        "position",
        "supplied_block",
        "supplied_position",
    )


def test_a_folder_without_a_data_package_is_refused(tmp_path: Path):
    with pytest.raises(KetcontentError) as refused:
        read_content(tmp_path)
    assert str(refused.value) == (
        f"No datapackage.json in {tmp_path}.\n"
        "hint: Name the folder of the tables with --data, or make a project with "
        "'ketcontent init DIRECTORY'."
    )
    assert refused.value.path == str(tmp_path / "datapackage.json")
    (tmp_path / "terms.csv").touch()
    with pytest.raises(KetcontentError) as refused:
        read_content(tmp_path)
    assert refused.value.hint.startswith("Its tables are there: restore it from version control")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(
            b'{"resources": [,]}',
            "is not JSON: Expecting value: line 1 column 16 (char 15)",
            id="a stray comma",
        ),
        pytest.param(b"", "is not JSON: Expecting value: line 1 column 1 (char 0)", id="empty"),
        pytest.param(b"{}", "is not a data package of tables: 'resources' is missing", id="{}"),
        pytest.param(
            b'{"resources": [{"path": "a.csv"}]}',
            "is not a data package of tables: 'name' is missing",
            id="a table without a name",
        ),
        pytest.param(
            b'{"resources": [{"name": "terms"}]}',
            "is not a data package of tables: 'schema' is missing",
            id="a table without a schema",
        ),
        pytest.param(
            b'{"resources": null}',
            "is not a data package of tables: 'NoneType' object is not iterable",
            id="null for the tables",
        ),
    ],
)
def test_a_data_package_that_is_none_is_refused(tmp_path: Path, data: bytes, reason: str):
    path = sound_folder(tmp_path) / "datapackage.json"
    path.write_bytes(data)
    hint = (
        "Mend it at that place."
        if "JSON" in reason
        else f"Compare it with the one at {shipped_path()}."
    )
    with pytest.raises(KetcontentError) as refused:
        faults_in(tmp_path)
    assert str(refused.value) == f"{path} {reason}.\nhint: {hint}"


def test_a_data_package_without_a_table_is_refused(tmp_path: Path):
    path = sound_folder(tmp_path) / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    package["resources"] = package["resources"][:-1]
    path.write_text(json.dumps(package), "utf-8")
    with pytest.raises(KetcontentError) as refused:
        read_content(tmp_path)
    assert refused.value.message == (
        f"{path}: the table 'releases' lacks document, released_on, statement, change, words."
    )


def test_a_data_package_without_a_column_is_refused(tmp_path: Path):
    def lose(schemas: dict[str, Any]) -> None:
        del schemas["notices"]["fields"][2:]

    folder = repackaged(tmp_path, lose)
    with pytest.raises(KetcontentError) as refused:
        read_content(folder)
    assert str(refused.value) == (
        f"{folder / 'datapackage.json'}: the table 'notices' lacks text, needs.\n"
        "hint: A project made by an older version is brought up by 'ketcontent upgrade'; "
        "columns of your own stay."
    )


def test_a_data_package_with_another_primary_key_is_refused(tmp_path: Path):
    folder = repackaged(tmp_path, lambda schemas: schemas["terms"].update(primaryKey="term"))
    with pytest.raises(KetcontentError) as refused:
        read_content(folder)
    assert str(refused.value) == (
        f"{folder / 'datapackage.json'}: the primary key of 'terms' is term.\n"
        "hint: Make it term, language."
    )


def test_a_primary_key_of_one_column_may_be_written_without_a_list(tmp_path: Path):
    folder = repackaged(
        tmp_path, lambda schemas: schemas["documents"].update(primaryKey="document")
    )
    assert read_content(folder).schemas["documents"].key == ("document",)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        pytest.param(
            {"name": "own", "type": "strnig"},
            'field type "strnig" is not supported',
            id="no such type",
        ),
        pytest.param(
            {"name": "own", "type": "string", "constraints": {"pattern": "("}},
            "missing ), unterminated subpattern at position 0",
            id="no such pattern",
        ),
    ],
)
def test_a_data_package_that_frictionless_refuses_is_named(
    tmp_path: Path, field: dict[str, Any], reason: str
):
    folder = repackaged(tmp_path, lambda schemas: schemas["terms"]["fields"].append(field))
    with pytest.raises(KetcontentError) as refused:
        faults_in(folder)
    assert str(refused.value) == (
        f"{folder / 'datapackage.json'} cannot be used: {reason}.\n"
        "hint: Run 'frictionless validate' on it, and mend what that names."
    )


def test_a_foreign_key_to_a_column_that_is_not_there_is_named(tmp_path: Path):
    key = {"fields": ["audience"], "reference": {"resource": "people", "fields": ["group"]}}
    folder = repackaged(tmp_path, lambda schemas: schemas["documents"].update(foreignKeys=[key]))
    with pytest.raises(KetcontentError) as refused:
        faults_in(folder)
    assert str(refused.value) == (
        f"{folder / 'datapackage.json'} cannot be used: "
        "a foreign key of 'documents' leads to no column 'group' of 'people'.\n"
        "hint: Run 'frictionless validate' on it, and mend what that names."
    )


def test_a_foreign_key_of_a_teams_own_is_followed_also_into_its_own_table(tmp_path: Path):
    key = {"fields": "plain", "reference": {"resource": "", "fields": "term"}}
    folder = repackaged(tmp_path, lambda schemas: schemas["terms"].update(foreignKeys=[key]))
    path = folder / "terms.csv"
    path.write_text(f"{HEADERS['terms']}\nOCD,en,,,\nTOC,fr,,OCD,\nZW,de,,OCB,\n", "utf-8")
    assert [(one["line"], one["column"], one["message"]) for one in faults_of(folder)] == [
        (4, "plain", "There is no OCB in terms.csv.")
    ]


def with_own_columns(folder: Path) -> Path:
    """Return a sound folder with columns of a team's own: text, a date, a number, a boolean."""
    fields = [
        {"name": "owner", "type": "string", "constraints": {"unique": True}},
        {"name": "seen", "type": "date"},
        {"name": "weight", "type": "number"},
        {"name": "ready", "type": "boolean"},
    ]
    repackaged(folder, lambda schemas: schemas["terms"]["fields"].extend(fields))
    (folder / "terms.csv").write_text(
        f"{HEADERS['terms']},owner,seen,weight,ready\n"
        "ADHD,en,,,,Ann,2026-01-31,1.50,false\n"
        "OCD,en,,,,Bo,,,true\n",
        "utf-8",
    )
    return folder


def test_columns_of_a_teams_own_are_kept_through_read_and_write(tmp_path: Path):
    folder = with_own_columns(tmp_path / "own")
    before = (folder / "terms.csv").read_bytes()
    content = read_content(folder)
    assert content.terms["weight"].tolist() == ["1.50", ""]
    assert content.terms["ready"].tolist() == [False, True]
    content.terms.loc[1, "plain"] = "checking again and again"
    write_content(content)
    after = (folder / "terms.csv").read_bytes()
    assert after == before.replace(b"OCD,en,,,,", b"OCD,en,,checking again and again,,")
    write_content(content, tmp_path / "copy")
    assert (tmp_path / "copy" / "terms.csv").read_bytes() == after
    assert (tmp_path / "copy" / "datapackage.json").read_bytes() == (
        folder / "datapackage.json"
    ).read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "column", "rule", "message"),
    [
        ("2026-01-31", "soon", "seen", "wrong-type", "'soon' is not a date."),
        ("1.50", "much", "weight", "wrong-type", "'much' is not of the type number."),
        (",false", ",FALSE", "ready", "wrong-type", "'FALSE' is not true or false."),
        ("Ann", "Bo", "owner", "used-twice", "'Bo' is used twice in 'owner'."),
    ],
)
def test_columns_of_a_teams_own_are_checked(
    tmp_path: Path, old: str, new: str, column: str, rule: str, message: str
):
    path = with_own_columns(tmp_path) / "terms.csv"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    found = [(one["column"], one["rule"], one["message"]) for one in faults_of(tmp_path)]
    assert found == [(column, rule, message)]


@pytest.mark.parametrize("character", ["\0", "\x1b", "\u202e", "\ufffe", "\U0010ffff"])
def test_no_data_package_lets_through_what_no_text_may_hold(tmp_path: Path, character: str):
    def free(schemas: dict[str, Any]) -> None:
        for schema in schemas.values():
            for field in schema["fields"]:
                field.get("constraints", {}).pop("pattern", None)

    path = repackaged(tmp_path, free) / "site.csv"
    path.write_bytes(path.read_bytes().replace(b"Tea Pages", f"Tea{character}".encode()))
    assert places_of(tmp_path) == [("site.csv", 2, "name", "control-character")]


def test_a_key_into_a_table_of_a_teams_own_does_not_stop_the_checks(tmp_path: Path):
    key = {"fields": ["topics"], "reference": {"resource": "journals", "fields": ["journal"]}}
    folder = repackaged(tmp_path, lambda schemas: schemas["statements"]["foreignKeys"].append(key))
    path = folder / "statements.csv"
    path.write_bytes(swap("benefit", "benifit")(path.read_bytes()) or b"")
    assert places_of(folder) == [("statements.csv", 3, "kind", "not-in-list")]


def test_a_table_of_a_teams_own_may_stand_in_the_data_package(tmp_path: Path):
    path = sound_folder(tmp_path) / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    package["resources"].append(
        {"name": "journals", "path": "journals.csv", "schema": "journals.json"}
    )
    path.write_text(json.dumps(package), "utf-8")
    assert faults_in(tmp_path) == Report()


# --- any bytes -------------------------------------------------------------------------------


@st.composite
def mutilated(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a table and its bytes after some of them were cut out or written over."""
    table = draw(st.sampled_from(TABLES))
    data = bytearray(SOUND[table].encode())
    junk = st.one_of(
        st.binary(max_size=8), st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"0"])
    )
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 12)))
        data[start:end] = draw(junk)
    return table, bytes(data)


@settings(
    max_examples=examples(30),
    # the folder is written afresh by each example
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(mutilated() | st.tuples(st.sampled_from(TABLES), st.binary(max_size=300)))
@example(("terms", b'"' * 9_000))
@example(("terms", b'"a\n' * 900))
@example(("terms", b'""a\n' * 900))
@example(("documents", b"," * 9_000))
@example(("sections", b"\r" * 900))
@example(("notices", b"notice,language,text,needs\n" + b"\xff\n" * 900))
@example(("terms", b"term,language,expansion,plain,definition\n" + b'"' * 9_001))
def test_any_bytes_in_a_table_give_a_report_and_without_faults_are_read(
    tmp_path: Path, broken: tuple[str, bytes]
):
    table, data = broken
    folder = broken_folder(tmp_path, table, everything(data))
    report = faults_in(folder)
    assert isinstance(report, Report)
    if report.has_errors:
        with pytest.raises(BrokenTables) as refused:
            read_content(folder)
        assert refused.value.report == report
    else:
        write_content(read_content(folder))
        assert (folder / f"{table}.csv").read_bytes() == data


UNDER = [("a", "10", "A", ""), ("b", "20", "B", "a"), ("c", "30", "C", "a"), ("d", "40", "D", "")]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("a", "10", "A", "d"), "tea/a under: 'b' and 'c' stand under this section"),
        (("a", "10", "A", "a"), "tea/a under: The section 'a' that this one stands under is this"),
        (("a", "10", "A", "x"), "tea/a under: The section 'x' that this one stands under is not"),
        (("a", "10", "A", "b"), "tea/a under: The section 'b' that this one stands under stands"),
        (("a", "10", "", ""), "tea/a heading: 'b' and 'c' stand under this section"),
        (("a", "", "A", ""), "tea/a position: 'b' and 'c' stand under this section"),
        (("d", "40", "D", "b"), "tea/d under: The section 'b' that this one stands under stands"),
    ],
)
def test_one_fault_of_what_stands_under_what_is_told_of_the_row_at_fault_alone(
    tmp_path: Path, changed: tuple[str, ...], told: str
) -> None:
    data = sound_folder(tmp_path)
    path = data / "sections.csv"
    header = path.read_text("utf-8").splitlines()[0]
    rows = [changed if row[0] == changed[0] else row for row in UNDER]
    lines = [f"tea,{key},{at},,{words},{under},,,,,false,,,," for key, at, words, under in rows]
    path.write_text("\n".join([header, *lines, ""]), "utf-8")
    found = [one for one in faults_of(data) if one["rule"] == "stands-under-none"]
    assert [f"{one['key']} {one['column']}: {one['message']}"[: len(told)] for one in found] == [
        told
    ]
