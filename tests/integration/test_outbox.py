"""Letters through real servers that refuse, are slow, die and lie: sent at most once, and told what is so."""

from __future__ import annotations

import asyncio
import email
import json
import logging
import sqlite3
import ssl
import subprocess
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from aiosmtpd.smtp import AuthResult

from ivr.call import By, Fate
from ivr.outbox import Outbox
from ivr.outbox.ledger import Ledger
from ivr.outbox.outbox import FIRST_RETRY_S
from tests.integration.sending import (
    ADDRESS,
    MAILS,
    NOON,
    NUMBER,
    TEXTS,
    Clock,
    letter,
    mail_server,
    outbox,
    web_gateway,
)

EVIL = 'say "hi"\r\nBcc: all@x.example\n\\ {to} {env:HOME} £5 – 你好'


async def test_a_text_arrives_as_it_is_whatever_stands_in_it(tmp_path: Path) -> None:
    async with web_gateway() as gateway, outbox(tmp_path, TEXTS, port=gateway.port) as box:
        assert await box.send(letter(EVIL, link="https://x.example/a")) is Fate.SENT
    ((path, headers, body),) = gateway.taken
    assert path == "/messages"
    assert headers["Content-Type"] == "application/json"
    sent = json.loads(body)
    assert sent["to"] == NUMBER
    assert sent["text"] == 'say "hi"\nBcc: all@x.example\n\\ {to} {env:HOME} £5 - 你好 https://x.example/a'
    assert sent["reference"] == letter(EVIL, link="https://x.example/a").id


async def test_a_form_and_secrets_are_encoded_for_their_place(tmp_path: Path) -> None:
    file = (
        "sms:\n  http: http://127.0.0.1:{port}/send?from=riverton\n"
        '  headers: {{Authorization: "Bearer {{env:TOKEN}}"}}\n  form: {{To: "{{to}}", Body: "{{text}}"}}\n'
    )
    async with (
        web_gateway() as gateway,
        outbox(tmp_path, file, port=gateway.port, environment={"TOKEN": "s3cret"}) as box,
    ):
        assert await box.send(letter("a & b=c %20")) is Fate.SENT
    ((path, headers, body),) = gateway.taken
    assert path == "/send?from=riverton"
    assert headers["Authorization"] == "Bearer s3cret"
    assert parse_qs(body) == {"To": [NUMBER], "Body": ["a & b=c %20"]}


async def test_the_same_letter_of_one_call_is_sent_once_and_has_one_fate(tmp_path: Path) -> None:
    async with web_gateway() as gateway, outbox(tmp_path, TEXTS, port=gateway.port) as box:
        fates = [await box.send(letter()) for _ in range(3)]
    assert fates == [Fate.SENT] * 3
    assert len(gateway.taken) == 1


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (429, Fate.LATER),
        (503, Fate.LATER),
        (400, Fate.FAILED),
        (401, Fate.FAILED),
        (500, Fate.UNKNOWN),
        (502, Fate.UNKNOWN),
        (504, Fate.UNKNOWN),
        (302, Fate.UNKNOWN),
    ],
)
async def test_what_a_status_says_is_believed_and_nothing_more(tmp_path: Path, status: int, fate: Fate) -> None:
    clock = Clock()
    async with web_gateway() as gateway, outbox(tmp_path, TEXTS, port=gateway.port, now=clock) as box:
        gateway.answers(status, headers={"Location": f"http://127.0.0.1:{gateway.port}/elsewhere"})
        assert await box.send(letter()) is fate
        gateway.answers(200)
        clock.at += 3600
        assert await box.try_due() == (1 if fate is Fate.LATER else 0)
        assert len(gateway.taken) == (2 if fate is Fate.LATER else 1)
        assert all(path == "/messages" for path, _, _ in gateway.taken)


async def test_a_gateway_that_hangs_up_after_the_request_may_have_taken_it_so_it_is_not_repeated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    async with web_gateway() as gateway, outbox(tmp_path, TEXTS, port=gateway.port, now=clock) as box:

        async def drops(request: web.Request) -> web.StreamResponse:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()

        gateway.answer = drops
        assert await box.send(letter()) is Fate.UNKNOWN
        clock.at += 3600
        assert await box.try_due() == 0
    assert len(gateway.taken) == 1
    assert "nobody knows whether a letter was taken; it is not repeated" in caplog.text
    assert NUMBER not in caplog.text


async def test_a_slow_gateway_costs_its_time_limit_and_its_letter_is_not_repeated(tmp_path: Path) -> None:
    async with web_gateway() as gateway, outbox(tmp_path, TEXTS, port=gateway.port) as box:

        async def slow(request: web.Request) -> web.StreamResponse:
            await asyncio.sleep(3)
            return web.Response()

        gateway.answer = slow
        async with asyncio.timeout(2):
            assert await box.send(letter()) is Fate.UNKNOWN


async def test_a_gateway_that_is_away_is_tried_again_with_longer_and_longer_pauses(tmp_path: Path) -> None:
    clock = Clock()
    async with web_gateway() as gateway:
        port = gateway.port
    async with outbox(tmp_path, TEXTS, port=port, now=clock) as box:
        assert await box.send(letter()) is Fate.LATER
        assert await box.try_due() == 0, "not before its time"
        for tries in range(4):
            clock.at += FIRST_RETRY_S * 2**tries - 1
            assert await box.try_due() == 0
            clock.at += 1
            assert await box.try_due() == 1
        clock.at = NOON + 4 * 3600 + 1
        assert await box.try_due() == 0, "given up"
    assert rows(tmp_path) == [("failed", "", "", "")]


async def test_what_waits_survives_a_restart_and_what_was_under_way_is_not_repeated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    async with web_gateway() as gateway:
        gateway.answers(503)
        async with outbox(tmp_path, TEXTS, port=gateway.port, now=clock) as box:
            assert await box.send(letter("waits")) is Fate.LATER
        ledger = Ledger(tmp_path / "outbox/ledger.sqlite")  # as one that dies between the request and its answer
        assert ledger.begin(letter("under way"), box._setup.limits, clock.at) is None
        ledger.close()
        gateway.answers(200)
        gateway.taken.clear()
        clock.at += 3600
        async with outbox(tmp_path, TEXTS, port=gateway.port, now=clock) as box:
            assert "letters were under way when the service died; they are not repeated" in caplog.text
            await box.try_due()  # if the service's own look was not first
            assert await box.send(letter("under way")) is Fate.UNKNOWN
    assert [json.loads(body)["text"] for _, _, body in gateway.taken] == ["waits"]
    assert sorted(row[0] for row in rows(tmp_path)) == ["sent", "unknown"]


def rows(folder: Path) -> list[tuple[str, ...]]:
    base = sqlite3.connect(folder / "outbox/ledger.sqlite")
    try:
        return base.execute("select state, recipient, text, link from letters").fetchall()
    finally:
        base.close()


async def test_nothing_of_a_letter_stays_and_nobody_else_reads_the_ledger(tmp_path: Path) -> None:
    async with web_gateway() as gateway, outbox(tmp_path, TEXTS, port=gateway.port) as box:
        await box.send(letter("canary-in-the-text"))
    kept = b"".join(file.read_bytes() for file in (tmp_path / "outbox").iterdir())
    assert b"canary" not in kept
    assert NUMBER.encode() not in kept
    assert {oct(file.stat().st_mode & 0o777) for file in (tmp_path / "outbox").iterdir()} == {"0o600"}
    assert oct((tmp_path / "outbox").stat().st_mode & 0o777) == "0o700"


async def test_so_many_a_call_and_so_many_a_day_and_no_more(tmp_path: Path) -> None:
    clock = Clock()
    file = TEXTS + "most_a_call: 2\nmost_a_day: 3\n"
    async with web_gateway() as gateway, outbox(tmp_path, file, port=gateway.port, now=clock) as box:
        fates = [await box.send(letter(str(at))) for at in range(3)]
        assert fates == [Fate.SENT, Fate.SENT, Fate.TOO_MANY]
        fates = [await box.send(letter(str(at), call_id="1.2")) for at in range(2)]
        assert fates == [Fate.SENT, Fate.TOO_MANY]
        assert await box.send(letter("0", call_id="1.2", to="+447700900999")) is Fate.SENT
        clock.at += 25 * 3600
        await box.try_due()
        assert await box.send(letter("0", call_id="1.3")) is Fate.SENT
    async with outbox(tmp_path, file, port=gateway.port, now=clock) as box:
        assert await box.send(letter("1", call_id="1.3")) is not Fate.TOO_MANY


async def test_so_many_an_hour_to_everybody_together_and_whoever_runs_it_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    file = TEXTS + "most_an_hour: 3\n"

    async def sent(box: Outbox, at: int) -> Fate:
        return await box.send(letter("hello", call_id=f"1.{at}", to=f"+4477009001{at:02}"))

    async with web_gateway() as gateway, outbox(tmp_path, file, port=gateway.port, now=clock) as box:
        fates = [await sent(box, at) for at in range(5)]
        assert fates == [Fate.SENT] * 3 + [Fate.FAILED] * 2
        clock.at += 3601
        assert await sent(box, 4) is Fate.SENT
        assert len(gateway.taken) == 4
    told = [record for record in caplog.records if "no more letters" in record.getMessage()]
    assert [record.levelname for record in told] == ["ERROR"]
    assert "most_an_hour" in str(told[0].__dict__["reason"])


async def test_who_hangs_up_meanwhile_gets_it_all_the_same(tmp_path: Path) -> None:
    async with web_gateway() as gateway, outbox(tmp_path, TEXTS, port=gateway.port) as box:
        arrived = asyncio.Event()

        async def takes_its_time(request: web.Request) -> web.StreamResponse:
            arrived.set()
            await asyncio.sleep(0.2)
            return web.Response()

        gateway.answer = takes_its_time
        sending = asyncio.create_task(box.send(letter()))
        await arrived.wait()
        sending.cancel()
    assert rows(tmp_path) == [("sent", "", "", "")]


async def test_without_a_ledger_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("no folder")
    async with web_gateway() as gateway, outbox(tmp_path, TEXTS, port=gateway.port) as box:
        assert await box.send(letter()) is Fate.FAILED
    assert gateway.taken == []


async def test_a_secret_that_is_not_set_sends_nothing_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = TEXTS + '  headers: {{Authorization: "Bearer {{env:TOKEN}}"}}\n'
    async with web_gateway() as gateway, outbox(tmp_path, file, port=gateway.port) as box:
        with caplog.at_level(logging.WARNING):
            assert await box.send(letter()) is Fate.LATER
        assert gateway.taken == []
        assert [record.reason for record in caplog.records if hasattr(record, "reason")] == [
            "the environment variable TOKEN is not set"
        ]


# -- e-mail ------------------------------------------------------------------------------------------------


async def test_an_email_arrives_whole_and_nothing_of_it_becomes_a_header(tmp_path: Path) -> None:
    async with mail_server() as server, outbox(tmp_path, MAILS, port=server.port) as box:
        sent = letter(EVIL, By.EMAIL, subject="Bins\r\nBcc: all@x.example", link="https://x.example/bins")
        assert await box.send(sent) is Fate.SENT
    (envelope,) = server.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("helpline@riverton.example", [ADDRESS])
    assert isinstance(envelope.content, bytes)
    message = email.message_from_bytes(envelope.content, policy=default)
    assert message["Subject"] == "Bins Bcc: all@x.example"
    assert message["Bcc"] is None
    assert message["To"] == ADDRESS
    assert message["From"] == "Riverton Council <helpline@riverton.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "£5 – 你好" in text
    assert text.rstrip().endswith("https://x.example/bins")


@pytest.mark.parametrize(
    ("answers", "fate"),
    [
        ({"mail": "451 later"}, Fate.LATER),
        ({"rcpt": "450 mailbox busy"}, Fate.LATER),
        ({"rcpt": "550 no such mailbox"}, Fate.FAILED),
        ({"data": "452 full"}, Fate.LATER),
        ({"data": "554 refused"}, Fate.FAILED),
        ({"data": "252 taken, I think"}, Fate.UNKNOWN),
        ({"data": "2?? what"}, Fate.UNKNOWN),
        ({"data": "drop"}, Fate.UNKNOWN),
        ({"data": "slow"}, Fate.UNKNOWN),
    ],
)
async def test_what_a_mail_server_says_is_believed_and_nothing_more(
    tmp_path: Path, answers: dict[str, str], fate: Fate
) -> None:
    clock = Clock()
    async with mail_server() as server, outbox(tmp_path, MAILS, port=server.port, now=clock) as box:
        for name, said in answers.items():
            setattr(server, name, said)
        assert await box.send(letter(by=By.EMAIL)) is fate
        server.mail = server.rcpt = server.data = ""
        taken = len(server.taken)
        clock.at += 3600
        assert await box.try_due() == (1 if fate is Fate.LATER else 0)
        assert len(server.taken) - taken == (1 if fate is Fate.LATER else 0)


async def test_a_mail_server_that_is_away_has_not_taken_anything(tmp_path: Path) -> None:
    async with mail_server() as server:
        port = server.port
    async with outbox(tmp_path, MAILS, port=port) as box:
        assert await box.send(letter(by=By.EMAIL)) is Fate.LATER


@pytest.mark.parametrize("to", ["ada@x.example\r\nRCPT TO:<b@x.example>", "ada", "ada@x.example>", "ädä@x.example", ""])
async def test_what_is_no_address_is_sent_nowhere(tmp_path: Path, to: str) -> None:
    async with mail_server() as server, outbox(tmp_path, MAILS, port=server.port) as box:
        assert await box.send(letter(by=By.EMAIL, to=to or " ")) is Fate.FAILED
    assert server.taken == []


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("certificate")
    key, cert = folder / "key.pem", folder / "cert.pem"
    order = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run([*order.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    return key, cert


async def test_a_password_goes_through_starttls_only_and_an_unknown_certificate_is_not_believed(
    tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, cert = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    file = MAILS.replace("127.0.0.1", "localhost").replace("none", "starttls")
    file += '  user: helpline\n  password: "{{env:PASSWORD}}"\n'
    asked: list[tuple[bytes, bytes]] = []

    def logged_in(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        asked.append((data.login, data.password))  # type: ignore[attr-defined]
        return AuthResult(success=data.password == b"s3cret")  # type: ignore[attr-defined]

    more = {"tls_context": context, "require_starttls": True, "authenticator": logged_in, "auth_required": True}
    async with mail_server(**more) as server:
        async with outbox(tmp_path, file, port=server.port, environment={"PASSWORD": "s3cret"}) as box:
            assert await box.send(letter("one", By.EMAIL)) is Fate.LATER
            assert asked == [], "nothing is told to whom nobody knows"
            monkeypatch.setenv("SSL_CERT_FILE", str(cert))
            assert await box.send(letter("two", By.EMAIL)) is Fate.SENT
        async with outbox(tmp_path, file, port=server.port, environment={"PASSWORD": "wrong"}) as box:
            assert await box.send(letter("three", By.EMAIL)) is Fate.LATER
    assert asked == [(b"helpline", b"s3cret"), (b"helpline", b"wrong")]
    assert len(server.taken) == 1


async def test_a_folder_takes_letters_for_trying(tmp_path: Path) -> None:
    async with outbox(tmp_path, "sms: {{folder: texts}}\nemail: {{folder: mails}}\n") as box:
        assert await box.send(letter("Your bin day.", link="https://x.example")) is Fate.SENT
        assert await box.send(letter("Long.", By.EMAIL, subject="Bins")) is Fate.SENT
    (text,), (mail,) = (list((tmp_path / name).iterdir()) for name in ("texts", "mails"))
    assert text.read_text() == f"To: {NUMBER}\nYour bin day. https://x.example\n"
    assert mail.read_text() == f"To: {ADDRESS}\nSubject: Bins\n\nLong.\n"
    assert oct(text.stat().st_mode & 0o777) == "0o600"
