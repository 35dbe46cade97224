"""Turns to decode: one thread at a time, whose caller waits first, else in order."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from ivr.speech.recognition.one_at_a_time import OneAtATime, Waiting


@dataclass
class _Caller:
    name: str
    urgent: bool = False
    thread: threading.Thread = field(init=False)


class _Queue(list[tuple[Waiting, threading.Event]]):
    """Tells when somebody has queued up."""

    def __init__(self) -> None:
        super().__init__()
        self.longer = threading.Semaphore(0)

    def append(self, one: tuple[Waiting, threading.Event]) -> None:
        super().append(one)
        self.longer.release()


def _queue_up(turns: OneAtATime, names: str, served: list[str]) -> dict[str, _Caller]:
    """A thread for each name, which waits for its turn in this order."""
    queue = turns._queue = _Queue()

    def wait(caller: _Caller) -> None:
        with turns.turn_of(caller):
            served.append(caller.name)

    callers = {name: _Caller(name) for name in names}
    for caller in callers.values():
        caller.thread = threading.Thread(target=wait, args=(caller,))
        caller.thread.start()
        assert queue.longer.acquire(timeout=5)
    return callers


def _ended(callers: dict[str, _Caller]) -> None:
    for caller in callers.values():
        caller.thread.join(5)
        assert not caller.thread.is_alive()


def test_turns_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    turns, served = OneAtATime(), list[str]()
    with turns.turn_of(_Caller("first")):
        callers = _queue_up(turns, "abc", served)
        assert served == []
    _ended(callers)
    assert served == ["a", "b", "c"]


def test_whose_caller_waits_for_a_reply_goes_first_even_if_it_became_so_while_waiting() -> None:
    turns, served = OneAtATime(), list[str]()
    with turns.turn_of(_Caller("first")):
        callers = _queue_up(turns, "abcd", served)
        callers["c"].urgent = callers["d"].urgent = True
    _ended(callers)
    assert served == ["c", "d", "a", "b"]


def test_a_kindness_is_done_only_while_nobody_decodes() -> None:
    turns = OneAtATime()
    with turns.turn_of(_Caller("first")), turns.turn_if_free() as free:
        assert not free
    with turns.turn_if_free() as free:
        assert free
        with turns.turn_if_free() as again:
            assert not again
    with turns.turn_if_free() as free:
        assert free


def test_a_turn_that_fails_is_handed_on() -> None:
    turns, served = OneAtATime(), list[str]()
    callers: dict[str, _Caller] = {}
    try:
        with turns.turn_of(_Caller("first")):
            callers = _queue_up(turns, "a", served)
            raise ValueError
    except ValueError:
        pass
    _ended(callers)
    assert served == ["a"]
