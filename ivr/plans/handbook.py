"""Everything that admins may write: plans, articles, scenarios, agents, the rules that plans may waive, settings."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.dialogue.language.reference import reference
from ivr.plans.proof import RULES, WITHIN_TURNS
from ivr.plans.proof.verdict import OTHER_RULES
from ivr.settings import Settings

ARTICLE = """\
---
title: opening hours               # a few words; callers hear "Did you mean: opening hours?"
topic: hours                       # what the call is about, for the agent
queue: office                      # who knows more (optional)
phrasings:                         # five to ten ways in which callers ask for this
  - when are you open
  - when does the office open
  - opening hours
answer:                            # what callers hear: a text, or a list of pieces (optional, like all that follows)
  - The office is open {hours.office}.
  - The hall can be hired for {hall_fee} an hour.
link: https://village.example/open # where it stands on the web
related: [hall-hire]               # articles that the same callers may need
life_event: new_here               # articles with the same name here belong together, too
owner: the caretaker               # who keeps it right
source: Parish minutes 12/2026     # where it comes from
valid_from: 2026-03-01             # the first and the last day on which it is told
valid_until: 2035-11-30
review: 2035-09-01                 # when its owner is to look at it again
---
The office is open in the morning and in the afternoon.

This is the longer text, for those who want it in writing. Without 'answer' callers hear its first paragraph.
"""
FIGURES = """\
hall_fee: £24.50
new_prices: 2026-04-01
caretaker: 020 7946 0018
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
    remembered: {preferences: [slower]}   # of earlier calls; where a plan recalls, also step, topic, facts, minutes_ago
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
    pop: {intent: hire, facts: {name: LEE}}    # what the agent sees; also 'alerts', 'answers', 'failures', 'said'

  somebody who gives up:
    talk:
      - wait                       # says and presses nothing
      - mumble                     # a voice without words
      - interrupt: {after_ms: 500, say: hall hire}   # or 'press: …', or 'do: mumble' or 'do: hang_up'
      - hang_up
    ends: caller_left
"""
AGENTS = """\
agents:
  - name: vera                     # logs in to the agents' page; her passwords are made at the first start
    display_name: Vera Elm         # what the page shows
    interface: PJSIP/vera          # her phone, in Asterisk's words; with her name, 'ivr run' makes its account
    queues: [office, operator]     # the queues that she answers
"""
_ARTICLES = f"""\
## Articles

What `question` answers with, and what `say: {{article: name}}` tells, stands in the folder `knowledge`: one Markdown
file for each article. Its name, without `.md`, is the article's name. Only `title`, `topic`, `phrasings` and something
to say must be there.

```markdown
{ARTICLE}```

What callers hear has at most 700 characters. A text of more than 240 is cut at its sentences, and at its empty lines.
After each piece but the last the line asks "Shall I go on?": a no ends the answer, and silence goes on, for who listens
says nothing.

Names in braces stand for something else, in articles and in everything that the plan says: `{{hall_fee}}` is a figure,
`{{hours.office}}` are opening hours of the plan, and `{{people}}` is a fact that it has learnt in the call. In articles
a sentence whose fact is not known is left out, so one sentence must do without.

An article that is out of date, or not yet valid, is never told: its callers hear that it is being renewed and go to its
queue, and `ivr tasks` lists it for its owner. `ivr check` warns of it 30 days before, and of each review; with `--at`
as of any other day.

## The file of figures

Fees, dates and names that change stand once, in the file that `figures` names: `name: text`. A text is written as
people write it; money, dates, numbers and telephone numbers are said as people say them. A change is taken like one of
the plan.

```yaml
{FIGURES}```

"""
_SCENARIOS = f"""\
## Scenarios

A scenario is a call and what must come of it. `ivr test` plays all files in `dialplans/scenarios`, or those that it is
given; `/save FILE NAME` in `ivr talk` writes one (there `--at`, `--caller`, `--closed`, `--recogniser-down` and
`--finds SOURCE.FACT=VALUE` set the scene, and `?` says what can be typed). With `--sip` the same calls are made for
real, by a service that `ivr test` starts for them alone and that gives each call its scene: time, queues, look-ups,
records, who hears. Only those with a `confidence` are left out then, and told: a real recogniser is as sure as it is.

```yaml
{SCENARIOS}```

"""
_AGENTS = f"""\
## The list of agents

Who takes calls stands in a file of its own, `dialplans/agents.yaml` or what the setting `agents` names. Each queue of
the plan needs somebody, and so does `operator`: there callers go if the service fails.

```yaml
{AGENTS}```

"""
_SETTINGS = """## Settings of the service

Each is an environment variable (`IVR_SIP_PORT=5070`), or a line of `ivr.toml` in the folder where the service starts
(`sip_port = 5070`); the variable wins. Relative names of files begin in that folder, too.

| setting | what it is | without it |
|---|---|---|
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
    rules, settings = _RULES + "".join(_rules()), _SETTINGS + "".join(_settings())
    return "\n".join((reference(), _ARTICLES + _SCENARIOS + _AGENTS + rules, settings))


def _rules() -> Iterator[str]:
    for rule in RULES:
        yield f"| `{rule.name}` | {rule.asks} | {rule.severity.value} |\n"
    for name, (asks, broken) in OTHER_RULES.items():
        yield f"| `{name}` | {asks} | {broken} |\n"


def _settings() -> Iterator[str]:
    for name, setting in Settings.model_fields.items():
        usual = setting.default if setting.default_factory is None else ""  # what depends on the machine is described
        shown = {True: "true", False: "false"}.get(usual, usual) if isinstance(usual, bool) else usual
        yield f"| `{name}` | {setting.description} | {f'`{shown}`' if shown != '' else ''} |\n"
