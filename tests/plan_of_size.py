"""A plan of as many steps as are wanted, with menus, questions, digits, spelling and transfers, for figures."""

from __future__ import annotations

_WORDS = (
    "parking", "libraries", "planning", "elections", "schools", "benefits", "recycling", "gardens", "housing",
    "licences", "markets", "museums", "drainage", "lighting", "allotments", "cemeteries",
)  # fmt: skip
_HEAD = """helpline: A plan of {size} steps
start: menu_0
main_menu: menu_0
person_queue: office
queues:
  office: the office
steps:
"""
_BLOCK = 10
"""Steps of one topic: see `_topic`."""


def plan_of_size(size: int) -> str:
    """The YAML of a plan of `size` steps, a multiple of ten: a tree of topics, each below a menu of the one before."""
    if size % _BLOCK or not size:
        raise ValueError(f"{size} steps; a topic has {_BLOCK}")
    topics = size // _BLOCK
    return _HEAD.format(size=size) + "".join(_topic(number, topics) for number in range(topics))


def _topic(number: int, topics: int) -> str:
    """A menu with two topics below it, a yes or no, digits, spelling, telling, and the ways out."""
    below = [2 * number + 1, 2 * number + 2]
    first, second = (f"menu_{one}" if one < topics else f"tell_{number}" for one in below)
    one, other = (_WORDS[one % len(_WORDS)] for one in below)
    return f"""  menu_{number}:
    menu: You have four choices. Say {one} service, {other} service, a report, or an appointment.
    choices:
      one: {{say: [{one} service, (the) {one}], key: 1, goto: {first}}}
      two: {{say: [{other} service, (the) {other}], key: 2, goto: {second}}}
      report: {{say: [a report, (make) (a) report], key: 3, goto: urgent_{number}}}
      appointment: {{say: [an appointment, (book) (an) appointment], key: 4, goto: number_{number}}}
  tell_{number}:
    say: Topic {number} is looked after by the office, from Monday to Friday.
    goto: else_{number}
  urgent_{number}:
    ask: Is it urgent? Please say yes or no.
    answer: yes_or_no
    fact: urgent_{number}
    yes: advice_{number}
    no: name_{number}
  advice_{number}:
    say: If anybody is in danger, please dial 9 9 9.
    goto: name_{number}
  name_{number}:
    ask: Please spell your family name.
    answer: spelling
    characters: 2-12
    fact: name_{number}
    goto: to_office_{number}
  number_{number}:
    ask: Please say or press your six digit reference.
    answer: digits
    digits: 6
    fact: reference_{number}
    goto: thanks_{number}
  thanks_{number}:
    say: Thank you.
    goto: to_office_{number}
  to_office_{number}:
    transfer: office
    say: I will put you through.
  else_{number}:
    ask: Can I help you with anything else? Please say yes or no.
    answer: yes_or_no
    yes: menu_0
    no: goodbye_{number}
  goodbye_{number}:
    hang_up: Goodbye.
"""
