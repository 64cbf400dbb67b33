"""What a comparison says, in English and Chinese: one sentence with the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resnet_core.bilingual import Language
from resnet_core.compare.clauses import clauses
from resnet_core.graph.model import Graph
from resnet_core.language.notation import shape_text
from resnet_core.language.numbers import amount
from resnet_core.language.terms import say

if TYPE_CHECKING:
    from resnet_core.compare.comparison import Comparison


def sentence(comparison: Comparison, language: Language) -> str:
    """What differs, and what it costs: one sentence."""
    a, b = comparison.names
    if comparison.same:
        total = comparison.b.graph.totals
        count = f"{total.params:,}"
        if language == "zh":
            return f"{a} 与 {b} 的计算完全相同：{count} 个参数。"
        return f"{a} and {b} compute the same: {count} parameters."
    rows = comparison.rows(language)
    parts = clauses(comparison.a.graph, comparison.b.graph, rows, language)
    if not parts:
        wiring = ("只有连线不同", "only the wiring differs")
        sizes = ("只有输入的大小不同", "only the input differs")
        moved = any(not row.same for row in rows)
        parts = [(sizes if moved else wiring)[language == "en"]]
    costs = figures(comparison, language)
    if language == "zh":
        return f"从 {a} 到 {b}：{'；'.join(parts)}；{'，'.join(costs)}。"
    return f"From {a} to {b}: {'; '.join(parts)}; {', '.join(costs)}."


def figures(comparison: Comparison, language: Language) -> list[str]:
    """What changes in parameters, multiply-adds and receptive field."""
    a, b = comparison.a.graph.totals, comparison.b.graph.totals
    broken = [drawing.graph for drawing in (comparison.a, comparison.b)]
    if any(item.problem for item in broken):
        return [
            _stop(name, pair, language)
            for name, pair in zip(comparison.names, broken, strict=True)
            if pair.problem
        ]
    names = ("参数", "乘加", "感受野") if language == "zh" else (
        "parameters", "multiply-adds", "receptive field")  # fmt: skip
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
    one, other = (amount(value, language).strip() for value in (before, after))
    return f"{one} → {other} ({delta}{more})"


def _share(before: int, after: int) -> str:
    percent = 100 * (after - before) / before
    shown = f"{percent:+,.1f}" if abs(percent) >= 0.1 else f"{percent:+.1g}"
    return f"{shown} %".replace("-", "−")


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−")


def _stop(name: str, graph: Graph, language: Language) -> str:
    """Where a structure fails: ``… cannot run: shapes do not fit at add (64×56×56, 64×28×28)``."""
    problem = graph.problem
    assert problem is not None
    met = ", ".join(shape_text(shape) for shape in problem.shapes)
    reason = say(problem.title, language)
    if language == "zh":
        return f"{name} 无法运行：{problem.node} 处{reason}（{met}）"
    return f"{name} cannot run: {reason} at {problem.node} ({met})"
