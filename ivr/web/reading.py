"""Reads the lines of a request: ``headers``, ``method``, and ``body`` or ``form``. Every fault has its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from ivr.web.request import Request, url_fault
from ivr.web.template import Template
from ivr.yaml_file import Fields, Value

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""A token of RFC 9110, 5.6.2."""


def read_request(url: Value, fields: Fields) -> Request:
    """The request to `url` that `fields` describe. Raises FlowError."""
    headers, method = fields.get("headers"), fields.get("method")
    body, form = fields.get("body"), fields.get("form")
    if fault := url_fault(url.text()):
        raise url.wrong(fault)
    if body and form:
        raise form.wrong("a request has a 'body' or a 'form'; remove one")
    if (body or form) and method and method.text() == "GET":
        raise method.wrong("a GET has no body; write 'method: POST', or remove 'body'")
    return Request(
        url=plain(url),
        method=method.one_of(("GET", "POST")) if method else "POST" if body or form else "GET",
        headers=_headers(headers) if headers else MappingProxyType({}),
        body=_json(body) if body else None,
        form=_form(form) if form else MappingProxyType({}),
    )


def plain(value: Value) -> Template:
    """A template that holds no braces but those of its places."""
    template = _template(value)
    if any(brace in piece for piece in template.pieces for brace in "{}"):
        raise value.wrong("a brace must hold the name of a value, as in '{postcode}', or of a secret, {env:TOKEN}")
    return template


def _form(value: Value) -> Mapping[str, Template]:
    fields = value.fields()
    return MappingProxyType({name: plain(fields.take(name)) for name in fields.keys})


def _headers(value: Value) -> Mapping[str, Template]:
    fields = value.fields()
    for name, key in fields.keys.items():
        if not _HEADER.fullmatch(name):
            raise key.wrong(f"'{name}' is no name of a header")
        if name.lower() in ("host", "content-length", "transfer-encoding", "accept-encoding"):
            raise key.wrong(f"the header '{name}' follows from the rest; remove it")
    return MappingProxyType({name: plain(fields.take(name)) for name in fields.keys})


def _json(value: Value) -> Template:
    template = _template(value)
    try:
        json.loads("x".join(template.pieces))  # a value that is no number, so it must stand in quotes
    except (ValueError, RecursionError):
        raise value.wrong(
            "'body' must be JSON in which values stand within quotes, as in '{\"id\": \"{account}\"}'"
        ) from None
    return template


def _template(value: Value) -> Template:
    template = Template(value.text())
    if any("{env" in piece for piece in template.pieces):
        raise value.wrong("a secret is written {env:NAME}, with letters, digits and '_'")
    return template
