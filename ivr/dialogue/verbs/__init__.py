"""The verbs of a plan: a new one is one file here and one line below."""

from ivr.dialogue.flow import Verb
from ivr.dialogue.verbs.ask import Ask
from ivr.dialogue.verbs.branch import Branch
from ivr.dialogue.verbs.call import Call
from ivr.dialogue.verbs.choose_language import ChooseLanguage
from ivr.dialogue.verbs.confirm import Confirm
from ivr.dialogue.verbs.eligibility import Eligibility
from ivr.dialogue.verbs.form import Form
from ivr.dialogue.verbs.go_back import Return
from ivr.dialogue.verbs.goto import Goto
from ivr.dialogue.verbs.hang_up import HangUp
from ivr.dialogue.verbs.hours import ByHours
from ivr.dialogue.verbs.identify import Identify
from ivr.dialogue.verbs.look_up import LookUp
from ivr.dialogue.verbs.menu import Menu
from ivr.dialogue.verbs.notice import SayNotices
from ivr.dialogue.verbs.outcome import Outcome
from ivr.dialogue.verbs.preferences import Prefer
from ivr.dialogue.verbs.question import Question
from ivr.dialogue.verbs.recall import Recall
from ivr.dialogue.verbs.remember import Remember
from ivr.dialogue.verbs.say import Say
from ivr.dialogue.verbs.send import Send
from ivr.dialogue.verbs.set_facts import Set
from ivr.dialogue.verbs.split import Split
from ivr.dialogue.verbs.transfer import Transfer
from ivr.dialogue.verbs.voicemail import Voicemail

VERBS: dict[str, type[Verb]] = {
    verb.word: verb
    for verb in (
        Say,
        Menu,
        Ask,
        Form,
        Confirm,
        Question,
        ChooseLanguage,
        Eligibility,
        Send,
        LookUp,
        Identify,
        ByHours,
        SayNotices,
        Branch,
        Set,
        Outcome,
        Split,
        Call,
        Return,
        Transfer,
        Voicemail,
        Recall,
        Prefer,
        Remember,
        Goto,
        HangUp,
    )
}
"""The word that opens a step → its verb."""
