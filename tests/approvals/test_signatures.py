"""A signature is of exactly what its row says, by its signer's own key, in its time."""

from __future__ import annotations

import base64
import datetime
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from ketcontent.approvals.overview import with_signoffs
from ketcontent.approvals.proofs import doubt_of, message_of, signed_words, signers_of
from ketcontent.approvals.signatures import SigningKey, armoured, holds, sign, unlock
from ketcontent.approvals.status import judge_signatures, signoff_statuses
from ketcontent.checks import check
from ketcontent.errors import KetcontentError
from ketcontent.model.content import Content, frame_of, rows_of
from ketcontent.model.floor import shipped_rows
from ketcontent.pages.assembly import PageView, assemble
from ketcontent.pages.exchange import page_data
from ketcontent.pages.leaflets import leaflet
from tests.approvals.test_signoffs import carried, made, signed, state
from tests.conftest import ROOT

SPACE = "signoff@example.org"
PASSPHRASE = "correct horse"


def opened(path: Any, passphrase: str) -> SigningKey:
    """The key in a file, for a project that lies elsewhere."""
    return unlock(path, passphrase, data=ROOT / "data")


def key_of(seed: int) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return SigningKey(public, private)


BO, CY = key_of(1), key_of(2)


def with_keys(content: Content, asked: str = "", **told: str) -> Content:
    """The tables with a key of Bo and one of Cy, and a signature asked for in one capacity."""
    since = {"namespace": SPACE, "valid_from": "2026-01-01"}
    keys = [
        {"signing_key": "bo-1", "person": "bo", "public_key": BO.public, **since, **told},
        {"signing_key": "cy-1", "person": "cy", "public_key": CY.public, **since},
    ]
    policies = [
        {**row, "signature": "required" if row["capacity"] == asked else ""}
        for row in rows_of(content.policies)
    ]
    return replace(
        content,
        signing_keys=frame_of("signing_keys", keys, content),
        policies=frame_of("policies", policies, content),
    )


def doubt(row: dict[str, Any], content: Content, *, is_asked: bool = False) -> str:
    keys = signers_of(rows_of(content.signing_keys))
    found = doubt_of(row, keys, is_asked=is_asked)
    return found.rule if found else ""


CONTENT = with_keys(made())
SIGNED = signed(CONTENT, signing_key=BO, comment="Zoë: keep 'may' — 効く。")
[ROW] = rows_of(SIGNED.signoffs)


def proof(content: Content, capacity: str = "clinical") -> tuple[str, str]:
    [one] = [
        one
        for one in signoff_statuses(PageView(content, "page"))
        if (one.statement, one.capacity) == ("a-1", capacity)
    ]
    return one.state, one.proof


# --- what counts ------------------------------------------------------------------------------


def test_a_signature_of_the_signers_own_key_counts_as_checked() -> None:
    assert proof(SIGNED) == ("valid", "checked")
    assert doubt(ROW, SIGNED) == ""


def test_without_a_key_it_is_recorded_and_counts_where_no_signature_is_asked_for() -> None:
    assert proof(signed(CONTENT)) == ("valid", "recorded")
    assert doubt(rows_of(signed(CONTENT).signoffs)[0], CONTENT) == ""


def test_where_a_signature_is_asked_for_one_that_is_recorded_does_not_count() -> None:
    recorded = signed(CONTENT)
    asked = with_keys(recorded, asked="clinical")
    assert proof(asked) == ("missing", "")
    [found] = judge_signatures(PageView(asked, "page"))
    assert (found.rule, found.table, found.key) == (
        "signature-missing",
        "signoffs",
        recorded.signoffs["signoff"][0],
    )
    assert proof(with_keys(SIGNED, asked="clinical")) == ("valid", "checked")


def test_who_would_record_only_where_a_signature_is_asked_for_is_told_before() -> None:
    with pytest.raises(KetcontentError, match="counts only with a signature"):
        signed(with_keys(made(), asked="clinical"))


def test_a_no_counts_with_a_signature_or_without_one() -> None:
    asked = with_keys(made(), asked="clinical")
    assert state(signed(asked, verdict="changes-requested", comment="Which?")) == "refused"


def test_a_signature_is_asked_for_of_what_has_no_kind_yet_where_any_kind_asks() -> None:
    assert proof(with_keys(signed(with_keys(made(kind=""))), asked="clinical"))[0] == "missing"


def test_to_record_again_what_is_signed_takes_no_signature_away() -> None:
    words = {"comment": ROW["comment"]}
    assert rows_of(signed(SIGNED, **words).signoffs) == [ROW]


# --- the laws ---------------------------------------------------------------------------------


@given(st.data())
def test_no_bit_of_what_was_signed_can_change(data: st.DataObject) -> None:
    column = data.draw(st.sampled_from([name for name in ROW if name not in ("signature",)]))
    cell = bytearray(ROW[column].encode())
    place = data.draw(st.integers(0, 8 * len(cell) - 1))
    cell[place // 8] ^= 1 << place % 8
    try:
        changed = cell.decode()
    except UnicodeDecodeError:
        assume(False)
    assert doubt({**ROW, column: changed}, SIGNED) in (
        "signature-wrong",
        "signature-by-unknown-key",  # where it is the person
    )


@given(
    st.sampled_from([name for name in ROW if name not in ("signature", "person")]),
    st.text(max_size=40),
)
def test_no_cell_of_what_was_signed_can_be_another(column: str, cell: str) -> None:
    assume(cell != ROW[column])
    assert doubt({**ROW, column: cell}, SIGNED) == "signature-wrong"


@given(st.integers(0, 8 * len(base64.b64decode(ROW["signature"])) - 1))
def test_no_bit_of_a_signature_can_change(place: int) -> None:
    blob = bytearray(base64.b64decode(ROW["signature"]))
    blob[place // 8] ^= 1 << place % 8
    assert doubt({**ROW, "signature": base64.b64encode(blob).decode()}, SIGNED)


@given(st.integers(0, len(ROW["signature"])), st.characters(max_codepoint=0x17F))
def test_a_signature_is_written_in_one_way(place: int, character: str) -> None:
    was = ROW["signature"]
    put_in = was[:place] + character + was[place:]
    assert doubt({**ROW, "signature": put_in}, SIGNED)
    instead = was[:place] + character + was[place + 1 :]
    assert instead == was or doubt({**ROW, "signature": instead}, SIGNED)


def test_nothing_stands_behind_a_signature_and_no_half_of_one_holds() -> None:
    blob = base64.b64decode(ROW["signature"])
    for other in (blob + b"\0", *(blob[:end] for end in range(len(blob)))):
        assert doubt({**ROW, "signature": base64.b64encode(other).decode() or "="}, SIGNED)


@pytest.mark.parametrize("space", ["signoff@a.de", "signoff@ab.de", "signoff@abc.de"])
def test_a_signature_of_any_length_is_written_in_one_way(space: str) -> None:
    was = sign(BO, b"words", space)
    kept = {"public_key": BO.public, "namespace": space}
    assert holds(was, b"words", **kept)
    letters = was.rstrip("=")
    others = [f"{letters[:-1]}{one}{was[len(letters) :]}" for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    others += [letters, f"{letters}=", f"{letters}==", f"{was}\n"]
    assert [one for one in others if one != was and holds(one, b"words", **kept)] == []


@pytest.mark.parametrize(
    "point",
    [
        "01" + 31 * "00",
        "ec" + 30 * "ff" + "7f",
        "ee" + 30 * "ff" + "ff",
        "00" * 32,
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    ],
)
def test_no_key_counts_for_which_one_signature_fits_any_message(point: str) -> None:
    blob = base64.b64decode(ROW["signature"])
    weak = blob.replace(base64.b64decode(BO.public.split()[1])[-32:], bytes.fromhex(point))
    fits = weak[:-64] + b"\x01" + 63 * b"\0"  # R is the neutral point, S is 0
    key = f"ssh-ed25519 {base64.b64encode(fits[14:65]).decode()}"
    written = base64.b64encode(fits).decode()
    said = [holds(written, bytes([one]), public_key=key, namespace=SPACE) for one in range(32)]
    assert not any(said)


def test_what_the_format_keeps_for_later_is_empty() -> None:
    blob = base64.b64decode(sign(BO, b"words", SPACE))
    space = len(SPACE).to_bytes(4) + SPACE.encode()
    assert blob.count(space + bytes(4)) == 1
    other = base64.b64encode(blob.replace(space + bytes(4), space + (1).to_bytes(4) + b"x"))
    assert not holds(other.decode(), b"words", public_key=BO.public, namespace=SPACE)


DAYS = st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 1, 9)).map(str)


@given(DAYS, DAYS, DAYS | st.just(""), DAYS | st.just(""))
def test_a_signature_counts_in_the_time_of_its_key_and_before_that_is_revoked(
    day: str, since: str, until: str, revoked: str
) -> None:
    key = {"signing_key": "bo-1", "person": "bo", "public_key": BO.public, "namespace": SPACE}
    key |= {"valid_from": since, "valid_until": until, "revoked_on": revoked}
    row = {**ROW, "signed_on": day}
    row["signature"] = sign(BO, message_of(signed_words(row)), SPACE)
    counts = since <= day <= (until or "9") and day < (revoked or "9")
    assert (doubt_of(row, {BO.public: key}, is_asked=True) is None) == counts


@pytest.mark.parametrize("column", ["valid_from", "valid_until", "revoked_on"])
@pytest.mark.parametrize("cell", ["soon", "20260101", "2026-13-01", "9", " "])
def test_a_day_that_is_none_lets_nothing_count_whatever_a_schema_lets_through(
    column: str, cell: str
) -> None:
    key = {"signing_key": "bo-1", "person": "bo", "public_key": BO.public, "namespace": SPACE}
    key |= {"valid_from": "2026-01-01", "valid_until": "", "revoked_on": "", column: cell}
    assert doubt_of(ROW, {BO.public: key}, is_asked=True) is not None
    assert doubt_of(ROW, {BO.public: {**key, column: "", "valid_from": ""}}, is_asked=True)


def test_a_key_that_was_revoked_before_signs_nothing() -> None:
    for told, said in (
        ({"revoked_on": "2026-10-31"}, "was revoked on 2026-10-31"),
        ({"valid_until": "2026-10-31"}, "valid from 2026-01-01 until 2026-10-31"),
        ({"valid_from": "2026-11-02"}, "valid from 2026-11-02 on"),
    ):
        with pytest.raises(KetcontentError, match=said):
            signed(with_keys(made(), **told), signing_key=BO)
        assert proof(with_keys(SIGNED, **told)) == ("missing", "")


def test_a_row_that_is_copied_counts_nowhere_else() -> None:
    content = with_keys(made())
    both = signed(content, signing_key=BO)
    for told in (
        {"statement": "a-2"},
        {"document": "other"},
        {"person": "cy"},
        {"person": "ada"},
        {"capacity": "editorial"},
        {"signoff": "s-2"},
        {"signed_on": "2026-11-02"},
        {"verdict": "changes-requested"},
    ):
        [row] = [{**row, **told} for row in rows_of(both.signoffs)]
        assert doubt(row, content), told


def test_a_signature_of_another_project_does_not_count() -> None:
    assert proof(with_keys(SIGNED, namespace="signoff@other.example.org")) == ("missing", "")


def test_a_signature_by_the_key_of_somebody_else_does_not_count() -> None:
    other = {**ROW, "signature": sign(CY, message_of(signed_words(ROW)), SPACE)}
    assert doubt(other, SIGNED) == "signature-by-unknown-key"
    with pytest.raises(KetcontentError, match="This key is of 'cy', so 'bo' cannot sign with it"):
        signed(CONTENT, signing_key=CY)
    with pytest.raises(KetcontentError, match=r"is not in signing_keys\.csv") as said:
        signed(made(), signing_key=BO)
    assert BO.public in str(said.value)  # what to enter there


def test_one_that_does_not_hold_does_not_count_where_none_is_asked_for_either() -> None:
    [row] = rows_of(SIGNED.signoffs)
    tampered = frame_of("signoffs", [{**row, "comment": "Yes!"}], SIGNED)
    content = replace(SIGNED, signoffs=tampered)
    assert proof(content) == ("missing", "")
    [found] = judge_signatures(PageView(content, "page"))
    assert found.rule == "signature-wrong"
    assert found.message == (
        "The clinical sign-off to 'a-1' by bo does not count: its signature is of something else "
        "than the row says now."
    )
    assert "signature-wrong" in {one.rule for one in check(content)}


def test_words_that_change_make_a_signed_yes_stale_and_the_signature_stays_good() -> None:
    later = carried(SIGNED, with_keys(made(text="It helps. [@lee-2020]")))
    assert proof(later) == ("stale", "")
    assert judge_signatures(PageView(later, "page")) == []


# --- without the extra ------------------------------------------------------------------------


def test_where_it_cannot_be_checked_it_does_not_count_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = signed(CONTENT, signing_key=BO, comment="Nobody has looked at this one yet.")
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    assert proof(content) == ("missing", "")
    [found] = judge_signatures(PageView(content, "page"))
    assert found.rule == "signature-not-checked"
    assert "pip install 'ketcontent[keys]'" in found.hint
    with pytest.raises(KetcontentError, match="'cryptography' is not installed"):
        opened("id", PASSPHRASE)


# --- what a page says -------------------------------------------------------------------------


def test_a_page_says_that_a_signature_was_checked_only_where_it_was() -> None:
    content = sign_again(SIGNED, "cy", "editorial")
    page = with_signoffs(content, assemble(content, "page"))
    about = [line for line in page.to_markdown().splitlines() if "**Reviewed by**" in line]
    assert [line.rpartition(". ")[2] for line in about] == [
        "Signature checked.",
        "Recorded, not signed.",
    ]
    for shown in (page.to_html(), json.dumps(leaflet(page)), json.dumps(page_data(page))):
        said = ("checked", "recorded") if '"reviewers"' in shown else SAID
        assert [shown.count(one) for one in said] == [1, 1], shown


def test_a_page_in_another_language_says_it_in_english_too() -> None:
    strings = frame_of("strings", list(shipped_rows("strings")), SIGNED)
    documents = SIGNED.documents.assign(language="de")
    content = replace(SIGNED, documents=documents, strings=strings)
    page = with_signoffs(content, assemble(content, "page"))
    paper = json.dumps(leaflet(page), ensure_ascii=False)
    for shown in (page.to_html(), page.to_markdown(), paper):
        assert [shown.count(one) for one in ("Signatur geprüft.", SAID[0])] == [1, 1]


SAID = ("Signature checked.", "Recorded, not signed.")


def test_a_page_says_of_a_signature_that_its_key_was_revoked_since() -> None:
    """A draft asks no git whether it is older; who has a lost key can write any day."""
    lost = with_keys(sign_again(SIGNED, "cy", "editorial"), revoked_on="2026-11-20")
    assert proof(lost) == ("valid", "checked")
    page = with_signoffs(lost, assemble(lost, "page"))
    since = (
        "Signature checked. The key was revoked on 20 November 2026; only the history of the "
        "project can show that the signature is older."
    )
    for shown in (page.to_html(), page.to_markdown(), json.dumps(leaflet(page))):
        assert shown.count(since) == 1
    told = [one.get("key_revoked_on") for one in page_data(page)["reviewers"]]
    assert told == ["2026-11-20", None]
    strings = frame_of("strings", list(shipped_rows("strings")), lost)
    german = replace(lost, documents=lost.documents.assign(language="de"), strings=strings)
    shown = with_signoffs(german, assemble(german, "page")).to_html()
    assert "Signatur geprüft. Der Schlüssel wurde am 20" in shown
    assert since in shown


def sign_again(content: Content, person: str, capacity: str) -> Content:
    return signed(content, person=person, capacity=capacity)


# --- ssh-keygen -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def program() -> str:
    found = shutil.which("ssh-keygen")
    assert found, "ssh-keygen is not there: install openssh-client, as .ci/run does."
    return found


@pytest.fixture(scope="module")
def file(program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key that ssh-keygen made, with a passphrase."""
    path = tmp_path_factory.mktemp("keys") / "id_ed25519"
    words = ("-q", "-t", "ed25519", "-a", "1", "-N", PASSPHRASE, "-C", "bo", "-f", str(path))
    subprocess.run([program, *words], check=True)
    return path


def public_half(path: Path) -> str:
    return " ".join(path.with_suffix(".pub").read_text("utf-8").split()[:2])


def test_what_we_sign_ssh_keygen_verifies_and_no_more(
    program: str, file: Path, tmp_path: Path
) -> None:
    key = opened(file, PASSPHRASE)
    assert key.public == public_half(file)
    message = message_of(signed_words(ROW))
    (tmp_path / "allowed").write_text(f'bo namespaces="{SPACE}" {key.public}\n', "utf-8")
    (tmp_path / "said.sig").write_text(armoured(sign(key, message, SPACE)), "utf-8")

    def verified(message: bytes, who: str = "bo", space: str = SPACE) -> bool:
        words = ("-Y", "verify", "-f", "allowed", "-I", who, "-n", space, "-s", "said.sig")
        run = subprocess.run([program, *words], cwd=tmp_path, input=message, capture_output=True)
        return run.returncode == 0

    assert verified(message)
    assert not verified(message + b" ")
    assert not verified(message, who="cy")
    assert not verified(message, space="file")


def test_what_ssh_keygen_signs_holds_here_byte_for_byte(
    program: str, file: Path, tmp_path: Path
) -> None:
    plain = tmp_path / "id"
    shutil.copyfile(file, plain)
    plain.chmod(0o600)
    subprocess.run(
        [program, "-q", "-p", "-P", PASSPHRASE, "-N", "", "-f", str(plain)],
        check=True,
        capture_output=True,
    )
    message = message_of(signed_words(ROW))
    run = subprocess.run(
        [program, "-Y", "sign", "-q", "-f", str(plain), "-n", SPACE],
        input=message,
        capture_output=True,
        check=True,
    )
    theirs = run.stdout.decode()
    assert theirs == armoured(sign(opened(file, PASSPHRASE), message, SPACE))
    cell = "".join(theirs.splitlines()[1:-1])
    public = public_half(file)
    assert holds(cell, message, public_key=public, namespace=SPACE)
    assert not holds(cell, message, public_key=public, namespace="file")
    assert not holds(cell, message, public_key=BO.public, namespace=SPACE)
    assert not holds(cell, message + b" ", public_key=public, namespace=SPACE)


# --- the file of a key ------------------------------------------------------------------------


def written(path: Path, key: Any, protection: KeySerializationEncryption) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, protection))
    return path


def protected() -> KeySerializationEncryption:
    builder = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(1)
    return builder.build(PASSPHRASE.encode())


def test_a_key_without_a_passphrase_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "id", BO.private, NoEncryption())
    with pytest.raises(KetcontentError, match="has no passphrase") as said:
        opened(path, "")
    assert said.value.hint == f"Give it one: ssh-keygen -p -f {path}"


@pytest.mark.parametrize(
    ("passphrase", "message"),
    [("wrong", "did not open with that passphrase"), ("", "needs its passphrase")],
)
def test_a_wrong_passphrase_is_said(tmp_path: Path, passphrase: str, message: str) -> None:
    path = written(tmp_path / "id", BO.private, protected())
    with pytest.raises(KetcontentError, match=message):
        opened(path, passphrase)
    assert opened(path, PASSPHRASE) == BO


def test_a_key_in_the_project_or_its_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    inside = written(tmp_path / "data" / "id", BO.private, protected())
    with pytest.raises(KetcontentError, match="lies in the project"):
        unlock(inside, PASSPHRASE, data=tmp_path / "data")
    beside = written(tmp_path / "id", BO.private, protected())
    assert unlock(beside, PASSPHRASE, data=tmp_path / "data") == BO
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    with pytest.raises(KetcontentError, match="lies in the project"):
        unlock(beside, PASSPHRASE, data=tmp_path / "data")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "id", generate_private_key(SECP256R1()), protected())
    with pytest.raises(KetcontentError, match="another kind than ed25519"):
        opened(path, PASSPHRASE)


def container(
    kind: bytes, cipher: bytes = b"aes256-ctr", magic: bytes = b"openssh-key-v1\0"
) -> bytes:
    """A private key as OpenSSH writes one (PROTOCOL.key), with nothing sound behind its lock."""

    def packed(*fields: bytes) -> bytes:
        return b"".join(len(one).to_bytes(4) + one for one in fields)

    public = packed(kind, bytes(32))
    body = magic + packed(cipher, b"bcrypt", packed(bytes(16)) + (16).to_bytes(4))
    body += (1).to_bytes(4) + packed(public, bytes(64))
    lines = [b"-----BEGIN OPENSSH PRIVATE KEY-----", base64.b64encode(body)]
    return b"\r\n".join([*lines, b"-----END OPENSSH PRIVATE KEY-----", b""])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no private key of OpenSSH"),
        (b"\xff\x00", "is no private key of OpenSSH"),
        (f"{BO.public} bo\n".encode(), "is the public half of a key"),
        (b"sk-ssh-ed25519@openssh.com AAAAGnNr bo\n", "is the public half of a key"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\r\n", "is a key of PuTTY"),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "in another form than OpenSSH's own"),
        (b"-----BEGIN RSA PRIVATE KEY-----\n", "in another form than OpenSSH's own"),
        (container(b"ssh-ed25519")[:200], "is damaged: its end is gone"),
        (container(b"ssh-ed25519", magic=b"openssh-key-v9\0"), "is damaged: it is not written as"),
        (container(b"sk-ssh-ed25519@openssh.com"), "of another kind than ed25519, sk-ssh-ed25519@"),
        (container(b"ssh-dss"), "of another kind than ed25519, ssh-dss: no signature by it would"),
        (
            container(b"ssh-ed25519", cipher=b"chacha20"),
            "is locked in a way that is not known here",
        ),
    ],
)
def test_a_file_that_is_no_key_to_sign_with_is_called_what_it_is(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "id"
    path.write_bytes(data)
    with pytest.raises(KetcontentError, match=said) as caught:
        opened(path, PASSPHRASE)
    assert caught.value.hint


def test_a_key_with_the_line_ends_of_windows_opens(tmp_path: Path) -> None:
    path = written(tmp_path / "id", BO.private, protected())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert opened(path, PASSPHRASE) == BO


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(KetcontentError, match="No such file"):
        opened(tmp_path / "id", PASSPHRASE)
    with pytest.raises(KetcontentError, match="no file has such a name"):
        opened("\0", PASSPHRASE)
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(KetcontentError, match="it is no file"):
            opened(path, PASSPHRASE)


def test_a_key_does_not_show_its_private_half() -> None:
    assert repr(BO) == f"SigningKey(public={BO.public!r})"
