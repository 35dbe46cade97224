"""What must hold of a whole plan, and what is odd about it: facts, secrets, articles, unheard words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from ivr.dialogue.calendar import oddities as calendar_oddities
from ivr.dialogue.calendar import unsaid
from ivr.dialogue.caller_number import CALLER_NUMBER
from ivr.dialogue.figures import HOURS
from ivr.dialogue.flow import Flow, Step
from ivr.dialogue.language.shape import IN_BRACES
from ivr.dialogue.ports import Knowledge
from ivr.dialogue.record_facts import CALLER, OF_RECORD
from ivr.dialogue.turns import FACT
from ivr.dialogue.verbs.look_up import LookUp
from ivr.dialogue.verbs.notice import SayNotices
from ivr.dialogue.ways import used_facts
from ivr.dialogue.words.near_words import UnknownWords, near_words
from ivr.dialogue.words.options import UNIVERSALS, YES_NO, Option
from ivr.dialogue.words.replies import REPLIES
from ivr.dialogue.written import Written
from ivr.errors import FlowError
from ivr.yaml_file import did_you_mean, some_of


def check_names(flow: Flow, text: str) -> None:
    """Raise FlowError for the first ``{name}`` that is nothing, and what cannot work; `text` is the file's."""
    facts = {*flow.known_facts(), *(fact for step in flow.steps.values() for fact in step.verb.facts())}
    open_facts = flow.open_facts()
    for place in flow.figures.places:
        if place.text in facts:
            message = f"there is a fact called '{place.text}', too; call one of them otherwise"
            raise flow.figures.wrong(place, message)
    for step in flow.steps.values():
        if CALLER_NUMBER in step.verb.facts():
            message = f"'{CALLER_NUMBER}' is what the network says of the caller; choose another name for this fact"
            raise _at(flow, step, CALLER_NUMBER, text, message)
        if step.verb.asks_knowledge and flow.knowledge is None:
            raise flow.wrong(
                step, f"'{step.verb.word}' needs articles; add 'knowledge: …' with their folder at the top"
            )
        if step.verb.sends and flow.outbox is None:
            raise flow.wrong(step, f"'{step.verb.word}' needs gateways; add 'outbox: …' with their file at the top")
        if step.manner.sensitive:
            _check_keys(flow, step)
        for name in step.verb.uses():
            if name not in facts and name not in OF_RECORD:
                raise _at(flow, step, name, text, _unknown_fact(name, facts))
        said = (prompt.text for prompt in (*step.verb.prompts(), *step.manner.prompts()))
        for one in (*said, *step.verb.letters()):
            _check_facts(flow, step, one, facts, text)
            for name in FACT.findall(one):
                if name not in open_facts and name not in step.verb.facts():
                    message = f"'{name}' is learnt in a sensitive step, so it is never said; remove it here"
                    raise _at(flow, step, f"{{{name}}}", text, message)
        for one in step.verb.texts():
            _check_facts(flow, step, one, facts, text)
    _check_hang_ups(flow)
    _check_kept(flow)
    _check_distress(flow)


def _check_kept(flow: Flow) -> None:
    """What is kept of a call is no secret, and one step says what it is."""
    keeping = [step for step in flow.steps.values() if step.verb.keeps() is not None]
    for step in keeping[1:]:
        raise flow.wrong(
            step, f"'{keeping[0].name}' is a '{step.verb.word}', too; a plan has one, so lead there instead"
        )
    for step in keeping:
        others = [one for one in flow.steps.values() if one is not step]
        secret = {fact for one in others if one.manner.sensitive for fact in one.verb.facts()}
        learnt = {fact for one in others for fact in one.verb.facts()}
        for fact in step.verb.kept_at():
            if fact.text in secret:
                raise flow.wrong(
                    fact, f"'{fact.text}' is learnt in a sensitive step, so it is never kept; remove it here"
                )
            if fact.text not in learnt:
                raise flow.wrong(fact, _unknown_fact(fact.text, learnt))


def _check_distress(flow: Flow) -> None:
    """Words of distress mean nothing else."""
    for distress in flow.distress.phrases if flow.distress is not None else ():
        for step in flow.steps.values():
            if any(phrase.text == distress.text for phrase in step.verb.phrases()):
                message = f"'{distress.text}' is also what callers say in step '{step.name}'; leave it to one of them"
                raise flow.wrong(distress, message)


def _phrases(flow: Flow) -> list[Written]:
    """All that callers may say, besides what is understood in every plan."""
    own = [phrase for step in flow.steps.values() for phrase in step.verb.phrases()]
    return [*own, *flow.distress.phrases] if flow.distress is not None else own


NO_CALLERS = "asks who calls, which needs a file of callers; add 'callers: …' at the top"


def check_record(flow: Flow, text: str) -> None:
    """Raise FlowError for the first use of a caller's record that there is not, or that must not be; as `check_names`.

    What belongs to a number only, which can be forged, is never said: not in a prompt, nor in a fact that is set.
    """
    for step in flow.steps.values():
        said = [prompt.text for prompt in (*step.verb.prompts(), *step.manner.prompts())]
        said += step.verb.texts() if step.verb.word != LookUp.word else ()
        spoken = {name for one in said for name in FACT.findall(one)}
        for name in sorted(used_facts(step)):
            if flow.callers is None and name in OF_RECORD:
                raise flow.wrong(step, f"'{step.verb.word}' {NO_CALLERS}")
            if name.startswith(CALLER) and (fault := _misused(flow, name.removeprefix(CALLER), spoken)):
                raise _at(flow, step, name, text, fault)


def _misused(flow: Flow, name: str, spoken: Collection[str]) -> str:
    """Why the field `name` cannot be used where it is; empty if it can."""
    if flow.callers is None:
        return f"'{CALLER}{name}' {NO_CALLERS}"
    if name not in flow.callers.fields:
        near = did_you_mean(name, flow.callers.fields)
        mending = f"did you mean '{CALLER}{near}'?" if near else f"add it below 'fields' of {flow.callers.file.name}"
        return f"a caller's record has no '{name}'; {mending}"
    use = flow.callers.fields[name].use
    if use.level is None:
        return (
            f"'{name}' has the level '{use.value}' in {flow.callers.file.name}, so no step may use it; remove it here"
        )
    if not use.spoken and f"{CALLER}{name}" in spoken:
        return (
            f"'{name}' is known by the number alone, which can be forged, so it is never said; remove it here, or give "
            f"it the level 'knowledge' in {flow.callers.file.name}"
        )
    return ""


def _check_keys(flow: Flow, step: Step) -> None:
    expected = step.verb.expectation()
    if expected is None:
        return
    counted, options = expected.counted, expected.options
    if expected.free or not (counted.press if counted is not None else any(option.key for option in options)):
        raise flow.wrong(step, "a sensitive step takes keys only, and nothing can be keyed here; remove 'sensitive'")


def _check_hang_ups(flow: Flow) -> None:
    """What is done after the caller left must be possible without them."""
    for manner in (flow.manner, *(step.manner for step in flow.steps.values())):
        way = manner.on_hang_up
        if way is not None and (flow.steps[way.text].verb.listens or not flow.steps[way.text].verb.jumps()):
            word = flow.steps[way.text].verb.word
            raise flow.wrong(way, f"the caller has gone, so '{word}' does nothing; lead to a set, outcome or look_up")


def oddities(flow: Flow, at: datetime) -> tuple[str, ...]:
    """A warning for each oddity that a verb tells of itself, and that hours and notices have `at` that instant."""
    verbs = [step.verb for step in flow.steps.values()]
    topics = {verb.topic.text for verb in verbs if isinstance(verb, SayNotices)}
    odd = (
        *(odd for verb in verbs for odd in verb.oddities()),
        *calendar_oddities(flow.hours.values(), flow.notices, at),
        *unsaid(flow.notices, topics),
    )
    return tuple(str(flow.wrong(one, one.text)) for one in odd)


def check_vocabulary(flow: Flow, unknown_words: UnknownWords) -> tuple[str, ...]:
    """A warning for each word which the recogniser cannot hear, of the phrases and of ``sounds_like``.

    A word whose sound is given counts as heard; a line of ``sounds_like`` that is not needed is told, too.
    """
    phrases = _phrases(flow)
    replies = REPLIES if flow.knowledge is not None else ()
    everywhere = [phrase for option in (*UNIVERSALS, *YES_NO, *replies) for phrase in option.phrases]
    heard = hears(flow, unknown_words)
    unknown = heard({word for text in (*(p.text for p in phrases), *everywhere) for word in text.split()})
    warnings = [
        str(
            flow.wrong(
                phrase, f"the recogniser does not know '{word}' of '{phrase.text}'; {way_to_hear(word, unknown_words)}"
            )
        )
        for phrase, word in _once(phrases)
        if word in unknown
    ]
    warnings += _about_sounds(flow, unknown_words)
    own = sorted({word for text in everywhere for word in text.split() if word in unknown})
    if own:
        warnings.append(
            f"{flow.file}:1:1: the recogniser does not know {own}: callers need keys for yes, no or an agent"
        )
    return tuple(dict.fromkeys(warnings))


def _once(phrases: Iterable[Written]) -> Iterator[tuple[Written, str]]:
    """Each word with the first phrase that holds it at a place: ``(my) (dog|cat) is hurt`` stands for four."""
    told: set[tuple[str, int, int, str]] = set()
    for phrase in phrases:
        for word in phrase.text.split():
            at = (phrase.file, phrase.line, phrase.column, word)
            if at not in told:
                told.add(at)
                yield phrase, word


def hears(flow: Flow, unknown_words: UnknownWords) -> UnknownWords:
    """`unknown_words` for words as `flow` and its articles write them: those that it gives a sound are heard."""
    respelled = {word for word, _ in flow.sounds_like.pairs}
    return lambda words: unknown_words(set(words) - respelled)


def check_sounds(flow: Flow, phrasings: Iterable[str] = ()) -> tuple[str, ...]:
    """A warning for each line of ``sounds_like`` that makes two answers one sound, or whose word nobody listens for.

    `phrasings` are those of the articles, which may hold the word, too.
    """
    own = (phrase.text for phrase in _phrases(flow))
    words = {word for text in (*own, *phrasings) for word in text.split()}
    everywhere = {word for option in (*UNIVERSALS, *YES_NO) for phrase in option.phrases for word in phrase.split()}
    warnings = []
    for place in flow.respelled:
        if place.text not in words | everywhere:
            near = did_you_mean(place.text, words)
            mending = f"did you mean '{near}'?" if near else "remove this line"
            warnings.append(flow.wrong(place, f"no phrase of the plan holds '{place.text}'; {mending}"))
    distress = (flow.distress.option(),) if flow.distress is not None else ()
    for name, step in flow.steps.items():
        expected = _expected(step)
        warnings += _same_sounds(flow, name, (*expected, *distress) if expected else ())
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
            if first.name != option.name and other != phrase:  # one phrase of both is the first one's
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


def way_to_hear(word: str, unknown_words: UnknownWords) -> str:
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
        mending = f"did you mean '{near}'?" if near else f"add it or use one of: {some_of(sorted(known))}"
        raise flow.wrong(named, f"there is no {kind} '{named.text}'; {mending}")


def _check_facts(flow: Flow, step: Step, said: str, facts: set[str], text: str) -> None:
    for name in FACT.findall(said):
        if name not in facts:
            known = facts | flow.figures.said.keys()
            raise _at(flow, step, f"{{{name}}}", text, _unknown_fact(name, known, braces=True))
    for name in IN_BRACES.findall(FACT.sub("", said)):
        known = {one for one in flow.figures.said if one.startswith(HOURS)}
        near = did_you_mean(name, known)
        mending = f"did you mean '{{{near}}}'?" if near else f"use one of: {some_of(known)}"
        raise _at(flow, step, f"{{{name}}}", text, f"'{{{name}}}' is nothing that can be said; {mending}")
    if "{" in FACT.sub("", said) or "}" in FACT.sub("", said):
        raise _at(flow, step, "{", text, "a brace must hold the name of a fact, as in '{people}'; remove it")


def _unknown_fact(name: str, facts: set[str], *, braces: bool = False) -> str:
    near = did_you_mean(name, facts)
    meant = f"{{{near}}}" if braces else near
    mending = (
        f"did you mean '{meant}'?" if near else "a fact is what an 'ask' learns as its 'fact', a 'set' or a 'look_up'"
    )
    return f"no step learns the fact '{name}'; {mending}"


def _at(flow: Flow, step: Step, written: str, text: str, message: str) -> FlowError:
    """The error at the first place from `step` on, else in the file, where `written` stands."""
    lines = text.splitlines()
    for number in (*range(step.line - 1, len(lines)), *range(step.line - 1)):
        column = lines[number].find(written)
        if column >= 0:
            return FlowError(message, file=str(flow.file), line=number + 1, column=column + 1)
    return flow.wrong(step, message)
