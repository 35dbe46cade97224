"""Texts with ``{postcode}`` for a value that is asked about and ``{env:TOKEN}`` for a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ivr.errors import SecretMissing

VALUE_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""A named value or fact, as plans write it."""
_PLACE = re.compile(r"\{(?:env:([A-Za-z_][A-Za-z0-9_]*)|([a-z][a-z0-9_]*))\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where secrets come from; they never show."""

    variables: Mapping[str, str] = field(repr=False)

    def secret(self, name: str) -> str:
        """The variable `name`. Raises SecretMissing."""
        if name not in self.variables:
            raise SecretMissing(f"the environment variable {name} is not set")
        return self.variables[name]

    def missing(self, names: frozenset[str]) -> list[str]:
        """Those of `names` that are not set."""
        return sorted(name for name in names if name not in self.variables)

    def hidden(self, text: str, names: frozenset[str]) -> str:
        """`text` without the secrets `names`, should a library have written them into it."""
        for secret in sorted((self.variables.get(name, "") for name in names), key=len, reverse=True):
            if secret:
                text = text.replace(secret, "(secret)")
        return text


@dataclass(frozen=True, slots=True)
class Template:
    """`text` as it stands in the file."""

    text: str

    @property
    def values(self) -> frozenset[str]:
        """Names of the values that it holds."""
        return frozenset(value for _, value in _PLACE.findall(self.text) if value)

    @property
    def secrets(self) -> frozenset[str]:
        """Names of the environment variables that it holds."""
        return frozenset(secret for secret, _ in _PLACE.findall(self.text) if secret)

    @property
    def pieces(self) -> tuple[str, ...]:
        """What stands between the places."""
        return tuple(_PLACE.sub("\0", self.text).split("\0"))

    def filled(
        self, asked: Mapping[str, str], environment: Environment, encoded: Callable[[str], str] = lambda text: text
    ) -> str:
        """The text with each place filled once, by what `encoded` makes of its value. Raises SecretMissing."""

        def value(found: re.Match[str]) -> str:
            secret, name = found.groups()
            return encoded(environment.secret(secret) if secret else asked[name])

        return _PLACE.sub(value, self.text)
