"""What a comparison says, in English and Chinese: one sentence with the numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from resnet_core.compare.pair import Change, Pair
from resnet_core.draw.label import call_title
from resnet_core.draw.words import Language, amount

if TYPE_CHECKING:
    from resnet_core.compare.comparison import Comparison

ORDER: tuple[Change, ...] = ("added", "removed", "changed", "reshaped")
_CHINESE = {
    "added": "新增",
    "removed": "移除",
    "changed": "改动",
    "reshaped": "形状改变",
    "same": "相同",
}
_MOST = 3


def change_word(change: Change, language: Language) -> str:
    """``added``, or ``新增``."""
    return _CHINESE[change] if language == "zh" else change


def sentence(comparison: Comparison, language: Language) -> str:
    """What differs, and what it costs: one sentence."""
    a, b = comparison.names
    if comparison.same:
        total = comparison.b.graph.totals
        count = f"{total.params:,}"
        if language == "zh":
            return f"{a} 与 {b} 的计算完全相同：{count} 个参数。"
        return f"{a} and {b} compute the same: {count} parameters."
    calls = [each for each in comparison.pairs if each.node.kind not in ("input", "output")]
    whole = {"added": _blocks(comparison, "b"), "removed": _blocks(comparison, "a")}
    told = [_told(calls, change, whole.get(change, 0), language) for change in ORDER]
    parts = [each for each in told if each]
    if not parts:
        wiring = ("只有连线不同", "only the wiring differs")
        sizes = ("只有输入的大小不同", "only the input differs")
        moved = any(not each.same for each in comparison.pairs)
        parts = [(sizes if moved else wiring)[language == "en"]]
    costs = figures(comparison, language)
    if language == "zh":
        return f"从 {a} 到 {b}：{'；'.join(parts)}；{'，'.join(costs)}。"
    return f"From {a} to {b}: {'; '.join(parts)}; {', '.join(costs)}."


def figures(comparison: Comparison, language: Language) -> list[str]:
    """What changes in parameters, multiply-adds and receptive field."""
    a, b = comparison.a.graph.totals, comparison.b.graph.totals
    broken = [each.graph.problem for each in (comparison.a, comparison.b)]
    names = ("参数", "乘加", "感受野") if language == "zh" else (
        "parameters", "multiply-adds", "receptive field")  # fmt: skip
    if any(broken):
        which = [name for name, each in zip(comparison.names, broken, strict=True) if each]
        joined = ("、" if language == "zh" else " and ").join(which)
        return [f"{joined} 无法运行" if language == "zh" else f"{joined} cannot run"]
    spaced = "" if language == "zh" else " "
    return [
        f"{names[0]} {_count(a.params, b.params, spaced)}",
        f"{names[1]} {_large(a.macs, b.macs, language)}",
        f"{names[2]} {_count(a.receptive_field, b.receptive_field, spaced, share=False)}",
    ]


def _count(before: int, after: int, spaced: str, share: bool = True) -> str:
    if before == after:
        return f"{after:,}{spaced}{'（不变）' if not spaced else '(unchanged)'}"
    more = f", {_share(before, after)}" if share and before else ""
    return f"{before:,} → {after:,} ({_signed(after - before)}{more})"


def _large(before: int, after: int, language: Language) -> str:
    if before == after:
        same = "（不变）" if language == "zh" else " (unchanged)"
        return f"{amount(after, language).strip()}{same}"
    sign = "+" if after > before else "−"
    delta = f"{sign}{amount(abs(after - before), language).strip()}"
    more = f", {_share(before, after)}" if before else ""
    one, other = (amount(each, language).strip() for each in (before, after))
    return f"{one} → {other} ({delta}{more})"


def _share(before: int, after: int) -> str:
    percent = 100 * (after - before) / before
    digits = 2 if abs(percent) < 0.1 else 1
    return f"{percent:+,.{digits}f} %".replace("-", "−")


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−")


def _blocks(comparison: Comparison, side: str) -> int:
    """How many whole blocks of one side have no call with a partner."""
    graph = (comparison.a if side == "a" else comparison.b).graph
    met: dict[str, bool] = {}
    for each in comparison.pairs:
        node = getattr(each, side)
        lineage = graph.lineage(node.group) if node else ()
        for path in lineage:
            if graph.group[path].level == "block":
                met[path] = met.get(path, False) or bool(each.a and each.b)
    return list(met.values()).count(False)


def _told(pairs: Sequence[Pair], change: Change, blocks: int, language: Language) -> str:
    """How many calls have this fate, and what they are: ``3 added (2 conv, batch norm)``."""
    found = [each for each in pairs if each.change == change]
    if not found:
        return ""
    word = change_word(change, language)
    if change in ("added", "removed"):
        inside = _kinds(found, language)
    elif change == "changed":
        inside = _examples(found, language)
    else:
        inside = ""
    if language == "zh":
        whole = f"{blocks} 个块，共 " if blocks else ""
        return f"{word} {whole}{len(found)} 个运算" + (f"（{inside}）" if inside else "")
    noun = "call" if len(found) == 1 else "calls"
    whole = f" in {blocks} block{'s' * (blocks > 1)}" if blocks else ""
    return f"{len(found)} {noun} {word}{whole}" + (f" ({inside})" if inside else "")


def _kinds(pairs: Iterable[Pair], language: Language) -> str:
    """What sorts of call, the most frequent first."""
    kinds = Counter(_kind(each, language) for each in pairs)
    shown = [f"{count} × {name}" if count > 1 else name for name, count in kinds.most_common(4)]
    more = ["…"] if len(kinds) > 4 else []
    return (", " if language == "en" else "、").join(shown + more)


def _kind(pair: Pair, language: Language) -> str:
    """The first words of the title, without the numbers that follow."""
    return call_title(pair.node, language).split(", ")[0]


def _examples(pairs: Iterable[Pair], language: Language) -> str:
    """What differs, equal differences counted once, the most frequent first."""
    found = Counter((_last(each), _own(each)) for each in pairs)
    shown = [f"{name} {text}" + (f" × {count}" if count > 1 else "")
             for (name, text), count in found.most_common(_MOST)]  # fmt: skip
    return ("; " if language == "en" else "；").join([*shown, *["…"] * (len(found) > _MOST)])


def _own(pair: Pair) -> str:
    """What differs in the call itself; its shape follows from that."""
    return ", ".join(each.text for each in pair.differences if not each.of_shape)


def _last(pair: Pair) -> str:
    """The name inside its block; of one in a row the row's name too."""
    parts = pair.node.path.split(".")
    return ".".join(parts[-2:] if parts[-1].isdigit() else parts[-1:]) or pair.node.id
