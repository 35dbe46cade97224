"""What must hold of a whole plan, and what is odd about it: names, circles, steps out of reach, unheard words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ivr.call import Prompt
from ivr.dialogue.flow import Flow, Step
from ivr.dialogue.ports import Knowledge
from ivr.dialogue.turns import FACT
from ivr.dialogue.words.near_words import UnknownWords, near_words
from ivr.dialogue.words.options import UNIVERSALS, YES_NO, Option
from ivr.dialogue.written import Written
from ivr.errors import FlowError
from ivr.yaml_file import did_you_mean


def check_names(flow: Flow, text: str) -> None:
    """Raise FlowError for the first step, queue or ``{fact}`` that does not exist; `text` is the file's."""
    facts = {fact for step in flow.steps.values() for fact in step.verb.facts()}
    for step in flow.steps.values():
        if step.verb.asks_knowledge and flow.knowledge is None:
            raise flow.wrong(
                step, f"'{step.verb.word}' needs articles; add 'knowledge: …' with their folder at the top"
            )
        for jump in (*step.verb.jumps(), *step.manner.jumps()):
            _exists(flow, jump, flow.steps, "step")
        for queue in step.verb.queues():
            _exists(flow, queue, flow.queues, "queue")
        own = (*step.verb.prompts(), *step.manner.prompts())
        for prompt in own:
            _check_facts(flow, step, prompt, facts, text)


def check_loops(flow: Flow) -> None:
    """Raise FlowError for a circle of steps that never waits for the caller."""
    done: set[str] = set()
    for name in flow.steps:
        trail: dict[str, Written] = {}
        at = name
        while at not in done and not flow.steps[at].verb.listens:
            jumps = flow.steps[at].verb.jumps()
            if not jumps:
                break
            trail[at] = jumps[0]  # a verb that does not listen has one way on
            at = jumps[0].text
            if at in trail:
                circle = [*list(trail)[list(trail).index(at) :], at]
                message = f"the steps {' → '.join(circle)} go round without ever waiting for the caller"
                raise flow.wrong(trail[circle[-2]], f"{message}; lead one of them to a menu, question or goodbye")
        done.update(trail)


def unreachable(flow: Flow) -> tuple[str, ...]:
    """A warning for each step that no way leads to."""
    reached: set[str] = set()
    waiting = [flow.start, flow.main_menu]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += (jump.text for jump in flow.steps[name].verb.jumps())
    return tuple(
        str(flow.wrong(step, f"no way leads to step '{name}'; remove it or lead to it"))
        for name, step in flow.steps.items()
        if name not in reached
    )


def oddities(flow: Flow) -> tuple[str, ...]:
    """A warning for each oddity that a verb tells of itself."""
    return tuple(str(flow.wrong(odd, odd.text)) for step in flow.steps.values() for odd in step.verb.oddities())


def check_vocabulary(flow: Flow, unknown_words: UnknownWords) -> tuple[str, ...]:
    """A warning for each word which the recogniser cannot hear, of the phrases and of ``sounds_like``.

    A word whose sound is given counts as heard; a line of ``sounds_like`` that is not needed is told, too.
    """
    phrases = [phrase for step in flow.steps.values() for phrase in step.verb.phrases()]
    everywhere = [phrase for option in (*UNIVERSALS, *YES_NO) for phrase in option.phrases]
    heard = hears(flow, unknown_words)
    unknown = heard({word for text in (*(p.text for p in phrases), *everywhere) for word in text.split()})
    warnings = [
        str(
            flow.wrong(
                phrase, f"the recogniser does not know '{word}' of '{phrase.text}'; {_mending(word, unknown_words)}"
            )
        )
        for phrase in phrases
        for word in dict.fromkeys(phrase.text.split())
        if word in unknown
    ]
    warnings += _about_sounds(flow, unknown_words)
    own = sorted({word for text in everywhere for word in text.split() if word in unknown})
    if own:
        warnings.append(
            f"{flow.file}:1:1: the recogniser does not know {own}: callers need keys for yes, no or an agent"
        )
    return tuple(dict.fromkeys(warnings))


def hears(flow: Flow, unknown_words: UnknownWords) -> UnknownWords:
    """`unknown_words` for words as `flow` and its articles write them: those that it gives a sound are heard."""
    respelled = {word for word, _ in flow.sounds_like.pairs}
    return lambda words: unknown_words(set(words) - respelled)


def check_sounds(flow: Flow, phrasings: Iterable[str] = ()) -> tuple[str, ...]:
    """A warning for each line of ``sounds_like`` that makes two answers one sound, or whose word nobody listens for.

    `phrasings` are those of the articles, which may hold the word, too.
    """
    own = (phrase.text for step in flow.steps.values() for phrase in step.verb.phrases())
    words = {word for text in (*own, *phrasings) for word in text.split()}
    everywhere = {word for option in (*UNIVERSALS, *YES_NO) for phrase in option.phrases for word in phrase.split()}
    warnings = []
    for place in flow.respelled:
        if place.text not in words | everywhere:
            near = did_you_mean(place.text, words)
            mending = f"did you mean '{near}'?" if near else "remove this line"
            warnings.append(flow.wrong(place, f"no phrase of the plan holds '{place.text}'; {mending}"))
    for name, step in flow.steps.items():
        warnings += _same_sounds(flow, name, _expected(step))
    return tuple(dict.fromkeys(map(str, warnings)))


def _expected(step: Step) -> tuple[Option, ...]:
    """Everything that may be meant at `step`, in the order in which it is looked up."""
    expectation = step.verb.expectation()
    return (*expectation.options, *expectation.everywhere) if expectation is not None else ()


def _same_sounds(flow: Flow, name: str, options: Iterable[Option]) -> Iterator[FlowError]:
    places = {place.text: place for place in flow.respelled}
    heard_as: dict[str, tuple[Option, str]] = {}
    for option in options:
        for phrase in option.phrases:
            first, other = heard_as.setdefault(flow.sounds_like.sounds(phrase), (option, phrase))
            if first.name != option.name:
                changed = (word for word in (*other.split(), *phrase.split()) if word in places)
                guilty = next(word for word in changed if not (word in phrase.split() and word in other.split()))
                yield flow.wrong(
                    places[guilty],
                    f"it makes '{other}' and '{phrase}' sound the same in step '{name}', where both are then taken for "
                    f"'{first.name}'; give '{guilty}' another sound, or use other words",
                )


_NO_WORD = "qxqx"
"""A recogniser that knows even this cannot tell what it knows (a server elsewhere)."""


def _about_sounds(flow: Flow, unknown_words: UnknownWords) -> list[str]:
    sounds = dict(flow.sounds_like.pairs)
    unknown = unknown_words({*sounds, *(part for sound in sounds.values() for part in sound.split())})
    warnings = []
    for place in flow.respelled:
        wrong = [part for part in sounds[place.text].split() if part in unknown]
        if wrong:
            near = ", ".join(f"'{one}'" for one in near_words(wrong[0], unknown_words))
            mending = f"write words that it knows, such as {near}" if near else "write words that it knows"
            warnings.append(str(flow.wrong(place, f"the recogniser does not know '{wrong[0]}' either; {mending}")))
        elif place.text not in unknown and unknown_words({_NO_WORD}):
            warnings.append(str(flow.wrong(place, f"the recogniser knows '{place.text}' itself; remove this line")))
    return warnings


def _mending(word: str, unknown_words: UnknownWords) -> str:
    """What to do about a word that cannot be heard; with the line to write if there are words that sound like it."""
    near = near_words(word, unknown_words)
    if not near:
        return "use another word, or say below 'sounds_like:' at the top which known words sound like it"
    others = f" (or {' or '.join(near[1:])})" if near[1:] else ""
    return f"use another word, or write '{word}: {near[0]}'{others} below 'sounds_like:' at the top"


def check_articles(flow: Flow, knowledge: Knowledge) -> None:
    """Raise FlowError for an article that the plan tells and `knowledge` lacks."""
    known = {answer.article for answer in knowledge.answers()}
    for step in flow.steps.values():
        for article in step.verb.articles():
            _exists(flow, article, known, "article")


def _exists(flow: Flow, named: Written, known: Collection[str], kind: str) -> None:
    if named.text not in known:
        near = did_you_mean(named.text, list(known))
        mending = (
            f"did you mean '{near}'?" if near else f"add it or use one of: {', '.join(sorted(known)) or 'none yet'}"
        )
        raise flow.wrong(named, f"there is no {kind} '{named.text}'; {mending}")


def _check_facts(flow: Flow, step: Step, prompt: Prompt, facts: set[str], text: str) -> None:
    for name in FACT.findall(prompt.text):
        if name not in facts:
            near = did_you_mean(name, facts)
            mending = f"did you mean '{{{near}}}'?" if near else "only what an 'ask' learns as its 'fact' can be said"
            raise _at(flow, step, f"{{{name}}}", text, f"no step learns the fact '{name}'; {mending}")
    if "{" in FACT.sub("", prompt.text) or "}" in FACT.sub("", prompt.text):
        raise _at(flow, step, "{", text, "a brace must hold the name of a fact, as in '{people}'; remove it")


def _at(flow: Flow, step: Step, written: str, text: str, message: str) -> FlowError:
    """The error at the first place from `step` on, else in the file, where `written` stands."""
    lines = text.splitlines()
    for number in (*range(step.line - 1, len(lines)), *range(step.line - 1)):
        column = lines[number].find(written)
        if column >= 0:
            return FlowError(message, file=str(flow.file), line=number + 1, column=column + 1)
    return flow.wrong(step, message)
