"""A link from the network leads to the web, and never from a secured place to an unsecured one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.models.web_address import web_address

SECURE, PLAIN = "https://models.example/vosk/list.json", "http://127.0.0.1:8000/list.json"


@pytest.mark.parametrize(
    ("link", "source", "address"),
    [
        ("de.zip", SECURE, "https://models.example/vosk/de.zip"),
        ("/de.zip", PLAIN, "http://127.0.0.1:8000/de.zip"),
        ("//mirror.example/de.zip", SECURE, "https://mirror.example/de.zip"),
        ("https://mirror.example/de.zip", PLAIN, "https://mirror.example/de.zip"),
        ("http://mirror.example/de.zip", PLAIN, "http://mirror.example/de.zip"),
        ("https://[::1]:8443/de.zip", SECURE, "https://[::1]:8443/de.zip"),
    ],
)
def test_links_are_followed_within_the_web(link: str, source: str, address: str) -> None:
    assert web_address(link, source) == address


@pytest.mark.parametrize("source", [SECURE, PLAIN])
@pytest.mark.parametrize(
    "link",
    [
        "",
        "file:///etc/passwd",
        "ftp://models.example/de.zip",
        "data:text/plain,evil",
        "https://:443/de.zip",
        "http://[bad",
        "https://models.example:99999/",
        "https://models.example:0/",
        "https://models example/",
        "https://models.example/\x1b[2J",
        "https://models.example/ä",
        "https://models.example/" + "a" * 2000,
    ],
)
def test_links_to_anywhere_else_are_refused(link: str, source: str) -> None:
    assert web_address(link, source) is None


def test_nothing_leads_from_a_secured_place_to_an_unsecured_one() -> None:
    assert web_address("http://models.example/vosk/de.zip", SECURE) is None
    assert web_address("HTTP://models.example/vosk/de.zip", SECURE) is None


@given(st.text(max_size=60) | st.text("htps:/[]@.?#0 %\\", max_size=30), st.sampled_from([SECURE, PLAIN]))
def test_any_link_is_an_address_of_the_web_or_none(link: str, source: str) -> None:
    address = web_address(link, source)
    assert address is None or address.startswith(("https://", source.partition("//")[0]))
