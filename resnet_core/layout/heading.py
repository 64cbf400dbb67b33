"""What stands above the picture: the title, what differs from the defaults, and the sums."""

from __future__ import annotations

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph
from resnet_core.language.caption import Caption, facts, sums
from resnet_core.layout.sheet import Line, Text
from resnet_core.layout.theme import SUBTITLE, TITLE


def heading(caption: Caption, graph: Graph, language: Language = "en") -> tuple[Line, ...]:
    """Title and two lines of facts; ``graph`` is the whole structure, not a view of it."""
    return (
        (Text(caption.title, TITLE, bold=True),),
        (Text(" · ".join(facts(caption, graph, language)), SUBTITLE, "quiet"),),
        (Text(" · ".join(sums(graph, language)), SUBTITLE, "quiet"),),
    )
