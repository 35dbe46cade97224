"""From a plan's file to a folder that Asterisk includes, in one go."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import SettingsError
from ivr.knowledge import Knowledge
from ivr.plans.native.folder import SOUNDS, Written, made_sounds, write
from ivr.plans.native.native_plan import CONTEXT, QUEUE_WAIT_S, native_plan
from ivr.plans.plan_file import read_plan
from ivr.plans.sound_files import Voice
from ivr.speech.prompts.saying import Saying
from ivr.speech.prompts.saying.pronunciations import PRONUNCIATIONS, read_pronunciations


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What was made of which plan; `warnings` are one line each."""

    title: str
    steps: int
    written: Written
    warnings: tuple[str, ...]


async def compile_plan(
    plan: Path,
    *,
    into: Path,
    seen_as: str,
    recordings: Path,
    voice: Voice,
    context: str = CONTEXT,
    queue_wait_s: int = QUEUE_WAIT_S,
) -> Compiled:
    """Write `plan` as a native dialplan into the folder `into`, which Asterisk sees as `seen_as`.

    `recordings` is the folder of recordings and pronunciations. Raises UserError with one line; then `into` is as it
    was.
    """
    flow, articles = await asyncio.to_thread(read_plan, plan)
    try:
        native = native_plan(
            flow,
            Knowledge(articles).answers(),
            sounds=f"{seen_as.rstrip('/')}/{SOUNDS}",
            context=context,
            queue_wait_s=queue_wait_s,
        )
    except ValueError as fault:
        raise SettingsError(str(fault)) from None
    saying = Saying(language=flow.language, pronunciations=read_pronunciations(recordings / PRONUNCIATIONS))
    sounds = await made_sounds(native, voice, saying)
    written = await asyncio.to_thread(write, native, sounds, into)
    return Compiled(title=flow.title, steps=len(flow.steps), written=written, warnings=native.warnings)
