"""Reads a helpline's plan: YAML in, a frozen and checked Flow out, or one FlowError with file:line:column.

The file, by example::

    helpline: Village Hall             # what people call it
    start: welcome                     # the first step
    main_menu: main                    # where "main menu" leads, from everywhere
    person_queue: office               # where a caller goes who wants a person
    queues:                            # name in Asterisk: what callers hear ("I will put you through to the office")
      office: the office
    knowledge: village/knowledge       # folder of articles, beside this file (optional)
    language: en-GB                    # of callers and prompts (optional)
    model: bundled                     # the speech model that hears them: a name or folder (optional)
    sounds_like:                       # words that the model does not know, and known ones that sound like them
      bins: bin
    accept: 0.75                       # how the line treats callers; everything from here on is optional,
    confirm: 0.5                       #   and a step may say otherwise: sure, to be asked back,
    read_back_from: 0.1                #   digits and letters to be read back, too close to tell
    close: 0.15
    barge_in: both                     # what may interrupt a prompt: both, keys, speech, none
    answer_within_s: 5                 # from the end of a prompt to the caller's first word or key
    longest_s: 12                      # the longest that a caller may speak
    pauses:                            # silence that ends what a caller says, in seconds
      unambiguous_s: 0.2               # after an answer that no further word could change
      complete_s: 0.3                  # after an answer that further words could change
      incomplete_s: 0.9                # after words that are no answer yet
      free_s: 0.55                     # after a question in free words
      digits_s: 0.7                    # after enough digits, where more may follow
      counting_s: 1.6                  # after fewer digits than are wanted
    on_silence: [I did not hear you., I still cannot hear you.]     # after the first, the second … time
    on_not_understood: [I did not understand., I still did not understand.]

    steps:                             # name: lines; the first line of a step is its verb
      welcome:
        say: Welcome to the village hall.      # a text, or a list of them
        goto: main
      main:
        menu: You can say hall hire or opening hours.
        choices:                       # the name of the choice becomes what the call is about
          hire:
            say: [hall hire, (to) (hire|book) ((the) big|the) hall]  # (word) may be left out, (one|two) is either
            key: 1                     # 1 to 9; 0, * and # mean the same everywhere
            goto: people
          hours:
            say: opening hours
            key: 2
            goto: hours
          other:
            say: something else
            key: 3
            goto: question
      people:
        ask: How many people will come? Please say or press two digits.
        answer: digits                 # or yes_or_no, followed by 'yes: step' and 'no: step'; or spelling
        digits: 2                      # a number, a range like 4-6, or a list
        fact: people                   # what the agent sees; texts may hold {people} from then on
        read_back: "{people} people. Is that right?"   # optional; digits are always read back
        goto: name
      name:
        ask: Please spell your family name.
        answer: spelling               # letters and digits, also as "B for Bravo"; read back letter by letter
        characters: 2-12               # as for digits
        fact: name
        goto: book
      book:
        transfer: office               # a queue
        say: For {people} people, one moment please.   # optional, like 'reason' (for the agent)
        reason: hall hire
      hours:
        say: {article: opening-hours}  # tells an article
        goto: goodbye
      question:
        question: What would you like to know?
        listen: keywords               # the articles' own words, or 'open' for a model good at free speech
        did_that_help: no              # ask after the answer; a 'no' is offered a person
        goto: goodbye
      again:
        goto: main
      goodbye:
        hang_up:
          text: Goodbye.               # every prompt may be written like this
          recording: village/goodbye   # a sound file below prompts/, without suffix
          barge_in: none

All values are taken as they are written: ``012`` stays 012 and ``no`` stays no.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from unicodedata import normalize

from ivr.call import QUEUE_NAME
from ivr.dialogue.checks import check_loops, check_names, oddities, unreachable
from ivr.dialogue.flow import Flow, Step
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import manner_of, written
from ivr.dialogue.verbs import VERBS
from ivr.dialogue.words.sounds_like import SoundsLike
from ivr.dialogue.written import Written
from ivr.errors import FlowError
from ivr.yaml_file import Fields, Value, did_you_mean, parse, read_text

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
"""A language, with or without its country, as BCP 47 writes it."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?")
"""In the letters of any language; whether its model knows the word is checked against the model."""


def load_flow(path: Path) -> Flow:
    """The plan in `path`, checked: every name in it exists, and no circle of steps can spin without the caller.

    Raises FlowError.
    """
    text = read_text(path)
    flow = _flow(parse(text, file=str(path), name="this plan"), path)
    check_names(flow, text)
    check_loops(flow)
    return replace(flow, warnings=(*unreachable(flow), *oddities(flow)))


def _flow(fields: Fields, path: Path) -> Flow:
    title = fields.take("helpline").text()
    start, main_menu = fields.take("start"), fields.take("main_menu")
    queues = _queues(fields.take("queues"))
    person_queue = fields.take("person_queue")
    _known(person_queue, queues, "queue")
    manner = manner_of(fields, Manner())
    knowledge = fields.get("knowledge")
    language, model, respelled = fields.get("language"), fields.get("model"), fields.get("sounds_like")
    spoken = _language(language) if language else None
    sounds_like, places = _sounds_like(respelled) if respelled else (SoundsLike(), ())
    listed = fields.take("steps")
    fields.done()
    steps = {name: _step(name, value, manner, fields, queues) for name, value in _named(listed)}
    _known(start, steps, "step")
    _known(main_menu, steps, "step")
    return Flow(
        file=path,
        title=title,
        start=start.text(),
        main_menu=main_menu.text(),
        queues=MappingProxyType(queues),
        knowledge=_folder(knowledge, path) if knowledge else None,
        manner=manner,
        steps=MappingProxyType(steps),
        language=spoken.text if spoken else "en-GB",
        language_at=spoken,
        model=model.text() if model else None,
        model_at=written(model) if model else None,
        sounds_like=sounds_like,
        respelled=places,
    )


def _named(listed: Value) -> list[tuple[str, Value]]:
    fields = listed.fields()
    return [(name, fields.take(name)) for name in fields.keys]


def _language(value: Value) -> Written:
    tag = value.text()
    if not _LANGUAGE.fullmatch(tag):
        language, _, country = tag.replace("_", "-").partition("-")
        meant = f"{language.lower()}-{country.upper()}" if country else language.lower()
        mending = (
            f"did you mean '{meant}'?"
            if _LANGUAGE.fullmatch(meant)
            else "write its short name, and its country if it matters, like 'en-GB' or 'de'"
        )
        raise value.wrong(f"'{tag}' is no language; {mending} ('ivr models list' shows which can be heard)")
    return written(value)


def _sounds_like(value: Value) -> tuple[SoundsLike, tuple[Written, ...]]:
    """The pairs, and each sound with its place."""
    pairs: dict[str, str] = {}
    places: list[Written] = []
    keys = value.fields().keys
    for listed, sound in _named(value):
        word = normalize("NFC", listed)
        if not _is_word(word):
            raise keys[listed].wrong(f"'{word}' is no word of a phrase; write one word in lower-case letters")
        known = normalize("NFC", sound.text())
        if not all(_is_word(part) for part in known.split()):
            raise sound.wrong(f"'{known}' is nothing that a caller says; write words in lower-case letters")
        twin = next((other for other, same in pairs.items() if same == known), None)
        if twin is not None:
            raise sound.wrong(f"'{twin}' sounds like '{known}', too, so nobody could tell them apart; use other words")
        pairs[word] = known
        places.append(Written(text=word, line=sound.line, column=sound.column))
    return SoundsLike(tuple(pairs.items())), tuple(places)


def _is_word(text: str) -> bool:
    return text == text.lower() and _WORD.fullmatch(text) is not None


def _queues(value: Value) -> dict[str, str]:
    queues = {name: label.text() for name, label in _named(value)}
    for name, key in value.fields().keys.items():
        if not QUEUE_NAME.fullmatch(name):
            raise key.wrong(f"'{name}' is no name of a queue; write lower-case letters, digits and '_' (at most 64)")
    return queues


def _step(name: str, value: Value, outer: Manner, helpline: Fields, queues: dict[str, str]) -> Step:
    fields = value.fields()
    word, key = next(iter(fields.keys.items()), ("", value))
    if word not in VERBS:
        near = did_you_mean(word, VERBS)
        mending = f"did you mean '{near}'?" if near else f"the first line of a step is one of: {', '.join(VERBS)}"
        raise key.wrong(f"unknown verb '{word}' in step '{name}'; {mending}")
    if person_queue := fields.get("person_queue"):
        _known(person_queue, queues, "queue")
    manner = manner_of(fields, outer, helpline)
    verb = VERBS[word].read(fields, manner)
    fields.done()
    return Step(name=name, verb=verb, manner=manner, line=key.line, column=key.column)


def _known(value: Value, names: dict[str, str] | dict[str, Step], kind: str) -> None:
    name = value.text()
    if name not in names:
        near = did_you_mean(name, list(names))
        mending = f"did you mean '{near}'?" if near else f"use one of: {', '.join(names)}"
        raise value.wrong(f"there is no {kind} '{name}'; {mending}")


def _folder(value: Value, path: Path) -> Path:
    name = value.text()
    folder = path.parent / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise value.wrong(f"'knowledge' must be a folder beside this file, not '{name}'")
    if not folder.is_dir():
        raise FlowError(f"there is no folder '{folder}'", file=value.file, line=value.line, column=value.column)
    return folder
