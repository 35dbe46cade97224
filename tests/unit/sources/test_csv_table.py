"""CSV files as people and programs write them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import FlowError
from ivr.sources.csv_table import NoColumn, Table, read_table


def table(raw: str | bytes, match: tuple[str, ...] = ("Postcode",), take: tuple[str, ...] = ("Day", "Bin")) -> Table:
    return read_table(raw.encode() if isinstance(raw, str) else raw, file="rounds.csv", match=match, take=take)


PLAIN = "Postcode,Day,Bin\nSG12 8XY,Friday,blue\nSG1 1AA,Monday,green\n"


def test_a_row_is_found_whatever_its_case_and_blanks() -> None:
    assert table(PLAIN).find(["sg128xy"]) == (("Friday", "blue"),)
    assert table(PLAIN).find(["SG99 9ZZ"]) == ()


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_the_separator_is_found_out(separator: str) -> None:
    assert table(PLAIN.replace(",", separator)).find(["SG1 1AA"]) == (("Monday", "green"),)


def test_a_byte_order_mark_windows_line_ends_quotes_and_empty_rows_are_read() -> None:
    raw = '\ufeff Postcode ,Street,Bin,Day\r\nSG1 1AA,"Mill Lane, ""The Mill""",green,Monday\r\n,,,\r\n\r\n'
    assert table(raw).find(["SG1 1AA"]) == (("Monday", "green"),)


def test_columns_that_nobody_takes_may_be_anything_even_twice() -> None:
    assert table("Postcode,x,x,Day,Bin\nA,1,2,Monday,\n").find(["a"]) == (("Monday", ""),)


def test_rows_that_say_the_same_are_one_and_rows_that_differ_are_told() -> None:
    found = table(PLAIN + "SG1 1AA,Monday,green\nsg11aa,Tuesday,green\nSG1 1AA,Sunday,black\n")
    assert found.find(["SG1 1AA"]) == (("Monday", "green"), ("Tuesday", "green"))
    assert found.different == ((3, 5),)


def test_a_column_that_is_missing_is_named_with_those_that_are_there() -> None:
    with pytest.raises(NoColumn) as raised:
        table("Postcode;Tag;Bin\n")
    assert (raised.value.column, raised.value.columns) == ("Day", ("Postcode", "Tag", "Bin"))


@pytest.mark.parametrize(
    ("raw", "place", "said"),
    [
        (b"", "rounds.csv:1:1", "empty"),
        (b"Postcode,Day,Bin\nA,caf\xe9,b\n", "rounds.csv:2:6", "CSV UTF-8"),
        (b"Postcode,Day,Bin\nA,Monday\n", "rounds.csv:2:1", "2 fields, the header 3"),
        (b"Postcode,Day,Bin\nA,Mon,day,b\n", "rounds.csv:2:1", "4 fields, the header 3"),
        (b'Postcode,Day,Bin\nA,Monday,b\nB,"Monday,b\n', "rounds.csv:3:1", "quotes"),
        (b"Postcode,Day,Day,Bin\n", "rounds.csv:1:1", "two columns 'Day'"),
        (b"Postcode,Day,Bin\nA," + b"x" * 2000 + b",b\n", "rounds.csv:2:1", "shorten"),
        (b'Postcode,Day,Bin\nA,"' + b"x" * 200_000 + b'",b\n', "rounds.csv:2:1", "quotes"),
    ],
)
def test_a_fault_is_told_with_its_line(raw: bytes, place: str, said: str) -> None:
    with pytest.raises(FlowError) as raised:
        table(raw)
    assert str(raised.value).startswith(place)
    assert said in str(raised.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_a_fault_with_a_place(raw: bytes) -> None:
    try:
        table(b"Postcode,Day,Bin\n" + raw)
    except FlowError as fault:
        assert fault.line >= 1


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6), st.sampled_from(",;\t|"))
def test_what_a_spreadsheet_writes_is_read_again(rows: list[tuple[str, str, str]], separator: str) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator)
    writer.writerows([("Postcode", "Day", "Bin"), *rows])
    found = table(written.getvalue().encode())
    for postcode, day, _ in rows:
        if postcode.strip():
            days = {row[0] for row in found.find([postcode])}
            assert days, (postcode, day)
