"""What callers say to the line's own questions about an answer: shall it go on, did it help, what else."""

from __future__ import annotations

from collections.abc import Iterable

from ivr.dialogue.words.options import PERSON, UNIVERSALS, YES, YES_NO, Option

NO, OTHER_WORDS, TO_PERSON = "no", "other words", "to a person"
_YES, _NO = (option.phrases for option in YES_NO)
_PERSON = next(option.phrases for option in UNIVERSALS if option.name == PERSON)

GO_ON = (
    Option(
        name=YES,
        phrases=(*_YES, "go on", "carry on", "continue", "please continue", "keep going", "yes go on", "okay", "sure"),
        spoken="yes",
        key="1",
    ),
    Option(
        name=NO,
        phrases=(*_NO, "stop", "no stop", "that's enough", "that is enough", "no that's enough", "that's fine"),
        spoken="no",
        key="2",
    ),
)
"""To "shall I go on?"."""

HELPED = (
    Option(
        name=YES,
        phrases=(
            *(*_YES, "yes thanks", "yes thank you", "yes that's great", "yes it did", "yes it does", "yes that's all"),
            *("i think so", "yes i think so", "absolutely", "exactly"),
            *("thanks", "thank you", "great thanks", "great thank you", "okay thanks", "okay thank you", "cheers"),
            *("that's great", "that's lovely", "that's perfect", "that's fine", "that's brilliant", "that's helpful"),
            *("yes it didn't", "yes it did not", "yes it doesn't"),  # the yes is heard more surely than the rest
            *("that's good", "very helpful", "that helps", "that helped", "that's what i needed", "perfect", "lovely"),
        ),
        spoken="yes",
        key="1",
    ),
    Option(
        name=NO,
        phrases=(
            *(*_NO, "not really", "no not really", "not quite", "no not quite", "not at all", "no not at all"),
            *("no it didn't", "no it did not", "no it doesn't"),
            *("that didn't help", "it didn't help", "that doesn't help", "it doesn't help", "not helpful"),
            *("i don't think so", "no i don't think so", "not sure", "i'm not sure", "unfortunately not"),
            *("that's not what i asked", "that's not what i need", "that's not what i wanted", "not what i asked"),
            *("no it did", "no it does"),
            *("that's wrong", "that's not it", "that's not right", "i'm afraid not"),
        ),
        spoken="no",
        key="2",
    ),
)
"""To "did that answer your question?". "It did" and "it didn't" alone are asked again: the bundled model hears both as
"it didn't", surely. A yes or no before them decides."""

OTHER_WORDS_OR_PERSON = (
    Option(
        name=OTHER_WORDS,
        phrases=(
            *("other words", "in other words", "ask in other words", "with other words", "ask again", "again"),
            *("ask it again", "i'll ask again", "try again", "i'll try again", "another question", "ask a question"),
        ),
        spoken="other words",
        key="1",
    ),
    Option(
        name=TO_PERSON,
        phrases=("person", "the person", "a real person", "someone", "somebody", "speak to somebody", *_PERSON),
        spoken="a person",
        key="2",
    ),
    Option(name=NO, phrases=(*_NO, "neither", "neither of them", "nothing", "no leave it"), spoken="no"),
    Option(name=YES, phrases=_YES, spoken="yes"),
)
"""To "would you like to ask in other words, or speak to a person?"."""

REPLIES = (*GO_ON, *HELPED, *OTHER_WORDS_OR_PERSON)


def one_of_these(services: Iterable[tuple[str, str, tuple[str, ...]]]) -> tuple[Option, ...]:
    """To "would you like to hear about one of them?": name, what it is called, and phrases of each, the first by 1."""
    offered = tuple(
        Option(name=name, phrases=phrases, spoken=called, key=str(key))
        for key, (name, called, phrases) in enumerate(services, 1)
    )
    return (
        *offered,
        Option(name=YES, phrases=(*_YES, "yes i would"), spoken="yes"),
        Option(name=NO, phrases=(*_NO, "neither", "none", "none of them", "nothing"), spoken="no"),
    )
