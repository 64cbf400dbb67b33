"""Which line stands for which kind of shortcut, and the legend that says so.

As in the ResNet paper (figure 3) a solid line is an identity, and broken lines change the shape.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from resnet_core.draw.letters import width
from resnet_core.draw.sheet import Box, Line, Text, Wire
from resnet_core.draw.words import Language, say

# Kinds of wires that have a line of their own, with what Graphviz is told of it.
KINDS: Mapping[str, Mapping[str, str]] = {
    "identity": {"penwidth": "2"},
    "projection": {"penwidth": "2", "style": "dashed"},
    "pooled": {"penwidth": "1.3", "style": "dashed", "arrowhead": "onormal"},
    "padded": {"penwidth": "2", "style": "dotted"},
    "gate": {"penwidth": "1.3", "arrowhead": "odot"},
}
SIZE = 10.0
SAMPLE = 26.0
_AFTER = 5.0


def sampled(words: str, kind: str, size: float, colour: str = "quiet") -> Text:
    """The words behind room for a sample of the line."""
    blanks = math.ceil((SAMPLE + _AFTER) / width(" ", size))
    return Text(" " * blanks + words, size, colour, sample=kind)


def sample_ends(text: Text, x: float) -> tuple[float, float]:
    """Where the sample of a text that stands at ``x`` begins and ends."""
    blanks = len(text.text) - len(text.text.lstrip())
    end = x + blanks * width(" ", text.size) - _AFTER
    return end - SAMPLE, end


def legend(boxes: Iterable[Box], wires: Iterable[Wire], language: Language) -> tuple[Line, ...]:
    """One entry for each kind of line that is in the picture."""
    texts = (text for box in boxes for line in box.face.left for text in line)
    found = {*(each.sample for each in texts), *(each.kind for each in wires)}
    entries: list[Line] = []
    for kind in KINDS:
        if kind in found:
            name = say(kind, language)
            words = name if kind == "gate" else say("{} shortcut", language, name)
            entries.append((sampled(words, kind, SIZE),))
    return tuple(entries)
