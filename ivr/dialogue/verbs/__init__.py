"""The verbs of a plan: a new one is one file here and one line below."""

from ivr.dialogue.flow import Verb
from ivr.dialogue.verbs.ask import Ask
from ivr.dialogue.verbs.goto import Goto
from ivr.dialogue.verbs.hang_up import HangUp
from ivr.dialogue.verbs.menu import Menu
from ivr.dialogue.verbs.question import Question
from ivr.dialogue.verbs.say import Say
from ivr.dialogue.verbs.transfer import Transfer
from ivr.dialogue.verbs.voicemail import Voicemail

VERBS: dict[str, type[Verb]] = {
    verb.word: verb for verb in (Say, Menu, Ask, Question, Transfer, Voicemail, Goto, HangUp)
}
"""The word that opens a step → its verb."""
