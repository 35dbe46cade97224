"""Values and secrets in texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.errors import SecretMissing
from ivr.sources.sql_database import SqlDatabase
from ivr.web.template import Environment, Template
from tests.unit.sources.made import HERE

SECRETS = Environment(variables={"TOKEN": "p@ss/w:rd", "SHORT": "p@ss", "EMPTY": ""})


def test_each_place_is_filled_once_and_what_is_filled_in_is_no_place_itself() -> None:
    template = Template("{a}-{env:TOKEN}-{b}")
    assert (template.values, template.secrets) == ({"a", "b"}, {"TOKEN"})
    assert template.filled({"a": "{b}", "b": "{env:TOKEN}"}, SECRETS) == "{b}-p@ss/w:rd-{env:TOKEN}"


def test_a_secret_that_is_not_set_is_a_failure() -> None:
    with pytest.raises(SecretMissing, match="variable MISSING is not set"):
        Template("{env:MISSING}").filled({}, SECRETS)


def test_secrets_are_taken_out_of_what_a_library_says_the_longest_first() -> None:
    names = frozenset({"TOKEN", "SHORT", "EMPTY"})
    assert SECRETS.hidden("bad p@ss/w:rd and p@ss", names) == "bad (secret) and (secret)"


def test_an_environment_does_not_show() -> None:
    assert "p@ss" not in repr(SECRETS)


def test_a_password_may_hold_any_character() -> None:
    database = SqlDatabase(
        "postgresql://{env:SHORT}:{env:TOKEN}@db.example:5433/accounts?sslmode=require",
        at=HERE,
        environment=SECRETS,
        folder=Path(),
        state=Path(),
        limit_s=3.0,
        writes=False,
    )
    url = database._filled()
    assert (url.username, url.password, url.host, url.port) == ("p@ss", "p@ss/w:rd", "db.example", 5433)
    assert (url.database, dict(url.query)) == ("accounts", {"sslmode": "require"})
    assert "w:rd" not in repr(database.__dict__)
