"""Registries are asked as they want to be asked, and an answer is taken for no more than it is."""

from __future__ import annotations

import datetime
import email.utils
import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from ketcontent.errors import KetcontentError
from ketcontent.registries.client import CROSSREF, PAGES_VARIABLE, PUBMED, Answer, Client
from ketcontent.registries.records import NoAnswer
from tests.registries.conftest import Clock
from tests.registries.replay import Play, Server


def words(answer: Answer) -> str | None:
    return answer.body if answer.is_there else None


def ask(client: Client, path: str = "/works/a", **more: str) -> str | None:
    return client.ask(CROSSREF, path, words, **more)[0]


# --- manners ----------------------------------------------------------------------------------


def test_every_question_says_who_asks(server: Server, client: Client) -> None:
    server.play("/crossref/works/a", "yes")
    server.play("/pubmed/efetch.fcgi", "yes")
    assert ask(client) == "yes"
    client.ask(PUBMED, "/efetch.fcgi", words, id="1")
    (_, crossref, headers), (_, pubmed, _) = server.asked
    assert crossref == {"mailto": ["ann@example.org"]}
    assert headers["User-Agent"].startswith("ketcontent/")
    assert headers["User-Agent"].endswith("(mailto:ann@example.org)")
    assert pubmed == {"id": ["1"], "tool": ["ketcontent"], "email": ["ann@example.org"]}


@pytest.mark.parametrize(
    "contact", ["", "ann", "ann@localhost", "änn@example.org", "a@b.org\r\nX: y"]
)
def test_without_a_mail_address_in_plain_letters_nobody_asks(contact: str) -> None:
    with pytest.raises(KetcontentError) as caught:
        Client(contact)
    assert caught.value.message.startswith("Registries ask who is calling")
    assert "--contact you@example.org" in caught.value.hint


def test_questions_keep_the_pace_and_take_the_one_that_the_registry_asks_for(
    server: Server, client: Client, clock: Clock
) -> None:
    limits = {"x-rate-limit-limit": "2", "x-rate-limit-interval": "3s"}
    server.play("/crossref/works/a", "yes", "yes", Play("yes", headers=limits), "yes")
    for _ in range(5):
        ask(client)
    assert clock.waits == [0.2, 0.2, 0.2, 1.5]  # what was heard counts from the next question on


def test_pubmed_is_asked_three_times_a_second_and_ten_times_with_a_key(
    server: Server, client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.play("/pubmed/efetch.fcgi", "yes")
    for _ in range(2):
        client.ask(PUBMED, "/efetch.fcgi", words, id="1")
    monkeypatch.setenv("KETCONTENT_PUBMED_KEY", "abc")
    with_key = Client("ann@example.org", clock=lambda: clock.now, wait=clock.wait)
    for _ in range(2):
        with_key.ask(PUBMED, "/efetch.fcgi", words, id="1")
    assert clock.waits == [0.34, 0.1]
    assert [asked.get("api_key") for _, asked, _ in server.asked] == [None, None, ["abc"], ["abc"]]


# --- faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Play("busy", 429), id="too many questions"),
        pytest.param(Play("oh", 503), id="out of service"),
        pytest.param(Play("half of it" * 9, breaks_off=True), id="broken off"),
    ],
)
def test_what_may_pass_is_asked_again_a_little_later_each_time(
    fault: Play, server: Server, client: Client, clock: Clock
) -> None:
    server.play("/crossref/works/a", fault, fault, "yes")
    assert ask(client) == "yes"
    assert [one for one in clock.waits if one >= 1] == [1, 2]


def test_a_server_that_says_when_to_come_again_is_left_alone_until_then(
    server: Server, client: Client, clock: Clock
) -> None:
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=90)
    server.play(
        "/crossref/works/a",
        Play(status=429, headers={"Retry-After": "17"}),
        Play(status=503, headers={"Retry-After": email.utils.format_datetime(at, usegmt=True)}),
        "yes",
    )
    assert ask(client) == "yes"
    assert clock.waits[0] == 17
    assert 80 < clock.waits[1] <= 90


def test_a_server_that_wants_to_be_left_alone_for_long_is_not_waited_for(
    server: Server, client: Client, clock: Clock
) -> None:
    server.play("/crossref/works/a", Play(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(NoAnswer, match="Crossref asks to come again in 3600 seconds"):
        ask(client)
    assert clock.waits == []


def test_who_gave_no_answer_twice_is_left_alone_for_this_run(
    server: Server, client: Client
) -> None:
    server.play("/crossref/works/a", Play(status=500))
    for said in ("answers 500", "answers 500", "is not asked again in this run"):
        with pytest.raises(NoAnswer, match=said):
            ask(client)
    assert len(server.asked) == 8


@pytest.mark.parametrize("status", [301, 400, 401, 403, 451])
def test_any_other_status_is_no_answer(status: int, server: Server, client: Client) -> None:
    server.play("/crossref/works/a", Play(status=status))
    with pytest.raises(NoAnswer, match=f"Crossref answers {status}"):
        ask(client)
    assert len(server.asked) == 1


def test_a_redirection_is_followed_but_not_without_end(server: Server, client: Client) -> None:
    server.play("/crossref/works/a", Play(status=301, headers={"Location": "b"}))
    server.play("/crossref/works/b", "yes")
    assert ask(client) == "yes"
    server.play("/crossref/works/b", Play(status=302, headers={"Location": "a"}))
    with pytest.raises(NoAnswer, match="leads from one address to the next"):
        ask(client)


@pytest.mark.parametrize("address", ["http://[::1", "http://a..example.org/", "http://x:y/"])
def test_a_redirection_to_what_is_no_address_is_no_answer(
    server: Server, client: Client, address: str
) -> None:
    server.play("/crossref/works/a", Play(status=302, headers={"Location": address}))
    with pytest.raises(NoAnswer, match="leads to an address that cannot be read"):
        ask(client)


def test_an_answer_that_comes_letter_by_letter_is_not_waited_for(
    server: Server, clock: Clock
) -> None:
    server.play("/crossref/works/a", Play(drips=True))
    client = Client("ann@example.org", wait=clock.wait, patience=0.1)
    with pytest.raises(NoAnswer, match="too slowly"):
        ask(client)
    server.play("/crossref/works/a", "yes")
    client.patience = 60
    assert ask(client) == "yes"


def test_no_registry_makes_anybody_wait_for_years(
    server: Server, client: Client, clock: Clock
) -> None:
    limits = {"x-rate-limit-limit": "1", "x-rate-limit-interval": "999999999s"}
    server.play("/crossref/works/a", Play("yes", headers=limits))
    for _ in range(3):
        ask(client)
    assert max(clock.waits) == 10


def test_nobody_there_is_said_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CROSSREF.variable, "http://127.0.0.1:9")  # discard: nobody listens
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(NoAnswer, match="Crossref cannot be reached") as caught:
        ask(client)
    assert (caught.value.is_unreachable, client.was_answered) == (True, False)


# --- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1/", "http://localhost:8888/", "http://10.0.0.1/", "http://[::1]/"),
        *("http://169.254.169.254/latest/", "http://printer/", "http://box.local/", "file:///etc"),
        *("http://192.168.1.1./", "http://api.internal/", "ftp://example.org/"),
    ],
)
def test_a_page_that_is_not_of_the_public_web_is_not_asked_for(
    address: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KETCONTENT_PAGES", raising=False)
    with pytest.raises(NoAnswer, match="is no address of the public web"):
        client.ask_page(address, words)


@pytest.mark.parametrize("within", ["169.254.169.254", "127.1", "0x7f.0.0.1", "2130706433"])
def test_a_page_leads_nobody_into_the_network_of_who_asks(
    server: Server, client: Client, within: str
) -> None:
    path = "/pages/https://example.org/a"
    server.play(path, Play(status=302, headers={"Location": f"http://{within}/latest/"}))
    with pytest.raises(NoAnswer, match="is no address of the public web"):
        client.ask_page("https://example.org/a", words)


@pytest.mark.parametrize("host", ["１２７.0.0.1", "127。0。0。1", "localhost.", "a.local"])
def test_an_address_in_other_figures_is_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.delenv(PAGES_VARIABLE, raising=False)
    with pytest.raises(NoAnswer, match="is no address of the public web"):
        client.ask_page(f"http://{host}:9/", words)


@pytest.mark.parametrize("within", ["127.0.0.1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("is_redirected", [False, True])
def test_a_name_that_leads_into_the_inner_network_is_not_asked(
    server: Server,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    within: str,
    *,
    is_redirected: bool,
) -> None:
    port = server.address.rpartition(":")[2]
    resolve = socket.getaddrinfo
    asked_for = []

    def resolved(host: str, *more: Any, **named: Any) -> Any:
        if host == "outside.example.org":
            asked_for.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(port)))]
        return resolve(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket.socket, "getpeername", lambda _: (within, int(port)), raising=False)
    address = f"http://outside.example.org:{port}/secret"
    server.play("/secret", "secret")
    server.play("/crossref/works/a", Play(status=302, headers={"Location": address}))
    monkeypatch.delenv(PAGES_VARIABLE)
    with pytest.raises(NoAnswer, match=r"its name leads to .*127\.0\.0\.1"):
        ask(client) if is_redirected else client.ask_page(address, words)
    assert asked_for == ["outside.example.org"]
    assert "/secret" not in server.paths


# --- the cache --------------------------------------------------------------------------------


def test_what_was_answered_within_a_day_is_not_asked_again(server: Server, cached: Client) -> None:
    server.play("/crossref/works/a", "yes")
    assert [ask(cached), ask(cached)] == ["yes", "yes"]
    assert ask(cached, "/works/b") is None
    assert ask(cached, "/works/b") is None
    assert server.paths == ["/crossref/works/a", "/crossref/works/b"]
    cached.fresh = True
    assert ask(cached) == "yes"
    assert len(server.asked) == 3


def test_neither_the_mail_address_nor_the_key_is_kept(
    server: Server, cached: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KETCONTENT_PUBMED_KEY", "secret-key")
    server.play("/pubmed/efetch.fcgi", "yes")
    cached.ask(PUBMED, "/efetch.fcgi", words, id="1")
    assert cached.cache is not None
    [kept] = cached.cache.iterdir()
    assert "example.org" not in kept.read_text()
    assert "secret-key" not in kept.read_text()


def unreadable(answer: Answer) -> Any:
    return json.loads(answer.body)


@pytest.mark.parametrize("fault", [Play("<html>Log in to this network</html>"), Play(status=500)])
def test_what_is_no_answer_is_not_kept(fault: Play, server: Server, cached: Client) -> None:
    server.play("/crossref/works/a", fault)
    with pytest.raises(NoAnswer):
        cached.ask(CROSSREF, "/works/a", unreadable)
    server.play("/crossref/works/a", "[1]")
    assert cached.ask(CROSSREF, "/works/a", unreadable)[0] == [1]


@pytest.mark.parametrize("harm", ["", "{", '{"at": "2026"}', "[]", '"x"', "\xff"])
def test_a_harmed_entry_of_the_cache_is_asked_for_again(
    harm: str, server: Server, cached: Client
) -> None:
    server.play("/crossref/works/a", "yes")
    ask(cached)
    assert cached.cache is not None
    [kept] = cached.cache.iterdir()
    kept.write_text(harm, "latin-1")
    assert ask(cached) == "yes"
    assert len(server.asked) == 2


def test_an_answer_of_yesterday_is_asked_for_again_and_cleared_up(
    server: Server, cached: Client
) -> None:
    server.play("/crossref/works/a", "yes")
    ask(cached)
    assert cached.cache is not None
    [kept] = cached.cache.iterdir()
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "at": f"{before}"}))
    ask(cached)
    assert len(server.asked) == 2
    os.utime(kept, (before.timestamp() - 1,) * 2)
    (other := cached.cache / "of-somebody-else.json").touch()
    os.utime(other, (0, 0))
    cached.clear_up()
    assert list(cached.cache.iterdir()) == [other]


def test_a_cache_that_cannot_be_written_costs_no_answer(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    client = Client("ann@example.org", tmp_path / "file", wait=lambda _: None)
    server.play("/crossref/works/a", "yes")
    assert ask(client) == "yes"
