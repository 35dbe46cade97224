"""A mail server that takes e-mails by SMTP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

import aiosmtplib

from ivr.call import Letter, clean_text, is_email
from ivr.errors import SecretMissing
from ivr.outbox.gateway import FateUnknown, NotTaken, Place
from ivr.web.template import Environment, Template

LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where e-mails are handed over: `security` is ``starttls``, ``tls`` or ``none``."""

    host: str
    port: int
    security: str
    user: Template | None = None
    password: Template | None = field(default=None, repr=False)

    @property
    def secrets(self) -> frozenset[str]:
        """The environment variables that it needs."""
        return frozenset[str]().union(*(one.secrets for one in (self.user, self.password) if one is not None))


class SmtpGateway:
    """One connection a letter. Only once its text was handed over may it have been taken without our knowing."""

    def __init__(
        self, server: Server, *, sender: Address, at: Place, environment: Environment, time_limit_s: float
    ) -> None:
        self._server = server
        self._sender = sender
        self._at = at
        self._environment = environment
        self._time_limit_s = time_limit_s

    def check(self) -> tuple[str, ...]:
        """See `Gateway.check`."""
        missing = self._environment.missing(self._server.secrets)
        return tuple(self._at.told(f"the environment variable {name} is not set; set it") for name in missing)

    async def send(self, letter: Letter) -> None:
        """See `Gateway.send`."""
        message = self._message(letter)
        handed_over = False
        client = self._client()
        try:
            async with asyncio.timeout(self._time_limit_s):
                await client.connect()
                await client.mail(self._sender.addr_spec)
                await client.rcpt(letter.to)
                handed_over = True
                await client.data(message)
        except aiosmtplib.SMTPResponseException as fault:  # a server's own text may hold the address
            if handed_over and not 400 <= fault.code < 600:  # no refusal: another success, or nothing that can be read
                raise FateUnknown(f"the mail server answers the message with {fault.code}") from None
            raise NotTaken(
                f"the mail server answers with {fault.code}", again=fault.code < 500 or _ours(fault)
            ) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
            if handed_over:
                raise FateUnknown(f"no answer to the message ({type(fault).__name__})") from None
            raise NotTaken(f"the mail server cannot be used ({type(fault).__name__})", again=True) from None
        finally:
            client.close()

    async def close(self) -> None:
        """See `Gateway.close`; nothing is kept."""

    def _client(self) -> aiosmtplib.SMTP:
        server, environment = self._server, self._environment
        try:
            user = server.user.filled({}, environment) if server.user else None
            password = server.password.filled({}, environment) if server.password else None
        except SecretMissing as fault:
            raise NotTaken(str(fault), again=True) from None
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=user,
            password=password,
            timeout=self._time_limit_s,
        )

    def _message(self, letter: Letter) -> bytes:
        """As it goes over the wire. Raises NotTaken for an address that is none."""
        if not is_email(letter.to):
            raise NotTaken("its address is none", again=False)
        message = EmailMessage(policy=SMTP)
        message["To"] = Address(addr_spec=letter.to)
        message["From"] = self._sender
        message["Subject"] = clean_text(letter.subject, LONGEST_SUBJECT)
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{letter.id}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine is to answer
        text = letter.text if not letter.link or letter.link in letter.text else f"{letter.text}\n\n{letter.link}"
        message.set_content(text, cte="quoted-printable")
        return message.as_bytes()


def _ours(fault: aiosmtplib.SMTPResponseException) -> bool:
    """Whether it says something about us and not about the letter: an admin can mend it meanwhile."""
    return isinstance(
        fault, aiosmtplib.SMTPAuthenticationError | aiosmtplib.SMTPConnectError | aiosmtplib.SMTPHeloError
    )
