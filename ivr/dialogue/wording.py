"""What the line says of its own accord, in plain British English; a flow may replace the first two lists."""

from __future__ import annotations

from collections.abc import Sequence

ON_SILENCE = ("Sorry, I did not hear you.", "Sorry, I still cannot hear you.")
ON_NOT_UNDERSTOOD = ("Sorry, I did not understand.", "Sorry, I still did not understand.")
NOT_KNOWN = "Sorry, I do not have an answer to that."
REFUSED = "Sorry, my mistake."
NO_MATCH = "Sorry, that does not match what we have."
NOT_SURE = "All right."
OFFER_PERSON = "Would you like to speak to a person? Please say yes or no, or press 1 for yes or 2 for no."
ANOTHER_TRY = "Please ask in other words."
UNHEARD = "Sorry, I cannot hear words just now."
PRESS_DIGITS = "Please press the digits on your phone."
PRESS_NUMBER = "Please press the digits of the number on your phone, and then the hash key."
PRESS_MONEY = "Please press the pounds, the star key, the pence, and then the hash key."
PRESS_DATE = "Please press two digits for the day, two for the month, four for the year, and then the hash key."
PRESS_TIME = "Please press the time as four digits, such as 1 5 3 0 for half past 3 in the afternoon."
PRESS_PHONE = "Please press the digits of the phone number, and then the hash key."
PRESS_CODE = (
    "Please press each digit as it is. For each letter press the key that it stands on, and then its place on that "
    "key: for B, press 2 2. At the end press the hash key."
)
PRESS_YES_NO = "Press 1 for yes or 2 for no."
PRESS_FOR_PERSON = "To speak to a person, press 0."
PRESS_FOR_MENU = "For the main menu, press the hash key."
PRESS_WHICH = "Press 1 for the first or 2 for the second."
HELP = (
    "You can answer in words, or with the keys of your phone. Say repeat to hear it again, slower for a slower voice, "
    "or agent for a person."
)
TIGHTER_DIGITS = "Please say one digit after the other, or press them on your phone."
TIGHTER_SPELLING = "Please use a word for each letter, such as B for Bravo."
TIGHTER_NUMBER = "Please say one digit after the other, or press them and then the hash key."
TIGHTER_MONEY = "Please say pounds and pence, such as 12 pounds 50. Or press the pounds, star, the pence, and hash."
TIGHTER_DATE = (
    "Please say the day and the month, such as the third of May. Or press two digits for the day, two for the month, "
    "four for the year."
)
TIGHTER_TIME = "Please say the hour, the minutes, and am or pm. Or press the time as four digits, such as 1 5 3 0."
TIGHTER_PHONE = "Please say one digit after the other, or press them on your phone and then the hash key."
TIGHTER_CODE = (
    "Please use a word for each letter, such as B for Bravo, and say one digit after the other. Or use the keys: for "
    "each letter its key and its place on that key, such as 2 2 for B, and for each digit its own key; then hash."
)
DOES_NOT_ADD_UP = "That number has a mistake in it: its check digit does not fit."
NO_SUCH_MONTH = "There are only 12 months."
NO_SUCH_TIME = "There is no such time of day."
NOT_IN_PAST = "That day is over."
NOT_TO_COME = "That day is still to come."
NO_SUCH_PHONE = "That is no complete phone number."
NO_SUCH_MOBILE = "I cannot send a text to that number."
NO_SUCH_CODE = "That is not how such a code is made up."
DID_THAT_HELP = "Did that answer your question?"
SHALL_I_GO_ON = "Shall I go on?"
OTHER_WORDS_OR_PERSON = (
    "I am sorry. Would you like to ask in other words, or speak to a person? Press 1 for other words or 2 for a person."
)
BEING_RENEWED = "I am sorry, our information about that is just being renewed."
RELATED = "Related to this:"
ONE_OF_THEM = "Would you like to hear about one of them?"
WHICH_ONE = "Which one?"
NO_DECISION = "This is not a decision."
SHALL_I_TEXT = "Shall I text you the details?"
SHALL_I_TEXT_HERE = "Shall I text you the details, to the number you are calling from?"
SHALL_I_EMAIL = "Shall I e-mail you the details, to the address that we have for you?"
WHICH_MOBILE = (
    "Which mobile number is it? Please say it, or press it and then the hash key. To go on without, say skip, or press "
    "the hash key."
)
SENT = "I have sent it."
SENT_LATER = "I could not send it just now. I will keep trying."
NOT_SENT = "I could not send it."
PERHAPS_SENT = "I cannot tell whether it was sent. If it does not arrive soon, please call us again."
SENT_TOO_MANY = "I could not send it, because I have sent you several messages already."
CANNOT_TELL = "Then I cannot tell how it looks. A person needs to look at this with you."


def to_people(name: str) -> str:
    """The last words before a queue, by the `name` that people call it."""
    return f"I will put you through to {name}. Please hold on."


def did_you_say(words: str) -> str:
    """The question between understood and not understood."""
    return f"Did you say {words}? Please say yes or no."


def did_you_say_first(words: str) -> str:
    """The first half of the question which of two was meant."""
    return f"Did you say {words},"


def or_second(words: str) -> str:
    """The second half of it."""
    return f"or {words}?"


def number_between(least: int, most: int) -> str:
    """Why a number is none of those that are wanted."""
    return f"It has to be from {least:,} to {most:,}."


def at_most(amount: str) -> str:
    """Why a sum is none that is wanted."""
    return f"It can be at most {amount}."


def no_such_day(day: int, month: str, year: int | None) -> str:
    """Why a date is none."""
    return f"There is no {day} {month}{f' {year}' if year else ''}."


def wrong_weekday(weekday: str) -> str:
    """Why a date with its day of the week is none."""
    return f"That day is not a {weekday}."


def no_such_area(letters: str) -> str:
    """Why a postcode is none."""
    return f"No postcode begins with {spaced(letters)}."


def press_for(words: str, key: str) -> str:
    """How to choose `words` without speaking."""
    return f"For {words}, press {key}."


def did_you_mean(title: str) -> str:
    """The question between a sure answer and none."""
    return f"Did you mean: {title}?"


def related_to_this(title: str) -> str:
    """The offer of the one service that belongs to what was told."""
    return f"Related to this: {title}. Would you like to hear about it?"


def read_back(said: str) -> str:
    """The question after digits or letters, given as they are to be `said`."""
    return f"I have {said}. Is that right?"


def said_fact(value: str) -> str:
    """What a caller told us: digits and spelled letters (always in upper case) one by one, words as they are."""
    return spaced(value) if value.isdecimal() or (value.isalnum() and value.isupper()) else value


def spaced(symbols: str) -> str:
    """Digits or letters one by one, in groups of three: ``1 2 3, 4 5 6`` (two and two for four)."""
    group = 2 if len(symbols) == 4 else 3
    return ", ".join(" ".join(symbols[at : at + group]) for at in range(0, len(symbols), group))


def one_of(values: Sequence[str]) -> str:
    """What can be said, in so many words."""
    *before, last = values
    return f"Please say {', '.join(before)}{' or ' if before else ''}{last}."


def looks_as_if(so: str, because: str) -> str:
    """What rules come to, which is never a decision."""
    return f"It looks as if {so}, because {because}. {NO_DECISION}"


def needs_person(because: str) -> str:
    """The same where rules leave it open."""
    return f"It looks as if a person needs to look at this, because {because}."


def all_of(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    *before, last = parts
    return f"{', '.join(before)} and {last}" if before else last


def shall_i_text_to(ending: str) -> str:
    """The question for consent, for the number that ends in these digits."""
    return f"Shall I text you the details, to the mobile number that ends in {' '.join(ending)}?"
