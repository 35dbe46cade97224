"""The script as text for a terminal, Markdown and CSV for a studio, and JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from ivr.plans.script.lines import Place, ScriptLine, Sort
from ivr.plans.script.review import Reviewed, State
from ivr.plans.script.takes import FASTEST_WPM

HEADINGS = {
    Sort.STEP: "Steps",
    Sort.EVENT: "When something goes wrong",
    Sort.BETWEEN: "Words of the line's own",
    Sort.ARTICLE: "Articles",
}
HOW = {
    Sort.STEP: "To have one of these recorded, write 'recording: NAME' beside its text in the plan.",
    Sort.EVENT: "As for steps; what is built in has to be written into the plan first (on_silence, on_not_understood).",
    Sort.BETWEEN: "Always said by the voice: the plan has no line that could name a recording.",
    Sort.ARTICLE: "Always said by the voice: an article has no line that could name a recording.",
}
"""How the service plays each sort."""
FACTS = "Prompts with {facts} are always said by the voice, whole: a recording is played as it is, without the fact."
UNLISTED = (
    "Not in this script, since their texts are made during a call, by the voice: answers read back, and why an answer "
    "cannot be. 'ivr serve' and 'ivr run' make the sound of all other unrecorded prompts when they load the plan."
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#+|!~-])")
COLUMNS = ("name", "state", "step", "when", "text", "spoken", "pieces", "seconds", "words", "plan_line", "findings")


def as_text(title: str, told: Sequence[Reviewed]) -> str:
    """A paragraph a prompt."""
    lines = [f"{title}: {summary(told)}"]
    for sort, some in _by_sort(told):
        lines += ["", f"{HEADINGS[sort].upper()}", HOW[sort]]
        for one in some:
            lines += ["", f"{one.line.name}  [{one.state.value}, {_length(one)}]", *_places(one.line)]
            lines += [f'  "{one.line.text}"', *(f"  {row}" for row in _hints(one.line))]
            lines += [f"  ! {finding.message}" for finding in one.findings]
    return "\n".join((*lines, "", FACTS, UNLISTED)) + "\n"


def as_markdown(title: str, told: Sequence[Reviewed]) -> str:
    """For the studio: a heading a prompt, its text as a quotation."""
    lines = [f"# {_plain(title)}: the script", "", summary(told) + ".", ""]
    lines += [
        "Please record each prompt as a file of its own, named as its heading, with `.wav` behind it: mono, 16 bit."
    ]
    lines += [f"Speak calmly: no more than {FASTEST_WPM} words a minute, better 150 to 170. Seconds are estimates.", ""]
    for sort, some in _by_sort(told):
        lines += [f"## {HEADINGS[sort]}", "", _plain(HOW[sort]), ""]
        for one in some:
            where = "; ".join(row.strip() for row in _places(one.line))
            lines += [f"### {_plain(one.line.name)}", "", f"{_plain(where)} · {_length(one)} · {one.state.value}", ""]
            lines += [f"> {_plain(one.line.text)}", ""]
            lines += [line for row in _hints(one.line) for line in (_plain(row), "")]
            lines += [line for finding in one.findings for line in (f"**{_plain(finding.message)}**", "")]
    return "\n".join((*lines, _plain(FACTS), "", _plain(UNLISTED))) + "\n"


def as_csv(told: Iterable[Reviewed]) -> str:
    """One row a prompt, the columns of COLUMNS; comma, quotes, CRLF (RFC 4180)."""
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, COLUMNS)
    writer.writeheader()
    for one in told:
        line = one.line
        writer.writerow(
            {
                "name": line.name,
                "state": one.state.value,
                "step": "; ".join(dict.fromkeys(place.step for place in line.places if place.step)),
                "when": "; ".join(dict.fromkeys(place.when for place in line.places)),
                "text": line.text,
                "spoken": line.spoken,
                "pieces": " | ".join(piece.text for piece in line.pieces),
                "seconds": f"{_seconds(one):.1f}",
                "words": len(line.spoken.split()),
                "plan_line": line.places[0].line if line.places[0].step else "",
                "findings": "; ".join(finding.message for finding in one.findings),
            }
        )
    return sheet.getvalue()


def as_json(title: str, told: Sequence[Reviewed]) -> dict[str, object]:
    """As plain values."""
    return {
        "title": title,
        "summary": summary(told),
        "prompts": [
            {
                **asdict(one.line),
                "sort": one.line.sort.value,
                "recordable": one.line.recordable,
                "state": one.state.name.lower(),
                "take": _finite(asdict(one.take)) if one.take is not None else None,
                "findings": [asdict(finding) for finding in one.findings],
            }
            for one in told
        ],
    }


def summary(told: Sequence[Reviewed]) -> str:
    """How many prompts there are, and who says them."""
    counted = {state: sum(one.state is state for one in told) for state in State}
    seconds = sum(_seconds(one) for one in told)
    length = f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
    states = ", ".join(f"{count} {state.value}" for state, count in counted.items() if count)
    return f"{len(told)} prompts, about {length}" + (f" ({states})" if states else "")


def _by_sort(told: Sequence[Reviewed]) -> Iterator[tuple[Sort, list[Reviewed]]]:
    for sort in Sort:
        some = [one for one in told if one.line.sort is sort]
        if some:
            yield sort, some


def _places(line: ScriptLine) -> list[str]:
    return [f"  {_place(place)}" for place in line.places]


def _place(place: Place) -> str:
    return f"step '{place.step}' (line {place.line}): {place.when}" if place.step else place.when


def _hints(line: ScriptLine) -> Iterator[str]:
    """How it is spoken if that is not how it is written, and what of it stays the voice's."""
    if line.pieces:
        fixed = ", ".join(f'"{piece.text}"' for piece in line.pieces if not piece.fact)
        facts = ", ".join(piece.text for piece in line.pieces if piece.fact)
        yield f"words that stay the same: {fixed or 'none'}; facts of the call: {facts}. The voice says the whole."
    elif line.spoken != line.text:
        yield f'spoken: "{line.spoken}"'


def _length(one: Reviewed) -> str:
    return f"{one.take.seconds:.1f} s" if one.take is not None else f"about {one.line.seconds:.0f} s"


def _seconds(one: Reviewed) -> float:
    return one.take.seconds if one.take is not None else one.line.seconds


def _finite(values: dict[str, object]) -> dict[str, object]:
    """JSON has no infinity."""
    return {name: None if value == float("-inf") else value for name, value in values.items()}


def _plain(text: str) -> str:
    """`text` as nothing but text in Markdown."""
    return _MARKDOWN.sub(r"\\\1", text)
