"""What an explanation is: a title, paragraphs of sentences, and a note on each layer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from resnet_core.bilingual import Language
from resnet_core.errors import NO_FORMAT, ParameterError
from resnet_core.language.terminal import wrapped

WIDTH = 88
# What stands between two sentences.
_GAPS: dict[Language, str] = {"en": " ", "zh": ""}
_LAYERS = {"en": "Layer by layer", "zh": "逐层看"}


@dataclass(frozen=True)
class Sentence:
    """One sentence, and the ids of the nodes or groups of the whole graph that it speaks of."""

    text: str
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """Sentences under one claim. ``lead`` is the claim, a sentence of its own, set in bold."""

    lead: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class LayerNote:
    """What is particular about one call, and where its numbers come from."""

    node: str
    text: str
    sums: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """A structure told in words, in one language."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    layers: tuple[LayerNote, ...]
    language: Language = "en"

    def to_dict(self) -> dict[str, Any]:
        """It as plain data: what ``/explain.json`` answers."""
        return {"schema": 1, **asdict(self)}

    @property
    def markdown(self) -> str:
        """It as Markdown, the claims in bold."""
        blocks = [f"# {self.title}"]
        # Bold that ends in a full stop is only closed where a gap follows, in Chinese too.
        blocks += [
            f"**{paragraph.lead}** {self._joined(paragraph)}" for paragraph in self.paragraphs
        ]
        if self.told:
            blocks.append(f"## {_LAYERS[self.language]}")
            blocks.append("\n".join(_item(note) for note in self.told))
        return "\n\n".join(blocks) + "\n"

    @property
    def text(self) -> str:
        """It as plain text, wrapped for a terminal."""
        gap = _GAPS[self.language]
        told = [f"{paragraph.lead}{gap}{self._joined(paragraph)}" for paragraph in self.paragraphs]
        blocks = [self.title, *told]
        blocks = ["\n".join(_indented(block)) for block in blocks]
        if self.told:
            blocks.append(_LAYERS[self.language])
        for note in self.told:
            name = [f"  {note.node}"]
            blocks.append(
                "\n".join([*name, *_indented(note.text, 4), *(f"    {s}" for s in note.sums)])
            )
        return "\n\n".join(blocks) + "\n"

    def render(self, format: str = "txt") -> bytes:
        """It as bytes, in one of ``FORMATS``. Raises ParameterError for another."""
        if format not in _WRITERS:
            raise ParameterError(
                "format",
                format,
                NO_FORMAT,
                allowed=FORMATS,
                suggestion="txt",
            )
        return _WRITERS[format](self).encode()

    @property
    def json(self) -> str:
        """It as JSON: what ``/explain.json`` answers."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n"

    @property
    def told(self) -> tuple[LayerNote, ...]:
        """The layers of which there is something to say in words, and nothing said twice."""
        first: dict[str, LayerNote] = {}
        for layer in self.layers:
            if layer.text:
                first.setdefault(layer.text, layer)
        return tuple(first.values())

    def _joined(self, paragraph: Paragraph) -> str:
        gap = _GAPS[self.language]
        return gap.join(sentence.text for sentence in paragraph.sentences)


_WRITERS: dict[str, Callable[[Explanation], str]] = {
    "json": lambda explanation: explanation.json,
    "md": lambda explanation: explanation.markdown,
    "txt": lambda explanation: explanation.text,
}
FORMATS = tuple(_WRITERS)


def _indented(text: str, indent: int = 0) -> Iterator[str]:
    """Lines of at most ``WIDTH`` columns."""
    return (" " * indent + line for line in wrapped(text, WIDTH - indent))


def _item(note: LayerNote) -> str:
    sums = "".join(f"\n  - `{one_sum}`" for one_sum in note.sums)
    return f"- `{note.node}`: {note.text}{sums}"
