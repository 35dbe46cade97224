"""Reads a file of gateways: strict YAML in, a `Setup` out, or one FlowError with file:line:column.

The file, by example::

    sms:
      http: https://gateway.example/v1/messages       # POST; redirects are not followed
      headers: {Authorization: "Bearer {env:SMS_TOKEN}"}
      body: '{"to": "{to}", "text": "{text}", "reference": "{id}"}'     # JSON, or `form: {To: "{to}", Body: "{text}"}`
      accepted: [200, 202]                            # statuses that say that it was taken; else 200 to 299
      try_again: [429, 503]                           # statuses that say that it was not, but may be later
      country: GB                                     # only mobile numbers of it
      most_segments: 3
      time_limit_s: 5
    email:
      smtp: mail.example:587
      security: starttls                              # or tls; none on this machine only
      user: helpline
      password: "{env:SMTP_PASSWORD}"
      from: Riverton Council <helpline@riverton.example>
    most_a_call: 3
    most_a_day: 5                                     # to one number or address
    most_an_hour: 200                                 # in all
    keep_trying_h: 4

``sms: {folder: texts}`` writes each text into a folder below the service's state, for trying.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from types import MappingProxyType

from ivr.call import By, is_email
from ivr.outbox.folder_gateway import FolderGateway
from ivr.outbox.gateway import Gateway, Limits, Place, Setup
from ivr.outbox.http_gateway import TRY_AGAIN, VALUES, HttpGateway
from ivr.outbox.smtp_gateway import Server, SmtpGateway
from ivr.web.reading import plain, read_request
from ivr.web.template import Environment
from ivr.yaml_file import Fields, Value, did_you_mean, parse, read_text

MOST_SEGMENTS, USUAL_SEGMENTS = 10, 3
SHORTEST_S, USUAL_HTTP_S, USUAL_SMTP_S, LONGEST_S = 0.2, 5.0, 10.0, 20.0
"""Time limits; meanwhile the caller waits."""
_SERVER = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_SECRET = re.compile(r"\{env:[A-Za-z_][A-Za-z0-9_]*\}")


def load_outbox(path: Path, state: Path, *, environment: Mapping[str, str] | None = None) -> Setup:
    """The gateways in the file `path`, with secrets out of `environment` (that of the process). Raises FlowError.

    Folders begin in the folder `state`. Nothing is opened or sent yet.
    """
    fields = parse(read_text(path), file=str(path), name="this file of gateways")
    variables = Environment(variables=os.environ if environment is None else environment)
    sms, email = fields.get("sms"), fields.get("email")
    if sms is None and email is None:
        raise fields.whole.wrong("nothing says how anything is sent; add 'sms: …' or 'email: …'")
    gateways: dict[By, Gateway] = {}
    country = "GB"
    if sms is not None:
        lines = sms.fields()
        country = _country(lines)
        gateways[By.SMS] = _sms(lines, state, variables)
        lines.done()
    if email is not None:
        lines = email.fields()
        gateways[By.EMAIL] = _email(lines, state, variables)
        lines.done()
    limits = _limits(fields)
    fields.done()
    return Setup(gateways=MappingProxyType(gateways), limits=limits, country=country)


def _limits(fields: Fields) -> Limits:
    usual = Limits()
    a_call, a_day, in_all, hours = map(fields.get, ("most_a_call", "most_a_day", "most_an_hour", "keep_trying_h"))
    return Limits(
        most_a_call=a_call.whole(1, 20) if a_call else usual.most_a_call,
        most_a_day=a_day.whole(1, 100) if a_day else usual.most_a_day,
        most_an_hour=in_all.whole(1, 100_000) if in_all else usual.most_an_hour,
        keep_trying_s=3600 * hours.number(0, 72) if hours else usual.keep_trying_s,
    )


def _sms(fields: Fields, state: Path, environment: Environment) -> Gateway:
    more = fields.get("most_segments")
    most_segments = more.whole(1, MOST_SEGMENTS) if more else USUAL_SEGMENTS
    if folder := fields.get("folder"):
        return _folder(folder, state, most_segments)
    return _http(fields, environment, most_segments)


def _http(fields: Fields, environment: Environment, most_segments: int) -> Gateway:
    url = fields.take("http")
    request = read_request(url, fields)
    if request.method != "POST":
        at = fields.keys.get("method", url)
        raise at.wrong("what is sent by GET may be sent twice on its way; add a 'body' or a 'form', or 'method: POST'")
    for strange in sorted(request.values - VALUES):
        near = did_you_mean(strange, VALUES)
        raise url.wrong(
            f"there is no value '{strange}'; {f'did you mean {near!r}?' if near else 'use to, text and id'}"
        )
    for missing in sorted({"to", "text"} - request.values):
        raise url.wrong(f"nothing of the request holds '{{{missing}}}'; add it to 'body' or 'form'")
    accepted, again = fields.get("accepted"), fields.get("try_again")
    return HttpGateway(
        request,
        at=_place(url),
        environment=environment,
        accepted=_statuses(accepted) if accepted else frozenset(),
        try_again=_statuses(again) if again else TRY_AGAIN,
        most_segments=most_segments,
        time_limit_s=_time_limit(fields, USUAL_HTTP_S),
    )


def _email(fields: Fields, state: Path, environment: Environment) -> Gateway:
    if folder := fields.get("folder"):
        return _folder(folder, state, USUAL_SEGMENTS)
    smtp, security, sender = fields.take("smtp"), fields.take("security"), fields.take("from")
    found = _SERVER.fullmatch(smtp.text())
    if found is None or not 0 < int(found.group(2)) < 65536:
        raise smtp.wrong(f"'{smtp.text()}' is no server; write its name and port, as in 'mail.example:587'")
    user, password = fields.get("user"), fields.get("password")
    if security.one_of(("starttls", "tls", "none")) == "none" and found.group(1) not in _LOOPBACK:
        raise security.wrong("'none' lets everybody read on the way; write 'starttls' or 'tls'")
    if (user is None) != (password is None):
        raise (user or password or smtp).wrong("'user' and 'password' belong together; add the other one")
    if password is not None and not _SECRET.fullmatch(password.text()):
        raise password.wrong("a password must not stand in a file; write {env:NAME} and set the environment variable")
    name, address = parseaddr(sender.text())
    if not is_email(address):
        raise sender.wrong(f"'{sender.text()}' is no sender; write 'Riverton Council <helpline@riverton.example>'")
    server = Server(
        host=found.group(1).strip("[]"),
        port=int(found.group(2)),
        security=security.text(),
        user=plain(user) if user else None,
        password=plain(password) if password else None,
    )
    return SmtpGateway(
        server,
        sender=Address(display_name=name, addr_spec=address),
        at=_place(smtp),
        environment=environment,
        time_limit_s=_time_limit(fields, USUAL_SMTP_S),
    )


def _folder(value: Value, state: Path, most_segments: int) -> Gateway:
    name = value.text()
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", name):
        raise value.wrong(f"'{name}' is no folder's name; write lower-case letters, digits, '-' and '_'")
    return FolderGateway(state / name, at=_place(value), most_segments=most_segments)


def _country(fields: Fields) -> str:
    value = fields.get("country")
    if value is None:
        return "GB"
    if not _COUNTRY.fullmatch(value.text()):
        raise value.wrong(f"'{value.text()}' is no country; write its two letters (ISO 3166), as in 'GB'")
    return value.text()


def _statuses(value: Value) -> frozenset[int]:
    return frozenset(status.whole(200, 599) for status in value.items())


def _time_limit(fields: Fields, usual_s: float) -> float:
    value = fields.get("time_limit_s")
    return value.number(SHORTEST_S, LONGEST_S) if value else usual_s


def _place(value: Value) -> Place:
    return Place(file=value.file, line=value.line, column=value.column)
