"""The one error tree of the service: every error carries a stable code and says whether a retry makes sense.

HelplineError
├── UserError            somebody who set this up can mend it: one line, exit code 2, never a traceback
│   ├── SettingsError        a setting, a missing program, port or folder
│   ├── FlowError            a flow or article file, with file:line:column
│   ├── ModelError           a speech model that is missing or broken
│   └── PbxError             Asterisk is missing, too old or refuses us
├── LookUpFailed         a source of the agency did not answer, or not with sense
├── SecretMissing        an environment variable that a file names is not set
└── LineError            something on the line ended otherwise than planned
    ├── CallerGone           the caller hung up (their good right)
    ├── LineClosed           we closed it ourselves
    └── LineBroken           the other side failed us: end of stream, a deadline, nonsense on the wire
"""

from __future__ import annotations


class HelplineError(Exception):
    """Root of every error that this package raises on purpose.

    `code` is stable (consoles and logs may rely on it); `retry` says whether the same thing may work later.
    """

    code = "helpline"
    retry = False


class UserError(HelplineError):
    """A fault that a person can mend; its text is one line: what, where, how to mend it."""

    code = "user"


class SettingsError(UserError):
    """A setting, program, port or folder is missing or wrong."""

    code = "settings"


class FlowError(UserError):
    """A flow or article file is wrong; `file`, `line`, `column` (1-based) point at the place."""

    code = "flow"

    def __init__(self, message: str, *, file: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{file}:{line}:{column}: {message}")
        self.message = message
        self.file = file
        self.line = line
        self.column = column


class ModelError(UserError):
    """A speech model is missing, incomplete or of the wrong kind."""

    code = "model"


class PbxError(UserError):
    """Asterisk is missing, too old, or refuses what we need."""

    code = "pbx"
    retry = True


class LookUpFailed(HelplineError):
    """A source did not answer: it is away, too slow, or said what makes no sense.

    Its text holds neither personal data nor secrets.
    """

    code = "look_up_failed"
    retry = True


class SecretMissing(HelplineError):
    """An environment variable that a file names with ``{env:NAME}`` is not set; its text says which."""

    code = "secret_missing"
    retry = True


class LineError(HelplineError):
    """The line ended otherwise than planned."""

    code = "line"


class CallerGone(LineError):
    """The caller hung up."""

    code = "caller_gone"


class LineClosed(LineError):
    """We closed the line ourselves; using it again is a fault of ours."""

    code = "line_closed"


class LineBroken(LineError):
    """The other side failed us: early end of stream, a deadline passed, nonsense on the wire."""

    code = "line_broken"
    retry = True
