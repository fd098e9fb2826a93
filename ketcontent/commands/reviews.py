"""Ask for the word of those who must approve, take it, and hold a page against it."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ketcontent.commands.options import DATA
from ketcontent.errors import KetcontentError
from ketcontent.terminal import say

if TYPE_CHECKING:
    from ketcontent.approvals import SigningKey
    from ketcontent.model import Content


@click.command(short_help="Walk a reviewer through what waits for them.")
@click.argument("document")
@click.option("--section", default="", metavar="S", help="One section of it, by its key.")
@click.option("--statement", default="", metavar="ID", help="One statement of it, by its key.")
@click.option("--person", required=True, metavar="ID", help="Who signs: a key of people.csv.")
@click.option(
    "--capacity",
    type=click.Choice(["editorial", "clinical", "lay"]),
    required=True,
    help="As what they sign.",
)
@click.option(
    "--verdict",
    type=click.Choice(["approved", "changes-requested"]),
    help="With --statement: sign without asking.",
)
@click.option("--comment", default="", help="With --verdict: what the signer says.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    help="The file of the signer's private key, as ~/.ssh/id_ed25519; asks for its passphrase.",
)
@DATA
def sign(
    document: str,
    section: str,
    statement: str,
    person: str,
    capacity: Any,
    verdict: Any,
    comment: str,
    key_file: Path | None,
    data: str,
) -> None:
    """Walk a reviewer through the statements of DOCUMENT that need their sign-off.

    With --key each sign-off carries a signature, which anybody can check who has the public half:
    ketcontent does, and so does ssh-keygen.
    """
    from ketcontent.approvals import open_statements, sign_off, to_sign
    from ketcontent.errors import UnknownName
    from ketcontent.model import read_content, write_content

    content = read_content(data)
    key = _unlocked(key_file, content, person)
    if verdict and statement:
        signed = sign_off(
            content,
            document,
            statement,
            person=person,
            capacity=capacity,
            verdict=verdict,
            comment=comment,
            signing_key=key,
        )
        write_content(signed)
        how = ", with a signature" if key else ""
        say(f"{statement}: {verdict} ({capacity}) by {person}{how}.")
        return
    if person not in set(content.people["person"]):
        hint = "Add them to people.csv first: only someone named there can sign."
        raise UnknownName.of("person", person, content.people["person"], hint=hint)
    waiting = open_statements(content, document, capacity, section=section, statement=statement)
    for number, one in enumerate(waiting, start=1):
        say(f"\n[{number}/{len(waiting)}] {to_sign(content, document, one)}\n")
        answer = click.prompt(
            "approve, ask for changes, skip or quit",
            type=click.Choice(["a", "c", "s", "q"]),
            default="s",
        )
        if answer == "q":
            break
        if answer == "s":
            continue
        said = click.prompt("What should change?") if answer == "c" else ""
        # Saved one by one: who stops in the middle has signed what they signed.
        try:
            signed = sign_off(
                content,
                document,
                one.statement,
                person=person,
                capacity=capacity,
                verdict="changes-requested" if answer == "c" else "approved",
                comment=said,
                signing_key=key,
            )
        except KetcontentError as failure:
            say(str(failure), err=True)
            continue
        content = write_content(signed)
    left = len(open_statements(content, document, capacity, section=section, statement=statement))
    wait = "1 statement waits" if left == 1 else f"{left} statements wait"
    say(f"{wait} for the {capacity} sign-off.")


def _unlocked(key_file: Path | None, content: Content, person: str) -> SigningKey | None:
    """Return the key that somebody signs with, its passphrase asked for; None of no file."""
    from ketcontent.approvals import require_signing_key, unlock
    from ketcontent.errors import UnknownName

    if key_file is None:
        return None
    people = set(content.people["person"])
    if person not in people:
        hint = "Add them to people.csv first: only someone named there can sign."
        raise UnknownName.of("person", person, people, hint=hint)
    if not key_file.expanduser().is_file():
        raise KetcontentError(
            f"There is no file {key_file}.",
            hint="Name the file of your private key, as ~/.ssh/id_ed25519.",
        )
    passphrase = click.prompt(f"Passphrase of {key_file}", hide_input=True, err=True)
    folder = content.origin.folder if content.origin else Path("data")
    key = unlock(key_file, passphrase, data=folder)
    day = datetime.date.today()
    require_signing_key(content, key, person=person, signed_on=day)  # before anybody reads on
    return key


@click.command(name="export-signatures", short_help="Write the signatures for ssh-keygen.")
@click.argument("document")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@DATA
def export_signatures(document: str, directory: Path, data: str) -> None:
    """Write the signatures of DOCUMENT into DIRECTORY, and print how ssh-keygen tests each."""
    from ketcontent.approvals import export_signatures
    from ketcontent.model import read_content

    commands = export_signatures(read_content(data), document, directory)
    for command in commands:
        say(command)
    if not commands:
        say(f"No sign-off of {document} carries a signature.")


@click.command(short_help="Write a review packet in Word.")
@click.argument("document")
@click.option("--for", "person", required=True, metavar="ID", help="Who is asked, in people.csv.")
@click.option(
    "--capacity",
    type=click.Choice(["editorial", "clinical", "lay"]),
    required=True,
    help="As what they are asked.",
)
@click.option("--section", default="", metavar="S", help="One section of it, by its key.")
@click.option(
    "--only", type=click.Choice(["open"]), help="Only what has no valid sign-off in that capacity."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The file; by default DOCUMENT-CAPACITY-ID.docx, here.",
)
@DATA
def packet(
    document: str,
    person: str,
    capacity: Any,
    section: str,
    only: str | None,
    output: Path | None,
    data: str,
) -> None:
    """Write what a reviewer is asked of DOCUMENT, as a Word file to fill in or to print."""
    from ketcontent.model import read_content
    from ketcontent.packets import packet_of, save_packet
    from ketcontent.text import counted

    asked = packet_of(
        read_content(data),
        document,
        person=person,
        capacity=capacity,
        section=section,
        only_open=only == "open",
    )
    file = output or Path(f"{document}-{capacity}-{person}.docx")
    save_packet(asked, file)
    rows = sum(row.asked for row in asked.rows)
    say(
        f"{file}: {counted(rows, 'sentence')} to answer, for {person} (packet {asked.head.packet})."
    )
    say(f"Read it back with: ketcontent receive {file}")


@click.command(short_help="Read a review packet back.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--by-hand",
    "lines",
    type=click.File(encoding="utf-8"),
    help="Answers typed from paper, a line a row ('17-3f yes'); FILE is the packet as sent. "
    "- reads what is typed here.",
)
@click.option("--as", "person", default="", metavar="ID", help="Who confirms that they are theirs.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    help="With --as: their own key, for signatures.",
)
@click.option("--yes", "is_meant", is_flag=True, help="Write it; else it is only shown.")
@DATA
def receive(
    file: Path, lines: Any, person: str, key_file: Path | None, is_meant: bool, data: str
) -> None:
    """Show what a review packet says that came back as FILE, and write it with --yes.

    Answers become sign-offs only with --as, and then only for words that are in the packet and now
    in the tables. With --key, which takes the reviewer themselves, each carries their signature.
    Exit status 1 where a row could not be read.
    """
    from ketcontent.model import read_content, write_content
    from ketcontent.packets import read_packet, received, with_receipt, with_typed

    if key_file is not None and not person:
        raise click.UsageError("--key signs for somebody: say for whom with --as ID.")
    content = read_content(data)
    reading = read_packet(file)
    key = _unlocked(key_file, content, person)
    if lines:
        try:
            text = lines.read()
        except UnicodeDecodeError:
            raise KetcontentError(
                f"{lines.name} is not in UTF-8.", hint="Save it as plain text in UTF-8."
            ) from None
        reading = with_typed(reading, text)
    receipt = received(content, reading)
    written = with_receipt(content, receipt, person=person, signing_key=key)
    for line in receipt.lines():
        say(line)
    if is_meant and written.content is not content:
        write_content(written.content)
    say(str(written))
    if not person:
        say("Without --as ID, no answer becomes a sign-off.")
    if not is_meant:
        say("Nothing was written. Add --yes to do it.")
    elif written.added["proposals"] or written.added["comments"]:
        page = reading.head.document
        say(f"To decide about what was proposed and said: ketcontent discussion {page}")
    if reading.unread:
        raise SystemExit(1)


@click.command(short_help="List the open proposals and comments of a page.")
@click.argument("document")
@DATA
def discussion(document: str, data: str) -> None:
    """List what people would have otherwise in DOCUMENT, and what they said of it, while open.

    Each proposal as a redline and each comment with its answers, with its key and who it is by.
    """
    from ketcontent.discussion import open_discussion
    from ketcontent.model import read_content

    say(open_discussion(read_content(data), document))


@click.command(short_help="Accept or refuse proposals, settle comments.")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option(
    "--by", "person", required=True, metavar="ID", help="Who decides: a key of people.csv."
)
@click.option("--accept", "decision", flag_value="accepted", help="Take the words proposed.")
@click.option("--words", metavar="WORDS", help="Take other words in their place, for one proposal.")
@click.option("--refuse", "decision", flag_value="refused", help="Leave the words as they are.")
@click.option("--withdraw", "decision", flag_value="withdrawn", help="Its proposer takes it back.")
@click.option("--say", "said", default="", metavar="TEXT", help="Answer the comments first.")
@click.option(
    "--reason",
    default="",
    help="Why words are taken, where they change a sentence as received; by default who "
    "proposed them, and what they say.",
)
@DATA
def settle(
    keys: tuple[str, ...],
    person: str,
    decision: Any,
    words: str | None,
    said: str,
    reason: str,
    data: str,
) -> None:
    """Decide about the proposals KEY (p-…), or settle the comments KEY (c-…).

    Words that are accepted are on the page at once, and wait for the sign-offs that they need: who
    approved the words before did not approve these. All KEYs are settled, or none.
    """
    from ketcontent.discussion import decide_proposal, settle_comment
    from ketcontent.editor import accepted, opened
    from ketcontent.errors import UnknownName
    from ketcontent.model import read_content, rows_of, write_content

    content = read_content(data)
    pages = {row["proposal"]: row["document"] for row in rows_of(content.proposals)}
    comments = set(content.comments["comment"])
    for key in keys:
        if key not in comments and key not in pages:
            hint = "'ketcontent discussion DOCUMENT' lists those that are open."
            raise UnknownName.of("proposal or comment", key, [*pages, *comments], hint=hint)
    of_proposals = [key for key in keys if key not in comments]
    if of_proposals and bool(decision) == bool(words is not None):
        raise click.UsageError(
            "Of a proposal, give one of --accept, --words, --refuse, --withdraw."
        )
    if (words is not None and len(keys) > 1) or (said and of_proposals):
        raise click.UsageError("--words is for one proposal, and --say for comments.")
    if not of_proposals and (decision or words is not None):
        raise click.UsageError("--accept, --words, --refuse and --withdraw are for proposals.")
    told = []
    for key in keys:
        if key in comments:
            content = settle_comment(content, key, person=person, answer=said)
            told.append(f"{key}: settled.")
        elif words is not None or decision == "accepted":
            session, done = accepted(
                opened(content, pages[key]), key, person=person, words=words, reason=reason
            )
            content = session.content
            told.append(str(done))
        else:
            content = decide_proposal(content, key, None, decision=decision, person=person)
            told.append(f"{key}: {decision}.")
    write_content(content)
    for line in told:
        say(line)


@click.command(short_help="Hold an exported page against its record.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--record", "record", type=click.Path(path_type=Path), help="Its record.json, if elsewhere."
)
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="The signing_keys.csv of the project, from a place that you trust.",
)
@click.option("--page-only", is_flag=True, help="There is no record: say what cannot be checked.")
def verify(file: Path, record: Path | None, keys: Path | None, page_only: bool) -> None:
    """Hold an exported page, FILE, against its record; exit 1 where it departs from it."""
    from ketcontent.approvals import hold, verify_alone

    held = verify_alone(file) if page_only else hold(file, record, signing_keys=keys)
    departures, unchecked, held_to, checked, lines = held
    for one in departures:
        say(str(one))
    if lines:
        say(f"Lines that are others than were written: {lines}.")
    for what in checked:
        say(f"Checked: {what}.")
    for question in unchecked:
        say(f"Not checked: {question}.")
    if departures:
        sys.exit(1)
    if held_to:
        say(f"{file} says what {held_to} says.")
