"""FastAGI on the wire: bytes recorded from Asterisk 22.10, every split of them, and bytes that Asterisk never sends."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.telephony.agi.codec import (
    LONGEST_COMMAND,
    AgiDecoder,
    AgiEvent,
    AgiReply,
    Environment,
    HangUp,
    Nonsense,
    StreamEnded,
    command_line,
)

ENVIRONMENT = (
    "agi_network: yes\nagi_network_script: helpline\nagi_request: agi://127.0.0.1:25962/helpline\n"
    "agi_channel: Local/agi@test-00000000;2\nagi_language: en\nagi_type: Local\nagi_uniqueid: 1795373402.1\n"
    "agi_version: 22.10.1\nagi_callerid: unknown\n"
    'agi_calleridname: x,y ( "z [ Grüße\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\n'
    "agi_callingtns: 0\nagi_dnid: unknown\nagi_rdnis: unknown\nagi_context: test\nagi_extension: agi\n"
    "agi_priority: 3\nagi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 140170806048448\n\n"
).encode()

REPLIES = (
    b"200 result=0\n"
    b'200 result=1 (x"y\\z (a) ,b)\n'
    b"200 result=1 ()\n"
    b"510 Invalid or unknown command\n"
    b"520-Invalid command syntax.  Proper usage follows:\nSets a variable to the current channel.\n"
    b"520 End of proper usage.\n"
    b"100 result=0 Trying...\n"
    b"200 result=-1\nHANGUP\nHANGUP\n"
    b"511 Command Not Permitted on a dead channel or intercept routine\n"
    b"200 result=0 endpos=2240\n"
    b"200 result= (timeout)\n"
)

MEANING = [
    AgiReply(200, "0", ""),
    AgiReply(200, "1", 'x"y\\z (a) ,b'),
    AgiReply(200, "1", ""),
    AgiReply(510, "", "Invalid or unknown command"),
    AgiReply(520, "", "Invalid command syntax.  Proper usage follows:\nSets a variable to the current channel."),
    AgiReply(100, "0", "Trying..."),
    AgiReply(200, "-1", ""),
    HangUp(),
    HangUp(),
    AgiReply(511, "", "Command Not Permitted on a dead channel or intercept routine"),
    AgiReply(200, "0", "endpos=2240"),
    AgiReply(200, "", "timeout"),
]


def decoded(*chunks: bytes) -> list[AgiEvent]:
    decoder = AgiDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)] + list(decoder.end())


def parse_args(line: bytes) -> list[bytes]:
    """What Asterisk makes of a command line: parse_args of res/res_agi.c, retold."""
    words: list[bytearray] = []
    quoted = escaped = False
    whitespace = True
    for c in line.removesuffix(b"\n"):
        if c == 0x22 and not escaped:
            quoted = not quoted
            if quoted and whitespace:
                words.append(bytearray())
                whitespace = False
        elif c in b" \t" and not quoted and not escaped:
            whitespace = True
        elif c == 0x5C and not escaped:
            escaped = True
            continue
        else:
            if whitespace:
                words.append(bytearray())
                whitespace = False
            words[-1].append(c)
        escaped = False
    return [bytes(word) for word in words]


def test_the_environment_is_read_as_asterisk_writes_it() -> None:
    first, ended = decoded(ENVIRONMENT)
    assert isinstance(first, Environment)
    assert first.fields["agi_uniqueid"] == "1795373402.1"
    assert first.fields["agi_calleridname"] == 'x,y ( "z [ Grüße'
    assert first.fields["agi_accountcode"] == ""
    assert len(first.fields) == 22
    assert ended == StreamEnded(early=False)


def test_replies_and_hangups_are_told_apart() -> None:
    assert decoded(ENVIRONMENT + REPLIES)[1:-1] == MEANING


def test_it_does_not_matter_where_the_bytes_are_split() -> None:
    whole = ENVIRONMENT + REPLIES
    expected = decoded(whole)
    for cut in range(len(whole) + 1):
        assert decoded(whole[:cut], whole[cut:]) == expected
    assert decoded(*(bytes([b]) for b in whole)) == expected


def test_an_end_anywhere_is_one_event_and_early_unless_a_line_was_complete() -> None:
    whole = ENVIRONMENT + REPLIES
    for cut in range(len(whole)):
        *_, last = decoded(whole[:cut])
        usage = whole[:cut].count(b"520-") != whole[:cut].count(b"520 End of proper usage.\n")
        early = cut < len(ENVIRONMENT) or whole[cut - 1 : cut] != b"\n" or usage
        assert last == StreamEnded(early=early), cut


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        (b"agi_uniqueid: 1\nagi_uniqueid: 2\n\n", "a key of the environment comes twice"),
        (b"agi_uniqueid: 1\nSet: x\n\n", "a line of the environment is no 'agi_key: value'"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "a line of the environment is no 'agi_key: value'"),
        (b"agi_uniqueid\n\n", "a line of the environment is no 'agi_key: value'"),
        (b"".join(b"agi_arg_%d: x\n" % n for n in range(201)), "too many lines"),
        (b"agi_arg_1: " + b"x" * 65536, "too many bytes"),
        (b"".join(b"agi_arg_%d: %s\n" % (n, b"x" * 1000) for n in range(70)), "too many bytes"),
    ],
)
def test_an_environment_that_asterisk_never_writes_is_refused(environment: bytes, reason: str) -> None:
    assert decoded(environment, ENVIRONMENT) == [Nonsense(reason)]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"hello\n", "neither a reply nor HANGUP"),
        (b"HANGUP200 result=1\n", "neither a reply nor HANGUP"),
        (b"999 result=1\n", "neither a reply nor HANGUP"),
        (b"\n", "neither a reply nor HANGUP"),
        ("\u0662\u0660\u0660 result=1\n".encode(), "neither a reply nor HANGUP"),
        (b"200 ok\n", "a 200 without result"),
        (b"200-result=1\n", "a reply of several lines that is no 520"),
        (b"520-Invalid\n" + b"usage\n" * 200, "too many lines"),
        (b"200 result=1 (" + b"x" * 65536, "too many bytes"),
    ],
)
def test_a_reply_that_asterisk_never_sends_ends_the_stream(reply: bytes, reason: str) -> None:
    assert decoded(ENVIRONMENT, reply, REPLIES)[1:] == [Nonsense(reason)]


def test_limits_hold_for_each_reply_and_not_for_a_whole_call() -> None:
    events = decoded(ENVIRONMENT + b"200 result=1\n" * 10_000)
    assert len(events) == 10_002
    assert events[-1] == StreamEnded(early=False)


def test_bad_utf_8_is_replaced_and_shifts_nothing() -> None:
    first, *_ = decoded(b"agi_calleridname: \xff\xfe\xc3\nagi_uniqueid: 1.2\n\n")
    assert isinstance(first, Environment)
    assert first.fields == {"agi_calleridname": "\ufffd\ufffd\ufffd", "agi_uniqueid": "1.2"}


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6))
def test_no_bytes_raise_and_splits_never_matter(noise: bytes, cuts: list[int]) -> None:
    for start in (b"", ENVIRONMENT, ENVIRONMENT + b"200 result=1 (a)\n"):
        whole = start + noise
        places = [0, *sorted(len(start) + cut for cut in cuts), len(whole) + 301]
        chunks = [whole[a:b] for a, b in pairwise(places)]
        events = decoded(whole)
        assert decoded(*chunks) == events
        assert sum(isinstance(event, Nonsense | StreamEnded) for event in events) == 1


LINES = st.sampled_from(
    [
        b"HANGUP\n",
        b"200 result=1\n",
        b"200 result=1 (UP)\n",
        b"520-x\n",
        b"520 End\n",
        b"usage\n",
        b"\n",
        b"511 x\n",
    ]
)


@given(st.lists(LINES, max_size=20))
def test_hangup_lines_between_replies_are_counted_right(lines: list[bytes]) -> None:
    events = decoded(ENVIRONMENT, *lines)[1:]
    inside, hangups = False, 0
    for line in lines:
        if inside:
            inside = not line.startswith(b"520 ")
        elif line in (b"usage\n", b"\n"):
            break
        elif line == b"HANGUP\n":
            hangups += 1
        else:
            inside = line == b"520-x\n"
    assert sum(isinstance(event, HangUp) for event in events) == hangups


@given(st.lists(st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), max_size=30), max_size=10))
def test_asterisk_reads_back_exactly_the_words_we_quoted(arguments: list[str]) -> None:
    words = ("SET", *arguments)
    assert [word.decode() for word in parse_args(command_line(words))] == list(words)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("ANSWER",), b"ANSWER\n"),
        (("GET", "VARIABLE", "IVR_NONCE"), b"GET VARIABLE IVR_NONCE\n"),
        (("SET", "VARIABLE", "A", ""), b'SET VARIABLE A ""\n'),
        (("SET", "VARIABLE", "A", 'x"y\\z'), b'SET VARIABLE A "x\\"y\\\\z"\n'),
        (("EXEC", "Dial", "WebSocket/ivr/c(slin),10,g"), b'EXEC Dial "WebSocket/ivr/c(slin),10,g"\n'),
    ],
)
def test_commands_look_as_expected(words: tuple[str, ...], line: bytes) -> None:
    assert command_line(words) == line


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\0b", "HANGUP\n"])
def test_no_word_can_begin_a_second_command(bad: str) -> None:
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        command_line(("SET", "VARIABLE", "A", bad))


def test_a_command_is_as_long_as_asterisk_reads_and_not_longer() -> None:
    room = LONGEST_COMMAND - len(b"SET VARIABLE A \n")
    assert len(command_line(("SET", "VARIABLE", "A", "x" * room))) == LONGEST_COMMAND
    with pytest.raises(ValueError, match="longer than 8191"):
        command_line(("SET", "VARIABLE", "A", "x" * (room + 1)))
    with pytest.raises(ValueError, match="1 to 127 words"):
        command_line(("EXEC",) * 128)
    with pytest.raises(ValueError, match="1 to 127 words"):
        command_line(())
