"""resnet-diagram: what a residual network really does, as pictures that can be checked.

>>> from resnet_core import draw
>>> picture = draw(block="bottleneck", stride=2)
>>> picture.graph.totals.params
136448
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnet_core.compare import Comparison, compare
    from resnet_core.diagram.diagram import Diagram, blocks, build, draw, networks
    from resnet_core.diagram.module import draw_module
    from resnet_core.diagram.pasted import SourceDrawing, draw_source
    from resnet_core.diagram.picture import Drawing
    from resnet_core.errors import (
        GraphvizMissing,
        ParameterError,
        RenderError,
        ResnetDiagramError,
        SourceError,
        TooLarge,
        TraceError,
        UnknownParameter,
        UnknownSubject,
    )
    from resnet_core.explain import Explanation, LayerNote, Paragraph, Sentence
    from resnet_core.formats.registry import FORMATS
    from resnet_core.graph.model import (
        Edge,
        Graph,
        Group,
        Node,
        Problem,
        Totals,
    )
    from resnet_core.sweep import Sweep, sweep
    from resnet_core.window import Window, window

__all__ = [
    "FORMATS",
    "Comparison",
    "Diagram",
    "Drawing",
    "Edge",
    "Explanation",
    "Graph",
    "GraphvizMissing",
    "Group",
    "LayerNote",
    "Node",
    "Paragraph",
    "ParameterError",
    "Problem",
    "RenderError",
    "ResnetDiagramError",
    "Sentence",
    "SourceDrawing",
    "SourceError",
    "Sweep",
    "TooLarge",
    "Totals",
    "TraceError",
    "UnknownParameter",
    "UnknownSubject",
    "Window",
    "blocks",
    "build",
    "compare",
    "draw",
    "draw_module",
    "draw_source",
    "networks",
    "sweep",
    "window",
]

# Where each name is defined. torch takes seconds to import: a module is read when its name is used.
_HOMES = {
    "Comparison": "resnet_core.compare",
    "Diagram": "resnet_core.diagram.diagram",
    "Drawing": "resnet_core.diagram.picture",
    "Edge": "resnet_core.graph.model",
    "Explanation": "resnet_core.explain",
    "FORMATS": "resnet_core.formats.registry",
    "Graph": "resnet_core.graph.model",
    "GraphvizMissing": "resnet_core.errors",
    "Group": "resnet_core.graph.model",
    "LayerNote": "resnet_core.explain",
    "Node": "resnet_core.graph.model",
    "Paragraph": "resnet_core.explain",
    "ParameterError": "resnet_core.errors",
    "Problem": "resnet_core.graph.model",
    "RenderError": "resnet_core.errors",
    "ResnetDiagramError": "resnet_core.errors",
    "Sentence": "resnet_core.explain",
    "Sweep": "resnet_core.sweep",
    "SourceDrawing": "resnet_core.diagram.pasted",
    "SourceError": "resnet_core.errors",
    "TooLarge": "resnet_core.errors",
    "Totals": "resnet_core.graph.model",
    "TraceError": "resnet_core.errors",
    "UnknownParameter": "resnet_core.errors",
    "UnknownSubject": "resnet_core.errors",
    "Window": "resnet_core.window",
    "blocks": "resnet_core.diagram.diagram",
    "build": "resnet_core.diagram.diagram",
    "compare": "resnet_core.compare",
    "draw": "resnet_core.diagram.diagram",
    "draw_module": "resnet_core.diagram.module",
    "draw_source": "resnet_core.diagram.pasted",
    "networks": "resnet_core.diagram.diagram",
    "sweep": "resnet_core.sweep",
    "window": "resnet_core.window",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Face(ModuleType):
    """The package as a module whose public names are never replaced by subpackages.

    ``compare``, ``sweep``, ``window``, ``blocks`` and ``networks`` name both a function and a
    folder, and Python sets the folder as an attribute whenever something inside it is imported.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
