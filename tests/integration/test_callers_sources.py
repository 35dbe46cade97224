"""One record over a real database, a real table and a real web service: together, contradicting, slow and killed."""

from __future__ import annotations

import asyncio
import itertools
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from aiohttp import web

from ivr.adapters import hearing_of
from ivr.call import Caller, CallId, Level, Said
from ivr.callers import Callers, Lock
from ivr.callers_file import read_callers
from ivr.dialogue import Conclusion, load_flow, run_flow
from ivr.errors import FlowError
from ivr.helpline import load_helpline
from ivr.knowledge import Knowledge
from ivr.settings import Settings
from ivr.sources import Sources, load_sources
from ivr.testing.fake_telephone import FakeTelephone
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import Act, ScriptedCaller, presses, says
from tests.flows.helplines import Kept
from tests.flows.known_callers import TODAY, Clock

PLAN = """\
helpline: Test
start: hello
main_menu: hello
person_queue: office
queues: {office: the office}
sources: sources.yaml
callers: callers.yaml
steps:
  hello: {say: Hello., goto: who}
  who:
    identify: knowledge
    find:
      reference: {ask: Your reference?, answer: digits, digits: 8}
    prove:
      date_of_birth: {ask: Your date of birth?, answer: date, direction: past}
    passed: tell
    failed: people
    locked: people
    unknown: people
  tell: {say: "{caller.name} of {caller.street} owes {caller.balance}.", goto: people}
  people: {transfer: office}
"""
SOURCES = """\
residents_by_phone:
  sql: sqlite:///residents.db
  query: select reference, name, street, born, updated from residents where phone = :phone
  take: &all {reference: reference, name: name, street: street, born: born, updated: updated}
residents_by_reference:
  sql: sqlite:///residents.db
  query: select reference, name, street, born, updated from residents where reference = :reference
  take: {reference: reference, name: name, street: street, born: born, updated: updated}
permits:
  csv: permits.csv
  match: {phone: Phone}
  take: {reference: Reference, street: Street, since: Since}
tax:
  http: http://127.0.0.1:%d/tax?reference={reference}
  take: {balance: account.balance, name: account.name}
  not_found: 404
  time_limit_s: 3
""".replace("&all ", "")
CALLERS = """\
key: reference
wait_s: 0.5
fields:
  reference: {level: knowledge, kind: reference}
  name: knowledge
  street: knowledge
  balance: knowledge
  date_of_birth: {level: agent, kind: date}
sources:
  residents:
    match:
      - {look_up: residents_by_phone, with: {phone: "{number}"}}
      - {look_up: residents_by_reference, with: {reference: "{reference}"}}
    take: {reference: reference, name: name, street: street, date_of_birth: born}
    as_of: updated
    max_age_days: 730
    priority: 10
  parking:
    match: {look_up: permits, with: {phone: "{national_number}"}}
    take: {reference: reference, street: street}
    as_of: since
  tax:
    match: {look_up: tax, with: {reference: "{reference}"}}
    take: {balance: balance, name: name}
"""
ADA = Caller(number="07700 900123", name="", dialled="100")
BIRTH = [presses("03051970"), says("yes")]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Tax:
    """The web service of the tax office; `answer` can be made slow or wrong."""

    def __init__(self) -> None:
        self.port = 0
        self.answer: Handler = self.known
        self.runner: web.AppRunner

    async def known(self, request: web.Request) -> web.StreamResponse:
        if request.query["reference"] != "12345678":
            raise web.HTTPNotFound
        return web.json_response({"account": {"balance": 12.5, "name": "Ada Leigh"}})

    async def slow(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(2)
        return await self.known(request)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        return await self.answer(request)


@pytest.fixture
async def tax() -> AsyncIterator[Tax]:
    made = Tax()
    app = web.Application()
    app.router.add_get("/tax", made.handle)
    made.runner = web.AppRunner(app, shutdown_timeout=0.1)
    await made.runner.setup()
    await web.TCPSite(made.runner, "127.0.0.1", 0).start()
    made.port = made.runner.addresses[0][1]
    yield made
    await made.runner.cleanup()


@pytest.fixture
async def sources(tmp_path: Path, tax: Tax) -> AsyncIterator[Sources]:
    with sqlite3.connect(tmp_path / "residents.db") as base:
        base.execute("create table residents (phone, reference, name, street, born, updated)")
        base.executemany(
            "insert into residents values (?, ?, ?, ?, ?, ?)",
            [
                ("+447700900123", "12345678", "Ada Lee", "1 High Street", "1970-05-03", "2026-03-01"),
                ("+447700900124", "87654321", "Bob Ray", "9 Mill Lane", "1980-02-01", "2026-03-01"),
            ],
        )
    base.close()
    permits = "Phone,Reference,Street,Since\n07700900123,12345678,7 Old Road,2019-01-01\n"
    (tmp_path / "permits.csv").write_text(permits)
    (tmp_path / "sources.yaml").write_text(SOURCES % tax.port)
    (tmp_path / "callers.yaml").write_text(CALLERS)
    (tmp_path / "plan.yaml").write_text(PLAN)
    made = load_sources(tmp_path / "sources.yaml")
    assert made.check() == ()
    yield made
    await made.close()


async def ring(folder: Path, sources: Sources, *acts: Act, caller: Caller = ADA) -> tuple[list[str], Conclusion, float]:
    """What the caller heard, how it ended, and how long it took besides talking, which takes no time here."""
    callers = Callers(
        read_callers(folder / "callers.yaml"),
        sources.look_up,
        Lock(folder / "failed.json", "key", Clock()),
        lambda: TODAY,
    )
    telephone, seconds = FakeTelephone(ScriptedCaller(acts)), itertools.count(1.0)
    began = time.monotonic()
    conclusion = await run_flow(
        load_flow(folder / "plan.yaml"),
        call_id=CallId("1.1"),
        caller=caller,
        telephone=telephone,
        knowledge=Knowledge(()),
        world=FixedWorld(callers=callers),
        feed=Kept(),
        now=lambda: next(seconds),
    )
    return telephone.said, conclusion, time.monotonic() - began


def told(conclusion: Conclusion) -> Mapping[tuple[str, str], Said]:
    assert conclusion.hand_over is not None
    return {(one.name, one.source): one for one in conclusion.hand_over.record}


async def test_one_record_of_three_sources_with_their_contradictions(tmp_path: Path, sources: Sources) -> None:
    said, conclusion, _ = await ring(tmp_path, sources, *BIRTH)
    assert said[-1] == "Ada Lee of 1 High Street owes 12.5."
    record = told(conclusion)
    assert record["name", "tax"].differs and not record["name", "tax"].counts
    assert record["street", "parking"].differs and record["street", "parking"].as_of == "2019-01-01"
    assert record["street", "residents"].counts and record["street", "residents"].as_of == "2026-03-01"
    assert conclusion.hand_over is not None and conclusion.hand_over.identity.level is Level.KNOWLEDGE
    assert not [one for one in said if "Old Road" in one or "Leigh" in one]


async def test_a_slow_service_is_left_behind(tmp_path: Path, sources: Sources, tax: Tax) -> None:
    tax.answer = tax.slow
    said, conclusion, took_s = await ring(tmp_path, sources, *BIRTH)
    assert said[-1] == "Ada Lee of 1 High Street owes ."
    assert took_s < 1.5
    assert ("balance", "tax") not in told(conclusion)


async def test_a_killed_service_costs_nothing(tmp_path: Path, sources: Sources, tax: Tax) -> None:
    await tax.runner.cleanup()
    said, conclusion, took_s = await ring(tmp_path, sources, *BIRTH)
    assert said[-1].startswith("Ada Lee of 1 High Street")
    assert took_s < 1.0
    assert {source for _, source in told(conclusion)} == {"residents", "parking"}


async def test_without_the_database_nobody_is_identified_and_nobody_is_locked(tmp_path: Path, sources: Sources) -> None:
    (tmp_path / "residents.db").rename(tmp_path / "away.db")
    for _ in range(4):
        said, conclusion, _ = await ring(tmp_path, sources, *BIRTH, *BIRTH)
        assert conclusion.hand_over is not None and conclusion.hand_over.identity.level is Level.NUMBER
        assert not conclusion.hand_over.identity.locked and "Ada" not in " ".join(said)
    assert not (tmp_path / "failed.json").exists()


async def test_a_telephone_that_is_somebody_elses_in_one_source_does_not_mix_two_people(
    tmp_path: Path, sources: Sources
) -> None:
    permits = "Phone,Reference,Street,Since\n07700900123,87654321,7 Old Road,2026-11-01\n"
    (tmp_path / "permits.csv").write_text(permits)
    os.utime(tmp_path / "permits.csv", (time.time() - 5,) * 2)  # nobody is writing it any more
    said, conclusion, _ = await ring(tmp_path, sources, *BIRTH)
    assert said[-1] == "Ada Lee of 1 High Street owes 12.5."
    record = told(conclusion)
    assert record["reference", "parking"].stranger and record["street", "parking"].stranger


async def test_a_withheld_number_is_served_by_reference(tmp_path: Path, sources: Sources) -> None:
    withheld = Caller(number="", name="", dialled="100")
    said, _, _ = await ring(tmp_path, sources, presses("12345678"), says("yes"), *BIRTH, caller=withheld)
    assert said[-1] == "Ada Lee of 1 High Street owes 12.5."


async def test_the_helpline_is_checked_as_one(tmp_path: Path, sources: Sources) -> None:
    settings = Settings.read()

    def loaded(was: str, is_: str) -> str:
        (tmp_path / "callers.yaml").write_text(CALLERS.replace(was, is_))
        with pytest.raises(FlowError) as fault:
            load_helpline(tmp_path / "plan.yaml", hearing_of(settings), settings.prompts)
        return str(fault.value).removeprefix(f"{tmp_path}/")

    helpline = load_helpline(tmp_path / "plan.yaml", hearing_of(settings), settings.prompts)
    assert tmp_path / "callers.yaml" in helpline.parts()
    assert loaded("look_up: permits", "look_up: permit").startswith(
        "callers.yaml:19:22: there is no source 'permit'; did you mean 'permits'?"
    )
    assert "needs 'phone'; add 'phone: …' below 'with'" in loaded('phone: "{national', 'fone: "{national')
    assert "does not give 'blance'; did you mean 'balance'?" in loaded("balance: balance", "balance: blance")
