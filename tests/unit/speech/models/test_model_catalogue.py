"""The official catalogue is read as it is written, and what makes no sense in it is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ivr.errors import ModelError
from ivr.speech.models.model_catalogue import offers_for, parse_catalogue

SOURCE = "https://models.example/vosk/model-list.json"


def entry(name: str = "vosk-model-small-de-0.15", **changed: Any) -> dict[str, Any]:
    """One entry in the official form (alphacephei.com/vosk/models/model-list.json)."""
    return {
        "lang": "de",
        "lang_text": "German",
        "md5": "4f21f92c0897b48287ef8839420608eb",
        "name": name,
        "obsolete": "false",
        "size": 46499967,
        "size_text": "44.3MiB",
        "type": "small",
        "url": f"https://alphacephei.com/vosk/models/{name}.zip",
        "version": "0.15",
    } | changed


def catalogue(*entries: object) -> bytes:
    return json.dumps(entries).encode()


def test_an_entry_is_an_offer() -> None:
    (offer,) = parse_catalogue(catalogue(entry()), SOURCE)
    assert (offer.name, offer.language, offer.language_name) == ("vosk-model-small-de-0.15", "de", "German")
    assert (offer.size_bytes, offer.md5) == (46499967, "4f21f92c0897b48287ef8839420608eb")
    assert offer.fits
    assert not offer.obsolete


def test_a_fixed_graph_does_not_fit_and_a_look_ahead_graph_does() -> None:
    big, lgraph = entry("a-big", type="big"), entry("b-lgraph", type="big-lgraph")
    assert [offer.fits for offer in parse_catalogue(catalogue(big, lgraph), SOURCE)] == [True, False]  # what fits first


def test_an_address_without_host_is_beside_the_catalogue() -> None:
    (offer,) = parse_catalogue(catalogue(entry(url="de.zip")), SOURCE)
    assert offer.url == "https://models.example/vosk/de.zip"


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "../../etc"},
        {"name": ""},
        {"name": ".hidden"},
        {"type": "spk"},
        {"md5": "none"},
        {"size": -1},
        {"size": "46499967"},
        {"size": True},
        {"size": 46499967.0},
        {"size": 10**400},
        {"size": 10**11},
        {"name": "bundled"},
        {"name": "Bundled"},
        {"name": ["good"]},
        {"lang": "\x1b]0;owned\x07"},
        {"lang": ["de"]},
        {"type": "\x1b[31m"},
        {"type": ""},
        {"url": ""},
        {"url": "http://alphacephei.com/a.zip"},
        {"url": "file:///etc/passwd"},
        {"url": "http://[bad"},
        {"url": "https://models.example:99999999/de.zip"},
        {"url": "https://models\x00example/de.zip"},
        {"lang": ""},
    ],
)
def test_an_entry_that_is_no_safe_offer_is_left_out(changed: dict[str, Any]) -> None:
    (offer,) = parse_catalogue(catalogue(entry("bad") | changed, "nonsense", entry("good")), SOURCE)
    assert offer.name == "good"


def test_a_number_that_is_too_long_to_be_read_spoils_only_its_own_entry() -> None:
    data = catalogue(entry("bad") | {"size": 0}, entry("good")).replace(b'"size": 0', b'"size": ' + b"9" * 5000)
    assert [offer.name for offer in parse_catalogue(data, SOURCE)] == ["good"]


def test_nothing_in_an_offer_steers_a_terminal() -> None:
    (offer,) = parse_catalogue(catalogue(entry(lang_text="Ger\x1b[2Jman\n\u202e" + "n" * 500)), SOURCE)
    assert offer.language_name.isprintable()
    assert len(offer.language_name) <= 200


DEEP = 200_000


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"{}", b"[]", b"[1, 2]", b"\xff", b"[" * DEEP, b'[{"a":' * DEEP, b"[" * DEEP + b"]" * DEEP],
    ids=lambda data: str(data[:10]),
)
def test_what_is_no_catalogue_is_one_line(data: bytes) -> None:
    with pytest.raises(ModelError, match="no catalogue of Vosk models: see the setting 'model_catalogue'"):
        parse_catalogue(data, SOURCE)


def test_a_language_is_found_by_any_of_its_tags() -> None:
    offers = parse_catalogue(
        catalogue(
            entry("us", lang="en-us"), entry("gb", lang="en-gb"), entry("uk", lang="ua"), entry("old", obsolete="true")
        ),
        SOURCE,
    )
    assert {offer.name for offer in offers_for(offers, "en")} == {"us", "gb"}
    assert {offer.name for offer in offers_for(offers, "uk")} == {"uk"}  # the catalogue says ua
    assert offers_for(offers, "de") == ()
    assert {offer.name for offer in offers_for(offers, "de", obsolete=True)} == {"old"}
