"""resnet-diagram: what a residual network really does, as pictures that can be checked.

>>> from resnet_core import draw
>>> picture = draw(block="bottleneck", stride=2)
>>> picture.graph.totals.params
136448
"""

from resnet_core.compare import Comparison, compare
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.module import (
    blocks,
    build,
    draw,
    draw_module,
    networks,
)
from resnet_core.diagram.picture import Drawing
from resnet_core.errors import (
    GraphvizMissing,
    ParameterError,
    RenderError,
    ResnetDiagramError,
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
    "TooLarge",
    "Totals",
    "TraceError",
    "UnknownParameter",
    "UnknownSubject",
    "blocks",
    "build",
    "compare",
    "draw",
    "draw_module",
    "networks",
]
