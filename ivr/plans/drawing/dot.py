"""A plan as DOT text for Graphviz: shapes, words and colours say the same; no text of a plan leaves its label."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from ivr.dialogue.words.options import MAIN_MENU, PERSON, UNIVERSALS
from ivr.plans.drawing.comparison import Change, Comparison, Difference
from ivr.plans.drawing.sketch import Kind, Sketch, SketchedStep

WIDTH = 30
"""Characters of a line in a box."""
MOST_LINES = 3
"""Of a prompt in a box; the whole of it is the tooltip, and in the outline."""
FONT = "Helvetica,Arial,DejaVu Sans,sans-serif"
GREY = "#6b6b6b"
"""On white 5.3 to 1: light, and still what WCAG 2.1 (1.4.3) wants of text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a kind of step is drawn; shapes differ, so that nothing hangs on the colour alone."""

    shape: str
    line: str
    fill: str
    ink: str = "#1a1a1a"
    width: float = 1.2
    style: str = "filled"


LOOKS = {
    Kind.LISTENS: Look(shape="box", style="rounded,filled", line="#0072b2", fill="#e6f1fa"),
    Kind.SPEAKS: Look(shape="box", line="#555555", fill="#ffffff"),
    Kind.ARTICLE: Look(shape="note", line="#8a6d00", fill="#fff6d6"),
    Kind.PERSON: Look(shape="cds", line="#00664f", fill="#e0f3ec"),
    Kind.END: Look(shape="octagon", line="#1a1a1a", fill="#e4e4e4", width=2.2),
    Kind.SILENT: Look(shape="hexagon", line="#7a4a8c", fill="#f5ecf8"),
}
"""Line colours are those of Okabe and Ito (2008), told apart by colour-blind readers, darkened for thin lines."""
QUEUE = Look(shape="box3d", line="#00664f", fill="#b7e3d3", width=2.2)
OUT_OF_REACH = Look(shape="box", style="dashed", line=GREY, fill="#ffffff", ink=GREY)
UNTOUCHED = "#ffffff"
"""The fill of what did not change, beside what did."""
MARKS = {
    Difference.ADDED: ("+ ADDED", Look(shape="", style="filled,bold", line="#00664f", fill="#cdeedd", width=3.0)),
    Difference.REMOVED: ("− REMOVED", Look(shape="", style="filled,dashed", line="#b3261e", fill="#fbe1df", width=3.0)),
    Difference.CHANGED: ("≠ CHANGED", Look(shape="", style="filled,bold", line="#9a5b00", fill="#ffe8c2", width=3.0)),
}
"""The word on a box that differs, and how the box is drawn; its shape stays that of its kind."""


def dot_text(new: Sketch, old: Sketch | None = None, comparison: Comparison | None = None) -> str:
    """The picture of `new`; with `old` and what differs, both in one. The same plans give the same text."""
    drawing = _Drawing(new, old, comparison)
    body = [*drawing.head(), *drawing.steps(), *drawing.people(), *drawing.ways(), *drawing.legend()]
    return "\n".join((f"digraph {quoted(new.title)} {{", *(f"  {line}" for line in body), "}", ""))


class _Drawing:
    def __init__(self, new: Sketch, old: Sketch | None, comparison: Comparison | None) -> None:
        self._new = new
        self._old = old
        self._differing = comparison
        removed = {name: step for name, step in old.steps.items() if name not in new.steps} if old else {}
        self._steps = {**new.steps, **removed}
        self._queues = {**(old.queues if old else {}), **new.queues}
        self._titles = {**(old.titles if old else {}), **new.titles}

    def head(self) -> Iterator[str]:
        """What holds for the whole picture, and its title."""
        yield (
            'graph [rankdir=LR, nodesep=0.22, ranksep=0.55, labelloc=t, labeljust=l, pad=0.3, charset="UTF-8", '
            f"fontname={quoted(FONT)}, label=<{self._title()}>, tooltip={quoted(self._new.title)}];"
        )
        yield f'node [fontname={quoted(FONT)}, fontsize=10, margin="0.12,0.07"];'
        yield f'edge [fontname={quoted(FONT)}, fontsize=9, arrowsize=0.7, color="#444444"];'

    def _title(self) -> str:
        new = self._new
        keys = {option.name: option.key or "" for option in UNIVERSALS}
        everywhere = (
            f"From every step: {keys[PERSON]} or “agent” leads to {new.queues.get(new.person_queue, '')}, "
            f"{keys[MAIN_MENU]} or “main menu” to {named(new.main_menu)}."
        )
        lines = [everywhere, *(f"From every step, {way.when}: to {named(way.to)}." for way in new.ways)]
        if self._differing is not None:
            lines.append(self._about_both(self._differing))
        small = "".join(f'<BR ALIGN="LEFT"/><FONT POINT-SIZE="11">{html(line)}</FONT>' for line in lines)
        return f'<FONT POINT-SIZE="20"><B>{html(new.title)}</B></FONT>{small}<BR ALIGN="LEFT"/>'

    @staticmethod
    def _about_both(differing: Comparison) -> str:
        counted = [how for how, _ in differing.steps.values()]
        steps = ", ".join(f"{counted.count(one)} {one.value}" for one in Difference)
        also = ("the helpline's settings", differing.helpline), ("articles", differing.articles)
        others = " and ".join(what for what, some in also if some)
        rest = f" Also changed: {others}." if others else ""
        return f"Steps in {differing.after} against {differing.before}: {steps}.{rest}"

    def steps(self) -> Iterator[str]:
        """Every step, those of a sub-flow in a frame."""
        yield f'call [shape=circle, style=filled, fillcolor="#1a1a1a", fontcolor="#ffffff", label={quoted("a call")}];'
        frames: dict[str, list[str]] = {}
        for step in self._steps.values():
            frames.setdefault(step.flow, []).append(self._step(step))
        yield from frames.pop("", [])
        for name, lines in frames.items():
            label = f"label={quoted(f'sub-flow {named(name)}')}"
            yield f"subgraph {quoted(f'cluster {name}')} {{"
            yield f'  graph [{label}, style="rounded,dashed", color="#555555", fontsize=11];'
            yield from (f"  {line}" for line in lines)
            yield "}"

    def _step(self, step: SketchedStep) -> str:
        look = LOOKS[step.kind]
        shape, ink, fill, mark = look.shape, look.ink, look.fill, ""
        notes: tuple[str, ...] = ()
        differs = self._differing.steps.get(step.name) if self._differing is not None else None
        retold = self._differing is not None and any(name in self._differing.articles for name in step.articles)
        if differs is None and retold:
            differs = Difference.CHANGED, (Change(what="article", where="", before=None, after=None),)
        if differs is not None:
            mark, look = MARKS[differs[0]]
            fill, notes = look.fill, (*_what_changed(differs[1]), *(() if step.reached else ("no way leads here",)))
        elif not step.reached:
            look = OUT_OF_REACH
            ink, fill, mark = look.ink, look.fill, "NO WAY LEADS HERE"
        elif self._differing is not None:
            fill = UNTOUCHED
        label = _box(step, ink, mark, (*notes, *self._notes(step)), self._titles)
        style = f"rounded,{look.style}" if step.kind is Kind.LISTENS and "rounded" not in look.style else look.style
        margin = ', margin="0.2,0.13"' if step.kind is Kind.PERSON else ""  # its head would cut the text
        return (
            f"{_node(step.name)} [shape={shape}, style={quoted(style)}, penwidth={look.width:g}{margin}, "
            f'color="{look.line}", fillcolor="{fill}", fontcolor="{ink}", label=<{label}>, '
            f"tooltip={quoted(_whole(step))}];"
        )

    def _notes(self, step: SketchedStep) -> Iterator[str]:
        if step.learns:
            yield f"learns {', '.join(map(named, step.learns))}"
        if step.person_queue:
            yield f"agent: {self._queues.get(step.person_queue, step.person_queue)}"

    def people(self) -> Iterator[str]:
        """A box for each queue that a step hands over to."""
        used = dict.fromkeys(queue for step in self._steps.values() for queue in step.queues)
        for name in used:
            people = _rows(textwrap.wrap(self._queues.get(name, name), WIDTH) or [name])
            label = f'<FONT POINT-SIZE="8">PEOPLE</FONT><BR/><B>{people}</B>'
            yield (
                f"{_node(name, 'queue')} [shape={QUEUE.shape}, style=filled, penwidth={QUEUE.width:g}, "
                f'color="{QUEUE.line}", fillcolor="{QUEUE.fill}", label=<{label}>, '
                f"tooltip={quoted(f'queue {name}')}];"
            )

    def ways(self) -> Iterator[str]:
        """Every arrow; where plans differ, with what became of it."""
        ways = dict.fromkeys(_arrows(self._new))
        before = dict.fromkeys(_arrows(self._old)) if self._old is not None else ways
        for arrow in dict.fromkeys((*ways, *before)):
            how = Difference.ADDED if arrow not in before else Difference.REMOVED if arrow not in ways else None
            yield _arrow(arrow, how)

    def legend(self) -> Iterator[str]:
        """One box of every sort in the picture, in a row."""
        kinds = dict.fromkeys(step.kind for step in self._steps.values() if step.reached)
        samples = [(kind.value, LOOKS[kind].shape, LOOKS[kind]) for kind in Kind if kind in kinds]
        if any(step.queues for step in self._steps.values()):
            samples.append(("a queue of people", QUEUE.shape, QUEUE))
        if not all(step.reached for step in self._steps.values()):
            samples.append(("no way leads here", OUT_OF_REACH.shape, OUT_OF_REACH))
        if self._differing is not None:
            used = [how for how in Difference if any(how is one for one, _ in self._differing.steps.values())]
            samples += [(MARKS[how][0], "box", MARKS[how][1]) for how in used]
        yield "subgraph cluster_legend {"
        yield f'  graph [label={quoted("Legend")}, labeljust=l, style=rounded, color="#999999", fontsize=11];'
        for number, (text, shape, look) in enumerate(samples):
            yield (
                f"  legend{number} [shape={shape}, style={quoted(look.style)}, penwidth={look.width:g}, "
                f'color="{look.line}", fillcolor="{look.fill}", fontcolor="{look.ink}", fontsize=9, '
                f"label={quoted(text)}];"
            )
        yield "}"


Arrow = tuple[str, str, str, bool]
"""From, to (nodes), when, aside."""


def _arrows(sketch: Sketch) -> Iterator[Arrow]:
    yield "call", _node(sketch.start), "", False
    for step in sketch.steps.values():
        for way in step.ways:
            yield _node(step.name), _node(way.to), named(way.when), way.aside
        for queue in step.queues:
            yield _node(step.name), _node(queue, "queue"), "", False


def _arrow(arrow: Arrow, how: Difference | None) -> str:
    before, after, when, aside = arrow
    style = "dashed" if aside else "solid"
    sign, look = ("", f'color="{GREY}", fontcolor="{GREY}"') if aside else ("", "")
    if how is not None:
        sign, line = MARKS[how][0][0] + " ", MARKS[how][1].line
        style = "dashed" if how is Difference.REMOVED else "bold"
        look = f'color="{line}", fontcolor="{line}", penwidth=2'
    label = f", label={quoted(' ' + sign + when + ' ')}" if sign or when else ""
    return f"{before} -> {after} [style={style}{', ' if look else ''}{look}{label}];"


def _box(step: SketchedStep, ink: str, mark: str, notes: Iterable[str], titles: Mapping[str, str]) -> str:
    """The label of a step: its verb, its name, what it says in short, and notes."""
    told = [f"article “{titles.get(name, named(name))}”" for name in step.articles]
    said = [f"“{step.says[0]}”"] if step.says else []
    lines = [f'<FONT POINT-SIZE="8">{html(step.verb.replace("_", " ").upper())}</FONT>']
    if mark:
        lines.insert(0, f'<FONT POINT-SIZE="9"><B>{html(mark)}</B></FONT>')
    lines.append(f'<FONT POINT-SIZE="11"><B>{_rows(_wrapped(named(step.name)))}</B></FONT>')
    lines += (f'<FONT POINT-SIZE="9">{_rows(_wrapped(text))}</FONT>' for text in (*told, *said))
    lines += (f'<FONT POINT-SIZE="8"><I>{_rows(_wrapped(text))}</I></FONT>' for text in notes)
    return f'<FONT COLOR="{ink}">{"<BR/>".join(lines)}</FONT>'


def _what_changed(changes: Iterable[Change]) -> tuple[str, ...]:
    """The sorts of values that changed, in a line."""
    whats = dict.fromkeys(change.what for change in changes)
    return (f"changed: {', '.join(whats)}",) if whats else ()


def _whole(step: SketchedStep) -> str:
    """All that is said, for a reader who points at the box."""
    return "\n".join((f"{step.name} ({step.verb}, line {step.line})", *step.says))


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(text, WIDTH) or [""]
    if len(lines) > MOST_LINES:
        quote = "”" if text.endswith("”") else ""
        lines = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1].rstrip('.,;: ')} …{quote}"]
    return lines


def _rows(lines: Iterable[str]) -> str:
    return "<BR/>".join(map(html, lines))


def _node(name: str, sort: str = "step") -> str:
    return quoted(f"{sort} {name}")


def named(name: str) -> str:
    """A name of the plan as words."""
    return name.replace("_", " ")


def shown(text: str) -> str:
    """`text` with a mark for each character that no file of text may hold."""
    return "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)


def html(text: str) -> str:
    """`text` within an HTML-like label, as nothing but text: Graphviz parses it as XML."""
    return escape(shown(text))


def quoted(text: str) -> str:
    """`text` as a quoted name or label.

    A quote needs a backslash. A backslash is doubled (in labels it begins an escape, as in ``\\N`` for the node's
    name; in a name two stand for two, which harms nobody), and so is no longer able to end the text. ``&`` begins an
    entity in labels. (Graphviz, "The DOT language" and "escString".)
    """
    return '"' + shown(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;").replace("\n", "\\n") + '"'
