"""What an explanation is: a title, paragraphs of sentences in both languages, notes on layers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from resnet_core.bilingual import TYPESET, Language, Text, Words
from resnet_core.errors import NO_FORMAT, ParameterError
from resnet_core.graph.model import Node
from resnet_core.language.terminal import wrapped

WIDTH = 88
NO_SOURCE = Text("its class is written in no file of ours", "它的类不在可读取的源文件里")
_WHY = Text("Why it is built so", "为什么这样设计")
_TURNS = Text("What happens if you change it", "改一改会怎样")
# What stands between two sentences.
_GAPS: dict[Language, str] = {"en": " ", "zh": ""}
_LAYERS = Text("Layer by layer", "逐层看")


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
class Reason:
    """Why it is built so: the answer in one sentence, what lies behind it, where figures are from.

    ``sources`` name paper, table and address of whatever was measured by others.
    """

    lead: str
    sentences: tuple[str, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """A knob turned: why one would, what comes of it, where it is drawn and where compared."""

    knobs: Mapping[str, str]
    why: str
    consequence: str
    deltas: Mapping[str, int]
    url: str
    compare: str

    @property
    def label(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.knobs.items())


@dataclass(frozen=True)
class Explanation:
    """A structure told in words, in one language.

    ``program`` makes its source with a comment at each line, ``next`` the knob turns that are
    worth trying; a module of one's own has neither.
    """

    title: str
    paragraphs: tuple[Paragraph, ...]
    layers: tuple[LayerNote, ...]
    language: Language = "en"
    why: tuple[Reason, ...] = ()
    program: Callable[[], str] | None = field(default=None, compare=False, repr=False)

    next: Callable[[], tuple[Turn, ...]] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """Knob turns worth trying, with what comes of each."""
        return self.next() if self.next else ()

    def to_dict(self) -> dict[str, Any]:
        """It as plain data: what ``/explain.json`` answers."""
        found = asdict(replace(self, program=None, next=None))
        del found["program"], found["next"]
        return {"schema": 1, **found, "turns": [asdict(turn) for turn in self.turns]}

    @property
    def markdown(self) -> str:
        """It as Markdown, the claims in bold."""
        blocks = [f"# {self.title}"]
        # Bold that ends in a full stop is only closed where a gap follows, in Chinese too.
        blocks += [
            f"**{paragraph.lead}** {self._joined(paragraph)}" for paragraph in self.paragraphs
        ]
        if self.why:
            blocks.append(f"## {_WHY[self.language]}")
        for reason in self.why:
            sources = "".join(f" ({source})" for source in reason.sources)
            blocks.append(f"**{reason.lead}** {self._gap.join(reason.sentences)}{sources}")
        if self.told:
            blocks.append(f"## {_LAYERS[self.language]}")
            blocks.append("\n".join(_item(note) for note in self.told))
        if self.turns:
            blocks.append(f"## {_TURNS[self.language]}")
            blocks.append(
                "\n".join(
                    f"- [`{turn.label}`]({turn.url}): {turn.why} {turn.consequence}"
                    for turn in self.turns
                )
            )
        return "\n\n".join(blocks) + "\n"

    @property
    def text(self) -> str:
        """It as plain text, wrapped for a terminal."""
        gap = _GAPS[self.language]
        told = [f"{paragraph.lead}{gap}{self._joined(paragraph)}" for paragraph in self.paragraphs]
        blocks = [self.title, *told]
        if self.why:
            blocks.append(_WHY[self.language])
        for reason in self.why:
            blocks.append(gap.join([reason.lead, *reason.sentences]))
            blocks += [f"[{source}]" for source in reason.sources]
        blocks = ["\n".join(_indented(block)) for block in blocks]
        if self.told:
            blocks.append(_LAYERS[self.language])
        for note in self.told:
            name = [f"  {note.node}"]
            blocks.append(
                "\n".join([*name, *_indented(note.text, 4), *(f"    {s}" for s in note.sums)])
            )
        if self.turns:
            blocks.append(_TURNS[self.language])
        for turn in self.turns:
            words = _indented(f"{turn.why}{gap}{turn.consequence}", 4)
            blocks.append("\n".join([f"  {turn.label}", *words]))
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
    def annotated(self) -> str:
        """Its source with a comment at each line. Raises ParameterError where there is none."""
        if self.program is None:
            allowed = [name for name in FORMATS if name != "py"]
            raise ParameterError("format", "py", NO_SOURCE, allowed=allowed, suggestion="txt")
        return self.program()

    @property
    def told(self) -> tuple[LayerNote, ...]:
        """The layers of which there is something to say in words, and nothing said twice."""
        first: dict[str, LayerNote] = {}
        for layer in self.layers:
            if layer.text:
                first.setdefault(layer.text, layer)
        return tuple(first.values())

    @property
    def _gap(self) -> str:
        return _GAPS[self.language]

    def _joined(self, paragraph: Paragraph) -> str:
        gap = _GAPS[self.language]
        return gap.join(sentence.text for sentence in paragraph.sentences)


_WRITERS: dict[str, Callable[[Explanation], str]] = {
    "json": lambda explanation: explanation.json,
    "md": lambda explanation: explanation.markdown,
    "py": lambda explanation: explanation.annotated,
    "txt": lambda explanation: explanation.text,
}
FORMATS = tuple(_WRITERS)


def _indented(text: str, indent: int = 0) -> Iterator[str]:
    """Lines of at most ``WIDTH`` columns."""
    return (" " * indent + line for line in wrapped(text, WIDTH - indent))


def _item(note: LayerNote) -> str:
    sums = "".join(f"\n  - `{one_sum}`" for one_sum in note.sums)
    return f"- `{note.node}`: {note.text}{sums}"


@dataclass(frozen=True)
class Said(Text):
    """A sentence in both languages, and the nodes or groups that it speaks of."""

    nodes: tuple[str, ...] = ()

    def sentence(self, language: Language) -> Sentence:
        return Sentence(TYPESET[language](self[language]), self.nodes)


@dataclass(frozen=True)
class Passage:
    """A paragraph in both languages. The claim comes first."""

    claim: Said
    said: tuple[Said, ...]

    def paragraph(self, language: Language) -> Paragraph:
        told = tuple(sentence.sentence(language) for sentence in self.said)
        return Paragraph(self.claim.sentence(language).text, told)


def ids(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(node.id for node in nodes)


# English papers have one word for each; in Chinese several are in use beside one another.
_NAMES = {
    Text("shortcut", "捷径"): Words("", "跳跃连接、残差连接，shortcut"),
    Text("stride", "步长"): Words("", "stride"),
}


def introduced(paragraphs: Iterable[Paragraph], language: Language) -> tuple[Paragraph, ...]:
    """The paragraphs, each term followed by its other names at its first mention."""
    found = tuple(paragraphs)
    for term, names in _NAMES.items():
        if others := names.of(language):
            found = _first(found, term[language], others)
    return found


def _first(paragraphs: tuple[Paragraph, ...], term: str, names: str) -> tuple[Paragraph, ...]:
    for index, paragraph in enumerate(paragraphs):
        texts = [paragraph.lead, *(sentence.text for sentence in paragraph.sentences)]
        # Not inside a bracket, nor before one: the other names stand in one of their own.
        free = re.compile(rf"(?<!（){term}(?!（)")
        place = next((place for place, text in enumerate(texts) if free.search(text)), None)
        if place is None:
            continue
        texts[place] = free.sub(f"{term}（{names}）", texts[place], count=1)
        sentences = tuple(
            Sentence(text, sentence.nodes)
            for text, sentence in zip(texts[1:], paragraph.sentences, strict=True)
        )
        changed = replace(paragraph, lead=texts[0], sentences=sentences)
        return (*paragraphs[:index], changed, *paragraphs[index + 1 :])
    return paragraphs
