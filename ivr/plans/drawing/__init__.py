"""A plan as a picture and as an outline, and what differs between two plans."""

from ivr.plans.drawing.comparison import Change, Comparison, Difference, compared
from ivr.plans.drawing.dot import dot_text
from ivr.plans.drawing.graphviz import svg_from
from ivr.plans.drawing.outline import as_json, differences, outline
from ivr.plans.drawing.sketch import Kind, Sketch, SketchedStep, Way, sketch

__all__ = [
    "Change",
    "Comparison",
    "Difference",
    "Kind",
    "Sketch",
    "SketchedStep",
    "Way",
    "as_json",
    "compared",
    "differences",
    "dot_text",
    "outline",
    "sketch",
    "svg_from",
]
