"""A request to a web service: templates, in which each value is encoded as its place asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote, urlencode, urlsplit

from ivr.web.template import Environment, Template

_HOST = re.compile(r"(https?)://([^/?#\s]+)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class BadValue(Exception):
    """A value cannot stand where the template has it; its text names the value but does not hold it."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A request with its values; nothing of it is to be logged."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent."""

    url: Template
    method: str
    headers: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    body: Template | None = None
    """JSON; values stand inside its texts."""
    form: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    """The fields of a form, instead of a body."""

    @property
    def templates(self) -> tuple[Template, ...]:
        """All of them."""
        body = (self.body,) if self.body else ()
        return (self.url, *self.headers.values(), *body, *self.form.values())

    @property
    def values(self) -> frozenset[str]:
        """Every ``{value}``."""
        return frozenset[str]().union(*(template.values for template in self.templates))

    @property
    def secrets(self) -> frozenset[str]:
        """Every ``{env:NAME}``."""
        return frozenset[str]().union(*(template.secrets for template in self.templates))

    def filled(self, values: Mapping[str, str], environment: Environment) -> Filled:
        """It with `values`, each encoded for its place. Raises BadValue, SecretMissing."""
        path, _, _ = self.url.text.partition("?")
        for name in Template(path).values:
            if set(values[name]) <= {"."}:  # a step up in the path, however it is encoded
                raise BadValue(f"'{name}' cannot be part of an address")
        headers = {name: value.filled(values, environment) for name, value in self.headers.items()}
        if any(_CONTROL.search(value) for value in headers.values()):
            raise BadValue("a value cannot be part of a header")
        body, kind = self._body(values, environment)
        defaults = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if kind:
            defaults["Content-Type"] = kind
        own = {name.lower() for name in headers}
        return Filled(
            url=self.url.filled(values, environment, lambda value: quote(value, safe="")),
            headers={**{name: value for name, value in defaults.items() if name.lower() not in own}, **headers},
            body=body,
        )

    def _body(self, values: Mapping[str, str], environment: Environment) -> tuple[bytes | None, str]:
        """The body, and what it is."""
        if self.form:
            fields = {name: value.filled(values, environment) for name, value in self.form.items()}
            return urlencode(fields).encode(), "application/x-www-form-urlencoded"
        if self.body is None:
            return None, ""
        return self.body.filled(values, environment, _in_json).encode(), "application/json"


def url_fault(text: str) -> str | None:
    """What is wrong with `text` as an address; None: nothing. Its host always stands there as it is."""
    found = _HOST.match(text)
    if found is None:
        return f"'{text}' is no address; it begins with 'https://' and the name of a host"
    if not text.isascii() or " " in text:
        return "an address holds no blanks, accents or umlauts; write them percent-encoded, like %20"
    if "@" in found.group(2):
        return "a name or password must not stand in the address; write 'headers: {Authorization: …}' with {env:NAME}"
    if "{" in found.group(2):
        return "the host must stand in the address as it is; only what follows it may hold values"
    try:
        if not urlsplit(text).hostname or urlsplit(text).port == 0:
            return f"'{found.group(2)}' is no host"
    except ValueError:
        return f"'{found.group(2)}' is no host and port"
    return None


def in_clear(text: str) -> bool:
    """Whether what is sent to the address `text` can be read on its way."""
    address = urlsplit(text)
    return address.scheme == "http" and address.hostname not in _LOOPBACK


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]
