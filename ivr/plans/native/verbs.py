"""Each verb in Asterisk's words: one small function a verb, and one answer for those that need the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ivr.call import Answer, Prompt
from ivr.dialogue import wording
from ivr.dialogue.verbs.call import Call
from ivr.dialogue.verbs.choose_language import ChooseLanguage
from ivr.dialogue.verbs.split import Split
from ivr.dialogue.words.digits import DigitString
from ivr.dialogue.words.options import YES_NO, Option
from ivr.dialogue.words.types.one_of import OneOf
from ivr.plans.native.here import (
    Here,
    NotNative,
    begins,
    everywhere,
    failing,
    filtered,
    goto,
    if_,
    parted,
    played,
    read,
    repeating,
    said_first,
    set_,
    settled,
    spoken,
    turn,
)
from ivr.plans.native.lines import Line, label_of, plain, queue_of, variable_of
from ivr.plans.native.wording import NO_QUESTIONS, NOT_NOW, names_keys, pieces

Translation = Callable[[Here], Iterator[Line]]
AFTER = "IVR_AFTER_"
"""Begins the variables that hold where sub-flows return to."""
MOST_DIGITS = 20
"""Of an answer that is read back digit by digit: the files of so many fit into a line (`lines.LONGEST_LINE`)."""


def say(here: Here) -> Iterator[Line]:
    """Text or article. A key cuts it: one that means something everywhere is followed, of a text any other one
    answers the next question, as in the service."""
    articles = here.step.verb.articles()
    if articles:
        answer = here.answers.get(articles[0].text)
        if answer is None:
            raise NotNative("its article is missing")
        barge_in = here.step.manner.barge_in
        prompts: tuple[Prompt, ...] = tuple(Prompt(text=piece, barge_in=barge_in) for piece in answer.pieces)
    else:
        prompts = here.step.verb.prompts()
    whole, after = parted(prompts)
    ready, files, plays = spoken(here, pieces(after, here.known), "said")
    outside = _outside(here, answer) if articles and answer is not None else ""
    if outside:
        yield if_(outside, here.label("renewed")).labelled(here.label())
    skipping = if_('"${IVR_KEY}" != ""', here.label("key"))
    yield skipping if outside else skipping.labelled(here.label())
    if articles and answer is not None:
        yield set_("IVR_INTENT", f'${{IF($["${{IVR_INTENT}}" = ""]?{plain(answer.topic)}:${{IVR_INTENT}})}}')
    yield Line(application="NoOp", label=here.label("ask"))
    yield from played(here, whole, "whole")
    yield from ready
    if files:
        yield read("IVR_KEY", files, 1, plays=plays, at_once=True)
        yield set_("IVR_LAST", f"{files}&")
    yield filtered("IVR_KEY").labelled(here.label("key"))
    yield from everywhere(here, "")
    if articles:
        yield set_("IVR_KEY")
    yield goto(label_of(here.step.verb.jumps()[0].text))
    counting, enough = turn(here)
    yield counting.labelled(here.label("again"))
    yield enough
    yield set_("IVR_KEY")
    yield goto(here.label("ask"))
    if outside:
        yield set_("IVR_REASON", "expired").labelled(here.label("renewed"))
        yield from played(here, (Prompt(text=wording.BEING_RENEWED),))
        yield goto(f"person--{here.queue}")


def _outside(here: Here, answer: Answer) -> str:
    """The condition on which `answer` is out of date, or not yet valid; empty if it never is."""
    today = f"${{STRFTIME(${{EPOCH}},{here.flow.time_zone},%Y%m%d)}}"
    first = [f"{today} < {answer.valid_from:%Y%m%d}"] if answer.valid_from else []
    last = [f"{today} > {answer.valid_until:%Y%m%d}"] if answer.valid_until else []
    return " | ".join((*first, *last))


def menu(here: Here) -> Iterator[Line]:
    """The keys of the choices; how they are said is no business here."""
    expected = here.step.verb.expectation()
    options = expected.options if expected is not None else ()
    ways = {
        option.key: (("IVR_INTENT", plain(option.name)), jump.text)
        for option, jump in zip(options, here.step.verb.jumps(), strict=False)
        if option.key
    }
    if not ways:
        raise NotNative("no choice has a key")
    yield from _choosing(here, options, ways)


def language(here: Here) -> Iterator[Line]:
    """The keys of the languages, each offered in its own."""
    verb = here.step.verb
    assert isinstance(verb, ChooseLanguage)
    fact = variable_of(verb.facts()[0])
    yield from _choosing(
        here,
        verb.expectation().options,
        {one.key.text: ((fact, plain(one.name)), one.goto.text) for one in verb.languages},
    )


def ask(here: Here) -> Iterator[Line]:
    """Yes or no, one of some choices, or digits that are read back."""
    verb = here.step.verb
    if here.step.manner.sensitive or not here.secret.isdisjoint(verb.facts()):
        raise NotNative("what is sensitive may stand in no channel variable")
    expected = verb.expectation()
    counted = expected.counted if expected is not None else None
    ways = {jump.when: jump.text for jump in verb.jumps()}
    fact = next((variable_of(name) for name in verb.facts()), "")
    if expected is not None and expected.options == YES_NO:
        chosen = {option.key or "": ((fact, option.name), ways[option.name]) for option in YES_NO}
        yield from _choosing(here, YES_NO, chosen, (Prompt(text=wording.PRESS_YES_NO),))
    elif isinstance(counted, OneOf) and any(option.key for option in counted.options):
        onwards = next(iter(ways.values()))
        keyed = {option.key: ((fact, plain(option.name)), onwards) for option in counted.options if option.key}
        yield from _choosing(here, counted.options, keyed)
    elif isinstance(counted, DigitString) and max(counted.lengths) <= MOST_DIGITS:
        yield from _digits(here, counted, fact, next(iter(ways.values())))
    else:
        raise NotNative("such an answer cannot be keyed without the service")


def question(here: Here) -> Iterator[Line]:
    """Nobody understands it: a person does."""
    yield from _to_people(here, NO_QUESTIONS)


def transfer(here: Here) -> Iterator[Line]:
    """The announcement, and the queue."""
    verb = here.step.verb
    queue = queue_of(verb.queues()[0].text)
    yield set_("IVR_REASON", plain(str(getattr(verb, "reason", "plan")))).labelled(here.label())
    yield from played(here, verb.prompts())
    yield goto(f"queue--{queue}")


def go_on(here: Here) -> Iterator[Line]:
    """Another step."""
    yield goto(label_of(here.step.verb.jumps()[0].text)).labelled(here.label())


def otherwise(here: Here) -> Iterator[Line]:
    """Asterisk knows neither facts nor queues as the service does: the way that a plan has for who is not known."""
    yield goto(label_of(here.step.verb.jumps()[-1].text)).labelled(here.label())


def most_go(here: Here) -> Iterator[Line]:
    """The way of the largest share."""
    verb = here.step.verb
    assert isinstance(verb, Split)
    largest = max(verb.shares, key=lambda share: share.percent)
    yield goto(label_of(largest.goto.text)).labelled(here.label())


def call(here: Here) -> Iterator[Line]:
    """The sub-flow; since none calls itself, one variable for each says where it returns to."""
    verb = here.step.verb
    assert isinstance(verb, Call)
    yield set_(_after(verb.calls()), label_of(verb.goto.text)).labelled(here.label())
    yield goto(label_of(verb.first.text))


def go_back(here: Here) -> Iterator[Line]:
    """Where the sub-flow was called from."""
    yield goto(f"${{{_after(here.step.name.partition('.')[0])}}}").labelled(here.label())


def _after(flow: str) -> str:
    return f"{AFTER}{label_of(flow + '.').removeprefix('step-')}"


def hang_up(here: Here) -> Iterator[Line]:
    """The farewell, and the end."""
    yield Line(application="NoOp", label=here.label())
    yield from played(here, here.step.verb.prompts())
    yield Line(application="Hangup")


NATIVE: Mapping[str, Translation] = {
    "say": say,
    "menu": menu,
    "language": language,
    "ask": ask,
    "question": question,
    "transfer": transfer,
    "goto": go_on,
    "set": go_on,
    "outcome": go_on,
    "notice": go_on,
    "split": most_go,
    "branch": otherwise,
    "recall": otherwise,
    "send": otherwise,
    "preferences": go_on,
    "remember": go_on,
    "call": call,
    "return": go_back,
    "hang_up": hang_up,
}
"""The word of a verb → what it is in Asterisk. A verb that is not here sends callers to a person."""

LEFT_OUT: Mapping[str, str] = {
    "set": "nothing is set",
    "notice": "what is announced is not said",
    "split": "all callers go the way of the largest share",
    "branch": "all callers go the way of 'else'",
    "recall": "nobody is known who rings again",
    "send": "nothing is offered in writing",
    "preferences": "nobody is asked, and nothing is changed",
    "remember": "nothing is remembered",
}
"""What is lost of a verb without the service, though callers go on."""


def translated(here: Here) -> tuple[tuple[Line, ...], str]:
    """The lines of a step, and why it cannot be had without the service; empty if it can."""
    word = here.step.verb.word
    try:
        if word not in NATIVE:
            raise NotNative(f"'{word}' needs the service")
        return tuple(NATIVE[word](here)), "'question' needs the service" if word == "question" else ""
    except NotNative as reason:
        return tuple(_to_people(here, NOT_NOW)), str(reason)


def _to_people(here: Here, why: str) -> Iterator[Line]:
    yield set_("IVR_REASON", "line_failed").labelled(here.label())
    yield from played(here, (Prompt(text=why),))
    yield goto(f"person--{here.queue}")


def _choosing(
    here: Here,
    options: Sequence[Option],
    ways: Mapping[str, tuple[tuple[str, str], str]],
    hints: Sequence[Prompt] = (),
) -> Iterator[Line]:
    """Keys → (variable or nothing, value) and the step that follows, after the question and how to answer by key."""
    asked = here.fit(here.step.verb.prompts()[: _own(here)])
    if not names_keys(asked):
        pressing = [wording.press_for(option.spoken, option.key) for option in options if option.key]
        asked = (*asked, *(hints or (Prompt(text=text) for text in pressing)))
    whole, after = parted(asked)
    ready, files, plays = spoken(here, pieces(after, here.known), "asked")
    yield from begins(here)
    yield if_('"${IVR_KEY}" != ""', here.label("key"))
    yield Line(application="NoOp", label=here.label("ask"))
    yield from played(here, whole, "whole")
    yield from ready
    yield read("IVR_KEY", "${IVR_FIRST}" + files, 1, plays=plays)
    yield set_("IVR_FIRST").labelled(here.label("key"))
    yield filtered("IVR_KEY")
    yield if_('"${IVR_KEY}" = ""', here.label("silence"))
    yield from everywhere(here, "")
    yield from (if_(f'"${{IVR_KEY}}" = "{key}"', here.label(f"key-{key}")) for key in ways)
    yield goto(here.label("wrong"))
    for key, ((variable, value), following) in ways.items():
        yield from settled(here.label(f"key-{key}"))
        if variable:
            yield set_(variable, value)
        yield goto(label_of(following))
    yield from repeating(here, "", here.label("ask"))
    yield from failing(here, "", here.label("ask"))


def _own(here: Here) -> int:
    """How many of a verb's prompts are its question: the plan's own, not what is asked back about the answer."""
    return len(getattr(here.step.verb, "text", here.step.verb.prompts()))


def _digits(here: Here, counted: DigitString, fact: str, following: str) -> Iterator[Line]:
    """Digits, read back one by one, that count after a yes."""
    asked = here.fit(here.step.verb.prompts()[: _own(here)])
    if not names_keys(asked):
        asked = (*asked, Prompt(text=counted.press))
    whole, after = parted(asked)
    ready, files, plays = spoken(here, pieces(after, here.known), "asked")
    most = max(counted.lengths)
    yield from begins(here)
    yield Line(application="NoOp", label=here.label("ask"))
    yield from played(here, whole, "whole")
    yield from ready
    if most > 1:  # a key that cut the sentence before is the first digit
        yield if_('"${FILTER(0-9,${IVR_KEY})}" = ""', here.label("read"))
        yield Line(application="Read", data=f"IVR_KEYS,,{most - 1}")
        yield set_("IVR_KEYS", "${IVR_KEY}${IVR_KEYS}")
        yield goto(here.label("judge"))
    yield read("IVR_KEYS", "${IVR_FIRST}" + files, most, plays=plays).labelled(here.label("read"))
    yield set_("IVR_FIRST").labelled(here.label("judge"))
    yield set_("IVR_KEY")
    yield filtered("IVR_KEYS")
    yield if_('"${IVR_KEYS}" = ""', here.label("silence"))
    yield if_('"${IVR_KEYS:0:1}" = "*"', here.label("again"))
    yield if_('"x${IVR_KEYS}" != "x${FILTER(0-9,${IVR_KEYS})}"', here.label("wrong"))
    lengths = " | ".join(f"${{LEN(${{IVR_KEYS}})}} = {length}" for length in sorted(counted.lengths))
    yield if_(lengths, here.label("back"))
    yield goto(here.label("wrong"))
    yield from repeating(here, "", here.label("ask"))
    yield from failing(here, "", here.label("ask"))
    yield from _read_back(here, fact, following)


def _read_back(here: Here, fact: str, following: str) -> Iterator[Line]:
    """The label ``back``: what was keyed, said again, until the caller says yes to it."""
    name = here.step.verb.facts()[0]
    given = getattr(getattr(here.step.verb, "answer", None), "read_back", None)
    back = given or Prompt(text=wording.read_back(f"{{{name}}}"))
    asked = here.fit((back,)) or (back,)
    asked = asked if names_keys(asked) else (*asked, Prompt(text=wording.PRESS_YES_NO))
    ready, files, plays = spoken(here, pieces(asked, here.known | {name}), "back", _before_yes(name))
    yield Line(application="NoOp", label=here.label("back"))
    yield from ready
    yield read("IVR_KEY", "${IVR_FIRST}" + files, 1, plays=plays).labelled(here.label("back-ask"))
    yield set_("IVR_FIRST")
    yield filtered("IVR_KEY")
    yield if_('"${IVR_KEY}" = "1"', here.label("yes"))
    yield if_('"${IVR_KEY}" = "2"', here.label("no"))
    yield if_('"${IVR_KEY}" = "0"', here.asked)
    yield if_('"${IVR_KEY}" = ""', here.label("back-silence"))
    # A # may come late, from callers who end every number with it: it means nothing.
    yield if_('"${IVR_KEY}" = "*" | "${IVR_KEY}" = "#"', here.label("back-again"))
    yield goto(here.label("back-wrong"))
    counting, enough = turn(here)
    yield counting.labelled(here.label("back-again"))
    yield enough
    yield goto(here.label("back-ask"))
    yield from failing(here, "back-", here.label("back-ask"))
    yield set_("IVR_FAILED", "$[${IVR_FAILED} + 1]").labelled(here.label("no"))
    yield set_("IVR_KEY")
    yield said_first(here, (Prompt(text=wording.REFUSED),))
    yield goto(here.label("failed"))
    yield from settled(here.label("yes"))
    yield set_(fact, "${FILTER(0-9,${IVR_KEYS})}")
    yield set_("IVR_KEYS")
    yield goto(label_of(following))


def _before_yes(name: str) -> Callable[[str], str]:
    """Where the digits of a fact are while the caller has not yet said yes to those of `name`."""
    return lambda fact: "IVR_KEYS" if fact == name else variable_of(fact)
