"""say: tell the caller something, in the plan's words or an article's, and go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import prompts_of, written
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Verb):
    """``say: <prompts>`` or ``say: {article: <name>}``, then ``goto``.

    Prompts are said at the beginning of the next turn, so a caller who knows the way answers at once. An article
    is told by itself: who takes over learns whether it was heard to its end.
    """

    word: ClassVar[str] = "say"
    text: tuple[Prompt, ...]
    article: Written | None
    goto: Written

    @classmethod
    def read(cls, fields: Fields, manner: Manner) -> Self:
        """``say``, ``goto``."""
        said = fields.take("say")
        goto = written(fields.take("goto"))
        if said.is_mapping and "article" in said.fields().keys:
            inner = said.fields()
            article = written(inner.take("article"))
            inner.done()
            return cls(text=(), article=article, goto=goto)
        return cls(text=prompts_of(said, manner), article=None, goto=goto)

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``."""
        conversation.say(self.text)
        if self.article is not None:
            name = self.article.text
            answer = next((one for one in conversation.knowledge.answers() if one.article == name), None)
            if answer is not None:
                if conversation.notebook.intent is None:
                    conversation.notebook.understood(answer.topic, 1.0)
                heard = await conversation.tell([Prompt(text=answer.spoken, barge_in=conversation.manner.barge_in)])
                conversation.notebook.told(answer.article, answer.title, heard)
        return self.goto.text

    def jumps(self) -> tuple[Jump, ...]:
        """The step in ``goto``."""
        return (Jump.to(self.goto),)

    def articles(self) -> tuple[Written, ...]:
        """The article."""
        return (self.article,) if self.article else ()

    def prompts(self) -> tuple[Prompt, ...]:
        """The text."""
        return self.text
