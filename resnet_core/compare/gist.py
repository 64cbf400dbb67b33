"""Many calls in few words: what sorts there are, and what differs in calls of one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from resnet_core.bilingual import Language
from resnet_core.graph.model import Node
from resnet_core.language.notation import call_title

if TYPE_CHECKING:
    from resnet_core.compare.pair import Difference, Pair

_MULTIPLES = {Fraction(2): ("{} doubled", "{}加倍"), Fraction(1, 2): ("{} halved", "{}减半")}
_MOST = 3


def kinds(nodes: Iterable[Node], language: Language) -> str:
    """What sorts of call these are, the most frequent first: ``2 × batch norm, ReLU``."""
    return listed((call_title(node, language).split(", ")[0] for node in nodes), language)


def listed(names: Iterable[str], language: Language) -> str:
    """Names with their number, the most frequent first, as many as a reader takes in."""
    found = Counter(names)
    shown = [f"{count} × {name}" if count > 1 else name for name, count in found.most_common(4)]
    more = ["…"] if len(found) > 4 else []
    return (", " if language == "en" else "、").join(shown + more)


def examples(pairs: Iterable[Pair], language: Language) -> str:
    """What differs in calls of one name, the most frequent first: ``3 × conv1: stride 2 → 1``."""
    alike: dict[tuple[str, ...], list[list[Difference]]] = {}
    for pair in pairs:
        # Its shape follows from what differs in the call itself.
        own = [one for one in pair.differences if not one.of_shape]
        alike.setdefault((_last(pair), *(one.name for one in own)), []).append(own)
    found = sorted(alike.items(), key=lambda pair: -len(pair[1]))
    shown = []
    comma, colon = ("，", "：") if language == "zh" else (", ", ": ")
    for (name, *_), rows in found[:_MOST]:
        texts = comma.join(_common(pair, language) for pair in zip(*rows, strict=True))
        many = f"{len(rows)} × {name}{colon}{texts}"
        shown.append(many if len(rows) > 1 else f"{name} {texts}")
    return ("; " if language == "en" else "；").join([*shown, *["…"] * (len(found) > _MOST)])


def _common(differences: Sequence[Difference], language: Language) -> str:
    """One difference for all of them: their values, or what each was multiplied by."""
    first = differences[0]
    if all(difference.text == first.text for difference in differences):
        return first.text
    if all(
        difference.before.isdigit() and difference.after.isdigit() for difference in differences
    ):
        factors = {
            Fraction(int(difference.after), int(difference.before)) for difference in differences
        }
        if len(factors) == 1:
            (factor,) = factors
            words = _MULTIPLES.get(factor, (f"{{}} × {float(factor):.3g}",) * 2)
            return words[language == "zh"].format(first.name)
    return f"{first.text} …"


def _last(pair: Pair) -> str:
    """The name inside its block; of one in a row the row's name too."""
    parts = pair.node.path.split(".")
    return ".".join(parts[-2:] if parts[-1].isdigit() else parts[-1:]) or pair.node.id
