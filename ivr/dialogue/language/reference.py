"""The reference for those who write plans, made of the lines that head, settings, verbs and answers declare."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from ivr.dialogue.flow import Verb
from ivr.dialogue.language.head import FlowHead, Head, StepHead
from ivr.dialogue.language.lines import Line, in_words, lines_of
from ivr.dialogue.language.settings import SETTINGS
from ivr.dialogue.language.shapes import PromptLines, ReactionLines
from ivr.dialogue.verbs import VERBS

_OPENING = """\
# How to write a plan

A plan is one file of YAML that says what a helpline does. All values are taken as they are written: `012` stays 012 and
`no` stays no; tags, anchors and aliases are refused. A text that holds `: ` or `#`, or begins with
`{` or `[`, stands in quotes.

`ivr check PLAN` tells a fault as `file:line:column`, with what to write instead: the first that it meets, and once
none is left, everything that callers would suffer from. `ivr show PLAN` tells what holds at each step and where that
comes from. For completion, and faults while you write, begin the plan with this line for your editor (VS Code with the
YAML extension, and others that know its language server); `ivr schema > plan.schema.json` makes the file:

```yaml
# yaml-language-server: $schema=plan.schema.json
```

## A whole plan

```yaml
{example}```

"""
_SETTINGS = """\
## Settings

They may stand at the top, in a sub-flow, and in a step; the innermost that says something wins.

"""
_STEPS = """\
## Steps

`name: lines`. The first line of a step is its verb; settings may stand beside it, and these lines:

"""
_SAID = """\
## What is said

Wherever something is said, it is a text, or a list of texts, or one or more of these:

"""
_REACTIONS = """\
A reaction (`on_silence` and the like) is what is said at the first, the second … time, the last one again after that.
One with these lines may leave the step:

"""
_SOURCES = """\
## The file of sources

What `look_up` asks stands in a file of its own, which `sources` at the top of the plan names. Each source gives facts
(`take`) for values that the plan names in `with`. Relative names of files begin in the folder of this file. Passwords
stand in the environment of the service: `{env:NAME}`.

```yaml
bin_rounds:
  csv: rounds.csv                  # UTF-8, the first line names the columns
  match: {postcode: Postcode}      # value of `with`: column; case and blanks make no difference
  take: {day: Collection day}      # fact: column
  time_limit_s: 2                  # 3 if it is not said
  several: first                   # of rows that differ the first counts; without this they count as a failure
accounts:
  sql: postgresql://helpline:{env:ACCOUNTS_PASSWORD}@db.example/accounts   # or sqlite:///accounts.db
  query: select balance, due from accounts where reference = :reference
  take: {balance: balance, due: due}
roads:
  http: https://api.example/roads?postcode={postcode}    # what is filled in is encoded
  headers: {Authorization: "Bearer {env:ROADS_TOKEN}"}
  take: {state: result.0.state, until: (result.0.until)} # path in the JSON; in brackets: may be missing
  not_found: 404                   # statuses that mean that there is no such thing, one or a list
moves:
  http: https://api.example/moves
  method: POST
  body: '{"account": "{account}"}' # JSON; values stand within its quotes
  take: {moved: moved}
slots:
  sql: sqlite:///{state}/clinic.db # a file in the folder where the service keeps what it writes
  made_by: clinic.sql              # a script of SQL that makes and completes it, run at every start
  query: select slot, place from slots where who is null order by slot limit 1
  take: {slot: slot, place: place}
book:
  sql: sqlite:///{state}/clinic.db
  change: update slots set who = :who where slot = :slot and who is null returning place
  take: {place: place}             # of the row that was changed; if there was none, nothing was found
```

A `change` changes one row or nothing: it is one transaction, tried once and never again, and taken back if it would
change several rows, lacks a column, or comes too late. `failed` means that nobody can be sure of it: lead to a person.
`query` never changes anything. In a rehearsal (`ivr talk`, `ivr test`) files are asked as they are, `{state}` is a copy
that is new for every call, and what lies elsewhere fails unless the scenario says what it finds.

"""
_CALLERS = """\
## The file of callers

Who calls is known by a file of its own, which `callers` at the top of the plan names. It says which of the plan's
`sources` know callers, what is taken of them, and from which identity on it may be used. All are asked at once while
the greeting plays; of their answers one record is made, and steps use it as `{caller.name}`. No source keeps a caller
waiting for longer than `wait_s`, in all.

```yaml
country: GB                        # whose numbers are shown and written without a country; GB if it is not said
wait_s: 1                          # longest that a call waits for the record, 0.1 to 5 seconds; 1 if it is not said
key: reference                     # field (or list) that says whose record it is; needed with several sources
lock:                              # of failed checks by 'identify'; these, if it is not said
  failures: 3                      # so many from one number, or on one record,
  within_hours: 24
  minutes: 30                      #   lock it for so long
  most_an_hour: 30                 # so many by all callers together lock the check for everybody
fields:                            # what a record holds; 'kind' says how it is compared and said
  reference: {level: knowledge, kind: reference}   # text (if it is not said), reference, date or phone
  name: knowledge                  # short for {level: knowledge}
  balance: pin
  vulnerable: number
  date_of_birth: {level: agent, kind: date}
  pin: secret
sources:
  residents:                       # what agents see as its name
    match:                         # ways of asking: the first whose values are known
      - {look_up: residents_by_phone, with: {phone: "{number}"}}      # E.164; or {national_number}, or a field
      - {look_up: residents_by_reference, with: {reference: "{reference}"}}
    take: {reference: reference, name: full_name, date_of_birth: born_on, vulnerable: flag, pin: pin}   # field: fact
    as_of: updated                 # fact that says from which day the record is
    max_age_days: 730              # an older one counts after all others
    priority: 10                   # the higher one counts; of equals the fresher; 0 if it is not said
  council_tax:
    match:
      - {look_up: accounts, with: {reference: "{reference}"}}
    take: {reference: reference, name: holder, balance: owed}
```

| level | from when on a plan may use the field |
|---|---|
| `number` | As soon as the number is known, to decide by (`branch`); it is never said, for a number can be forged. |
| `knowledge` | Once the caller has told what only they are likely to know (`identify: knowledge`). |
| `pin` | Once they have keyed a secret (`identify: pin`). |
| `agent` | Never; it is compared with what a caller tells, and shown to the agent. |
| `secret` | Never; it is compared with what a caller keys, and nobody sees it. |

Where sources contradict each other, the record has what counts more, and the agent sees both. What a source tells of
somebody else, as `key` says, never becomes part of the record.

"""
_OUTBOX = """\
## The file of gateways

By what `send` sends stands in a file of its own, which `outbox` at the top of the plan names. It holds `sms`, `email`,
or both. Nothing is sent twice: what a gateway has not taken is tried again while the service runs and after a restart,
what nobody knows the fate of is not.

```yaml
sms:
  http: https://gateway.example/v1/messages           # always a POST; redirects are not followed
  headers: {Authorization: "Bearer {env:SMS_TOKEN}"}
  body: '{"to": "{to}", "text": "{text}", "reference": "{id}"}'   # JSON; or `form: {To: "{to}", Body: "{text}"}`
  accepted: [200, 202]             # statuses that say that it was taken; else 200 to 299
  try_again: [429, 503]            # statuses that say that it was not taken, but may be later; these, if it is not said
  country: GB                      # texts go to mobile numbers of this country only; GB if it is not said
  most_segments: 3                 # a longer text is cut at a sentence, before its link; 3 if it is not said
  time_limit_s: 5                  # 5 if it is not said
email:
  smtp: mail.example:587
  security: starttls               # or tls; none on this machine only
  user: helpline
  password: "{env:SMTP_PASSWORD}"
  from: Riverton Council <helpline@riverton.example>
  time_limit_s: 10                 # 10 if it is not said
most_a_call: 3                     # 3 if it is not said
most_a_day: 5                      # to one number or address; 5 if it is not said
most_an_hour: 200                  # by the helpline in all; 200 if it is not said. Beyond it callers hear that it could
                                   # not be sent, and the log tells whoever runs the service
keep_trying_h: 4                   # 4 if it is not said
```

For trying without a gateway, `sms: {folder: texts}` and `email: {folder: mails}` write each letter into a folder below
the service's state: nobody gets it.

"""
_SHOWN = (PromptLines, ReactionLines)
"""Records that have a section of their own."""


def reference() -> str:
    """The whole text, as Markdown."""
    example = resources.files(__package__).joinpath("example.yaml").read_text(encoding="utf-8")
    return (
        "".join(
            (
                _OPENING.replace("{example}", example),
                "## At the top\n\n",
                *_table(lines_of(Head)),
                "A sub-flow, one of `flows`, has these lines, and settings:\n\n",
                *_table(lines_of(FlowHead)),
                _SETTINGS,
                *_table(SETTINGS),
                *_inside(SETTINGS),
                _SAID,
                *_table(lines_of(PromptLines)),
                _REACTIONS,
                *_table(lines_of(ReactionLines)),
                _STEPS,
                *_table(lines_of(StepHead)),
                *(part for verb in VERBS.values() for part in _verb(verb)),
                _SOURCES,
                _CALLERS,
                _OUTBOX,
            )
        ).rstrip("\n")
        + "\n"
    )


def _verb(verb: type[Verb]) -> Iterator[str]:
    yield f"### {verb.word}\n\n{_plain(verb)}\n\n```yaml\n{verb.example.strip()}\n```\n\n"
    yield from _table(lines_of(verb))
    yield from _inside(lines_of(verb))
    for line in lines_of(verb):
        for name, record in (line.kinds or {}).items():
            yield f"#### {line.name}: {name}\n\n{_plain(record)}\n\n"
            yield from _table(lines_of(record))
            yield from _inside(lines_of(record))


def _plain(record: type[Any]) -> str:
    """The docstring, with code as Markdown writes it."""
    return (inspect.getdoc(record) or "").replace("``", "`").replace("::\n", ":\n")


def _inside(lines: Iterable[Line]) -> Iterator[str]:
    """The lines within the values of `lines`."""
    for line in lines:
        for record in line.shape.insides if line.shape is not None else ():
            if record not in _SHOWN:
                yield f"Within `{line.name}`: {_plain(record).partition(chr(10))[0]}\n\n"
                yield from _table(lines_of(record))
                yield from _inside(lines_of(record))


def _table(lines: Iterable[Line]) -> Iterator[str]:
    yield "| line | | value | without it |\n|---|---|---|---|\n"
    for line in lines:
        value = line.shape.about if line.shape is not None else " or ".join(f"`{name}`" for name in line.kinds or {})
        default = "(required)" if line.required else _default(line)
        yield f"| `{line.name}` | {_cell(line.about)} | {_cell(value)} | {_cell(default)} |\n"
    yield "\n"


def _default(line: Line) -> str:
    """What holds without the line."""
    said = in_words(line, line.default)
    return said if not said or said.startswith("“") else f"`{said}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
