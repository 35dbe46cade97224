"""say: tell the caller something, in the plan's words or an article's, and go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Prompt
from ivr.dialogue.answering import Inquiry, answer_questions, in_other_words
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line, schema_of, whole
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import FLAG, NAME, PROMPTS, STEP
from ivr.dialogue.telling import Afterwards, tell
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Instead of words of the plan's own."""

    article: Written = line(NAME, "The name of an article's file, without suffix.")
    did_that_help: bool = line(
        FLAG, "Ask so after it; without it the caller, who has chosen it by its name, is not asked.", default=False
    )
    related: bool = line(FLAG, "Offer related articles after it, once in a call.", default=True)


def _said(value: Value, scope: Scope) -> tuple[Prompt, ...] | Article:
    if value.is_mapping and "article" in value.fields().keys:
        return whole(Article, value, scope)
    return PROMPTS.read(value, scope)


_SAID: Shape[tuple[Prompt, ...] | Article] = Shape(
    read=_said,
    schema={"anyOf": [PROMPTS.schema, schema_of(Article)]},
    about=f"{PROMPTS.about}; or `{{article: name}}`",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Verb):
    """Tell the caller something, in the plan's words or an article's, and go on.

    Words are said at the beginning of the next turn, so a caller who knows the way answers at once. An article is told
    by itself: who takes over learns whether it was heard to its end.
    """

    word: ClassVar[str] = "say"
    example: ClassVar[str] = """
welcome:
  say: Welcome to the village hall.
  goto: hours
hours:
  say: {article: opening-hours}
  goto: goodbye
"""
    said: tuple[Prompt, ...] | Article = line(_SAID, "What is said, or the article that is told.", name="say")
    goto: Written = line(STEP, "The step that follows.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``."""
        if isinstance(self.said, Article):
            await self._tell(conversation, self.said)
        else:
            conversation.say(self.said)
        return self.goto.text

    async def _tell(self, conversation: Conversation, told: Article) -> None:
        answer = next((one for one in conversation.knowledge.answers() if one.article == told.article.text), None)
        if answer is None:
            return
        if conversation.notebook.intent is None:
            conversation.notebook.understood(answer.topic, 1.0)
        then = Afterwards(did_that_help=told.did_that_help, related=told.related)
        if not await tell(conversation, answer, then):
            inquiry = Inquiry(then=replace(then, did_that_help=True))
            await answer_questions(conversation, inquiry, in_other_words(conversation))

    def jumps(self) -> tuple[Jump, ...]:
        """The step in ``goto``."""
        return (Jump.to(self.goto),)

    def articles(self) -> tuple[Written, ...]:
        """The article."""
        return (self.said.article,) if isinstance(self.said, Article) else ()

    def prompts(self) -> tuple[Prompt, ...]:
        """The text."""
        return () if isinstance(self.said, Article) else self.said
