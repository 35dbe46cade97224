"""Takes out of what a caller said whatever tells who they are: numbers, letters that were spelled, names, addresses.

What remains is kept for months and read by people who do not serve this caller, so in doubt a word goes. Nobody can
tell every name from every word: what is known to be personal in this call (`personal`) goes as well. A name that is a
small word, too ("will"), goes where it is written as a name or stands where one does; else no question would be left.
"""

from __future__ import annotations

import re
from collections.abc import Set

NUMBER, LETTERS, NAME, ADDRESS, EMAIL = "[number]", "[letters]", "[name]", "[address]", "[e-mail]"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBERS = _words(
    """zero oh nought two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million third
    fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth
    eighteenth nineteenth twentieth thirtieth double triple"""
)
_MAYBE_NUMBERS = frozenset(("one", "first", "second"))
"""Numbers beside another one, a letter, or a word that says so; else words like any other ("the blue one")."""
_MONTHS = _words("january february march april may june july august september october november december")
_BEFORE_NUMBER = _words("number flat house apartment unit room reference account postcode age aged")
_ALPHABET = _words(
    """alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec
    romeo sierra tango uniform victor whiskey yankee zulu"""
)
_SMALL_WORDS = _words(
    """a about all am an and any are as at be been but by can can't cannot could did do does don't for from get go got
    had has have he her here him his how i i'm i'd i've if in is it it's its just like me my need no not now of on or
    our out please she should so some still than that the their them then there they this to today tomorrow up us want
    was we
    were what when where which who why will with would yes yet you your calling phoning ringing speaking asking"""
)
_EMAIL = re.compile(r"\S+@\S+|\b[\w'-]+ at [\w'-]+(?: [\w'-]+)?(?: dot [a-z]{2,6})+\b")
_WEAK_NAME = re.compile(
    r"\b(this is|i am|i'm|it is|it's|you're speaking to) (?P<name>[a-z'-]+(?: [a-z'-]+)?)"
    r"(?= (?:calling|speaking|here|phoning|ringing|from))"
)
_STRONG_NAME = re.compile(
    r"\b(?:(?:my|the|his|her|first|last|middle|maiden|full) (?:sur|family )?name(?: is|'s)?"
    r"|names? is|name's|surname(?: is)?"
    r"|(?:i am|i'm|is|he's|she's) called|mr|mrs|ms|miss|mister|dr|sir|madam|mx)(?=\s|$)"
)
_LONGEST_NAME = 3
_NAMES_TOO = frozenset(("will",))
"""Small words by which people are called; whoever else has one of them for a name is known (`personal`)."""
_STREETS = _words("street road lane avenue crescent terrace mews grove")
_NOT_AN_ADDRESS = _words(
    """light lights lamp lamps lighting sweeping sweeper cleaning cleaner sign signs party parties works tax noise
    closure closed parking bin bins"""
)
_LIVES = re.compile(r"\b(?:live|lives|living|lived) (?:at|in|on)|\b(?:my |the |our )?address is|\bresident of")
_MARK = re.compile(r"\[[a-z-]+\]")


def redacted(text: str, personal: Set[str] = frozenset()) -> str:
    """`text`, as a recogniser prints it or as somebody typed it, without what tells who said it.

    `personal` are words, in lower case, that are known to be this caller's own.
    """
    doubtful = _NAMES_TOO | (personal & _SMALL_WORDS)
    plain = _capitalised(doubtful).sub(NAME, " ".join(text.replace("’", "'").split()))
    plain = _EMAIL.sub(f" {EMAIL} ", plain.lower())
    plain = re.sub(r"(?<=\d)[a-z]{0,3}\d*|\b[a-z]{0,3}(?=\d)", lambda found: f" {found.group()} ", plain)
    plain = " ".join(re.sub(r"[^\w'\[\]-]+", " ", plain).split())
    plain = _WEAK_NAME.sub(rf"\1 {NAME}", plain)
    words = _without_names(plain, doubtful)
    words = _without_addresses(words)
    words = _without_spelling(words)
    own = [NAME if _is_one_of(personal - _SMALL_WORDS, word) else word for word in words]
    return " ".join(
        word for number, word in enumerate(own) if number == 0 or word != own[number - 1] or not _marked(word)
    )


def _capitalised(doubtful: Set[str]) -> re.Pattern[str]:
    """Those words written as names, "Will", "Will's" and "Will Smith", where no sentence begins."""
    names = "|".join(re.escape(word.capitalize()) for word in sorted(doubtful))
    return re.compile(rf"(?<=[^.!?] )(?:{names})(?: [A-Z][\w-]+)*(?:'s?)?(?![\w'-])")


def _is_one_of(names: Set[str], word: str) -> bool:
    """Whether it is, or has, one of `names`: "okafor's", "the okafors'", "okafor-james"."""
    if word in _SMALL_WORDS:
        return False
    return not names.isdisjoint((word.removesuffix("s'"), *re.split("['-]", word)))


def _without_names(text: str, doubtful: Set[str]) -> list[str]:
    """Words after "my name is" and the like go, up to a small word; after "this is", if they begin with a name."""
    kept: list[str] = []
    at = 0
    names = "|".join(map(re.escape, sorted(doubtful)))
    introduced = rf"\b(?:this is|i am|i'm|it is|it's|you're speaking to)(?= (?:{names})(?![\w-]))"
    for found in re.finditer(f"{_STRONG_NAME.pattern}|{introduced}", text):
        if found.start() < at:
            continue
        kept += text[at : found.end()].split()
        rest = text[found.end() :].split()
        named = _name_length(rest, doubtful)
        kept += [NAME] if named else []
        at = len(text) - len(" ".join(rest[named:]))
    return [*kept, *text[at:].split()]


def _name_length(words: list[str], doubtful: Set[str] = frozenset()) -> int:
    """How many of `words` are a name: up to a small word, but for a `doubtful` one at the front, or to a genitive."""
    for number, word in enumerate(words[:_LONGEST_NAME]):
        if word == NAME or (number == 0 and word in doubtful):
            continue
        if word in _SMALL_WORDS or _marked(word):
            return number
        if word.endswith(("'s", "s'")):
            return number + 1
    return min(len(words), _LONGEST_NAME)


def _without_addresses(words: list[str]) -> list[str]:
    """The names before "street" and the like go, and what follows "I live in"."""
    hidden: set[int] = set()
    for at, word in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        if word in _STREETS and after not in _NOT_AN_ADDRESS:
            named = [n for n in (at - 1, at - 2) if n >= 0]
            for number in named:
                if words[number] in _SMALL_WORDS or _marked(words[number]):
                    break
                hidden |= {number, at}
        if _LIVES.search(" ".join(words[max(0, at - 2) : at + 1])) and _LIVES.search(" ".join(words[: at + 1])):
            length = _name_length(words[at + 1 :])
            hidden |= set(range(at + 1, at + 1 + length))
    return [ADDRESS if at in hidden else word for at, word in enumerate(words)]


def _without_spelling(words: list[str]) -> list[str]:
    """Numbers go, and letters that stand beside letters or numbers."""
    numbers = {at for at, word in enumerate(words) if word in _NUMBERS or any(c.isdigit() for c in word)}
    letters = {at for at, word in enumerate(words) if len(word) == 1 and word.isalpha()}
    spelled = {at for at, word in enumerate(words) if word in _ALPHABET}
    maybe = {at for at, word in enumerate(words) if word in _MAYBE_NUMBERS}
    short = {at for at, word in enumerate(words) if len(word) == 2 and word not in _SMALL_WORDS}
    for at in maybe:
        near = set(words[max(0, at - 1) : at]) | set(words[at + 1 : at + 2])
        if near & (_MONTHS | _BEFORE_NUMBER) or (words[at + 1 : at + 2] == ["of"] and words[at] != "one"):
            numbers.add(at)
    told = dict.fromkeys(numbers, NUMBER)
    changed = True
    while changed:  # what stands beside a number or a letter that was told is part of it
        before = len(told)
        for group, mark in ((maybe, NUMBER), (letters, LETTERS), (spelled, LETTERS), (short, LETTERS)):
            for at in group - told.keys():
                beside = {at - 1, at + 1}
                pair = group is not short and group is not maybe and beside & (letters | spelled) - {at}
                own = words[at] not in ("a", "i")
                if (beside & told.keys() and (own or pair)) or (pair and own):
                    told[at] = mark
        for at, word in enumerate(words[1:-1], 1):  # "two thousand and one"
            if word == "and" and at - 1 in told and words[at - 1] in _NUMBERS and at + 1 in numbers | maybe:
                told |= {at: NUMBER, at + 1: NUMBER}
        for at, word in enumerate(words[:-2]):  # "b for bravo"
            if at in letters and words[at + 1] in ("for", "as", "like") and words[at + 2].startswith(word):
                told |= {at: LETTERS, at + 1: LETTERS, at + 2: LETTERS}
        changed = len(told) > before
    return [told.get(at, word) for at, word in enumerate(words)]


def _marked(word: str) -> bool:
    return _MARK.fullmatch(word) is not None
