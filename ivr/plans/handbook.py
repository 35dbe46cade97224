"""Everything that admins may write: plans, their articles, scenarios of calls, and the rules that plans may waive."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.dialogue.language.reference import reference
from ivr.plans.proof import RULES, WITHIN_TURNS
from ivr.plans.proof.verdict import OTHER_RULES

ARTICLE = """\
---
title: opening hours               # a few words; callers hear "Did you mean: opening hours?"
topic: hours                       # what the call is about, for the agent
queue: office                      # who knows more (optional)
phrasings:                         # five to ten ways in which callers ask for this
  - when are you open
  - when does the office open
  - opening hours
---
The office is open in the morning from Monday to Friday.

This paragraph is for readers only.
"""
SCENARIOS = """\
plan: ../village.yaml

scenarios:
  a hall for many:
    at: 2026-11-24T10:00           # local time of the plan; this and all other lines but 'talk' may be left out
    caller: "02079460018"          # or withheld
    closed: [office]               # queues that nobody serves, or 'yes' for all
    recogniser_down: no
    look_ups: {}                   # what a source finds, {members: {name: Ada}}; or nothing, or fails
    talk:
      - say: book the big hall     # digits and letters as people say them: "two five", "s g twelve"
      - hears: How many people     # a part of what the line says since the caller's last act, or a list of them
      - step: people
      - press: 25
      - say: {text: yes, confidence: 0.8}
      - fact: {people: 25}
      - say: l double e for echo
      - say: yes
    ends: {queue: office, reason: hall hire}   # or hung_up, or caller_left
    pop: {intent: hire, facts: {name: LEE}}    # what the agent sees; also 'answers', 'failures', 'said'

  somebody who gives up:
    talk:
      - wait                       # says and presses nothing
      - mumble                     # a voice without words
      - interrupt: {after_ms: 500, say: hall hire}   # or 'press: …', or 'do: mumble' or 'do: hang_up'
      - hang_up
    ends: caller_left
"""
_ARTICLES = f"""\
## Articles

What `question` answers with, and what `say: {{article: name}}` tells, stands in the folder `knowledge`: one Markdown
file for each article. Its name, without `.md`, is the article's name. The first paragraph is what callers hear (or
`answer`, a line of the head), at most 700 characters of it.

```markdown
{ARTICLE}```

"""
_SCENARIOS = f"""\
## Scenarios

A scenario is a call and what must come of it. `ivr test` plays all files in `dialplans/scenarios`, or those that it is
given; `/save FILE NAME` in `ivr talk` writes one (there `--at`, `--caller`, `--closed`, `--recogniser-down` and
`--finds SOURCE.FACT=VALUE` set the scene, and `?` says what can be typed). With `--sip` the same calls are made for
real; those whose scene no real call can be given (a time, closed queues, look-ups, `confidence`) are left out then, and
told.

```yaml
{SCENARIOS}```

"""
_RULES = f"""\
## What `ivr check` asks of a plan

Whatever callers do, they must come to a person or a proper end within {WITHIN_TURNS} turns (`--within-turns`): who says
nothing, is never understood, has only keys or only a voice, when nobody can be heard, queues are closed, or look-ups
fail, on any day. That, and that no step breaks, cannot be waived. The rules below can, in the step or at the top:

```yaml
waive:
  options-per-menu: The fifth is no topic but the way out of the four.
```

| rule | what it asks | if it is broken |
|---|---|---|
"""


def handbook() -> str:
    """The whole text, as Markdown."""
    return "\n".join((reference(), _ARTICLES + _SCENARIOS + _RULES + "".join(_rules())))


def _rules() -> Iterator[str]:
    for rule in RULES:
        yield f"| `{rule.name}` | {rule.asks} | {rule.severity.value} |\n"
    for name, (asks, broken) in OTHER_RULES.items():
        yield f"| `{name}` | {asks} | {broken} |\n"
