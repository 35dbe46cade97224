"""The doctor's manager line at bytes that are none, too many, or never come: an error in time, never a traceback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ivr.errors import LineBroken
from ivr.pbx.doctor.manager_line import LONGEST_MESSAGE, MOST_ITEMS, ManagerLine, NotReached, Refused, Trouble
from ivr.testing.fake_ami import BANNER, message

SHORT_S = 0.15
IN = message({"Response": "Success", "ActionID": "1", "Message": "Authentication accepted"})
START = message({"Response": "Success", "ActionID": "2", "EventList": "start"})

Talk = Callable[[socket.socket], None]


@contextmanager
def peer(talk: Talk) -> Iterator[int]:
    """A server for one connection, on a thread as the line itself blocks; its port."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(5)

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            try:
                talk(connection)
                while connection.recv(4096):  # until the other side has gone
                    pass
            except OSError:
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()
        thread.join(5)
        assert not thread.is_alive(), "the line is closed when the doctor has gone"


def scripted(*answers: bytes) -> Talk:
    """Greets, then gives one answer for each action that comes."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(BANNER)
        for answer in answers:
            received = b""
            while not received.endswith(b"\r\n\r\n"):
                received += connection.recv(4096)
            connection.sendall(answer)

    return talk


@contextmanager
def logged_in(*answers: bytes) -> Iterator[ManagerLine]:
    with peer(scripted(IN, *answers)) as port:
        line = ManagerLine("127.0.0.1", port, answer_s=SHORT_S)
        try:
            line.log_in("ivr", "secret")
            yield line
        finally:
            line.close()


@pytest.mark.parametrize(
    ("greeting", "trouble"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", Trouble.NOT_MANAGER),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Trouble.NOT_MANAGER),
        (b"\0" * 100_000, Trouble.NOT_MANAGER),
        (BANNER[:-2] + b"x" * 100_000, Trouble.NOT_MANAGER),
        (b"Asterisk Call", Trouble.NOT_MANAGER),
        (b"", Trouble.MUTE),
    ],
)
def test_what_is_no_manager_interface_is_named(greeting: bytes, trouble: Trouble) -> None:
    with peer(lambda connection: connection.sendall(greeting)) as port, pytest.raises(NotReached) as caught:
        ManagerLine("127.0.0.1", port, greeting_s=SHORT_S)
    assert caught.value.trouble is trouble


def test_a_peer_that_hangs_up_before_it_greets_is_named() -> None:
    with (
        peer(lambda connection: connection.shutdown(socket.SHUT_RDWR)) as port,
        pytest.raises(NotReached) as caught,
    ):
        ManagerLine("127.0.0.1", port, greeting_s=SHORT_S)
    assert caught.value.trouble is Trouble.CLOSED


def test_nobody_there_and_no_such_host_are_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NotReached) as caught:
        ManagerLine("127.0.0.1", port)
    assert caught.value.trouble is Trouble.REFUSED
    with pytest.raises(NotReached) as caught:
        ManagerLine("nobody.invalid", port)
    assert caught.value.trouble is Trouble.NO_HOST


def test_a_greeting_in_pieces_is_a_greeting() -> None:
    def talk(connection: socket.socket) -> None:
        for byte in BANNER[:-1]:
            connection.sendall(bytes([byte]))
        scripted(IN)(_Late(connection))  # type: ignore[arg-type]

    class _Late:
        """Gives the end of the greeting instead of a whole one."""

        def __init__(self, connection: socket.socket) -> None:
            self.recv, self._connection = connection.recv, connection

        def sendall(self, data: bytes) -> None:
            self._connection.sendall(BANNER[-1:] if data == BANNER else data)

    with peer(talk) as port:
        line = ManagerLine("127.0.0.1", port)
        line.log_in("ivr", "secret")
        line.close()


def test_a_list_is_whole_and_strangers_are_noted_by_name_only() -> None:
    item = message({"Event": "QueueParams", "ActionID": "2", "Queue": "café"})
    stranger = message({"Event": "FullyBooted", "Privilege": "system,all"})
    late = message({"Event": "QueueParams", "ActionID": "1", "Queue": "of another answer"})
    end = message({"Event": "QueueStatusComplete", "ActionID": "2", "EventList": "Complete"})
    with logged_in(START + stranger + item + late + end) as line:
        answer = line.ask("QueueStatus", collect=True)
        assert [item.get("Queue") for item in answer] == [None, "café"]
        assert line.strangers == {"FullyBooted"}


def test_a_refusal_keeps_asterisks_words() -> None:
    refusal = message({"Response": "Error", "ActionID": "2", "Message": "Permission denied"})
    with logged_in(refusal) as line, pytest.raises(Refused) as caught:
        line.ask("ModuleCheck", {"Module": "app_queue.so"})
    assert caught.value.words == "Permission denied"


def test_an_answer_that_never_comes_is_waited_for_once() -> None:
    with logged_in(b"") as line:
        for _ in range(50):  # fifty deadlines would take seven seconds and fail the test's own patience
            with pytest.raises(LineBroken, match="no answer to the manager action Ping"):
                line.ask("Ping")


def test_a_list_without_an_end_is_given_up() -> None:
    with logged_in(START) as line, pytest.raises(LineBroken, match="no answer"):
        line.ask("ShowDialPlan", collect=True)


def test_a_list_that_is_too_long_ends_and_the_next_answer_is_the_next_one() -> None:
    items = message({"Event": "ListDialplan", "ActionID": "2"}) * (MOST_ITEMS + 10)
    pong = message({"Response": "Success", "ActionID": "3", "Ping": "Pong"})
    with peer(scripted(IN, START + items, pong)) as port:
        line = ManagerLine("127.0.0.1", port)
        line.log_in("ivr", "secret")
        with pytest.raises(LineBroken, match="list of more than"):
            line.ask("ShowDialPlan", collect=True)
        assert line.ask("Ping")[0]["Ping"] == "Pong"
        line.close()


@pytest.mark.parametrize(
    "garbage",
    [
        b"x" * (LONGEST_MESSAGE + 200_000),
        b"Response: \xff\xfe\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"Event: \r\nActionID: 2\r\n\r\n",
        b"Response: Success\r\nActionID\r\n\r\n",
        b"Event: A\r\nChanVariable: without an equals sign\r\n\r\n",
    ],
)
def test_garbage_for_an_answer_is_an_error(garbage: bytes) -> None:
    with logged_in(garbage) as line, pytest.raises(LineBroken):
        line.ask("Ping")


def test_a_connection_that_breaks_is_told_to_all_who_ask_later() -> None:
    def talk(connection: socket.socket) -> None:
        scripted(IN)(connection)
        connection.recv(4096)
        connection.shutdown(socket.SHUT_RDWR)

    with peer(talk) as port:
        line = ManagerLine("127.0.0.1", port)
        line.log_in("ivr", "secret")
        for _ in range(3):
            with pytest.raises(LineBroken, match="broke"):
                line.ask("Ping")
        line.close()
        line.close()


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\0b", "x" * 2000])
def test_what_cannot_be_sent_is_not_sent(value: str) -> None:
    with logged_in() as line, pytest.raises(ValueError, match="cannot be sent"):
        line.ask("Getvar", {"Variable": value})
