"""The sentence of a comparison, in English and Chinese: what differs, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from resnet_core.bilingual import TYPESET, Language, Text
from resnet_core.compare import families
from resnet_core.compare.alignment import replaced
from resnet_core.compare.changes import Pair, examples, kinds, listed
from resnet_core.compare.diff import Diff
from resnet_core.explain.facts import ends_in_norm, whole_image
from resnet_core.graph.model import Graph, Node
from resnet_core.graph.structure import Outline
from resnet_core.language.notation import shape_text, spoken
from resnet_core.language.terms import amount, say

_CHANGES = {
    "added": Text("added", "新增"),
    "removed": Text("removed", "移除"),
    "changed": Text("changed", "改动"),
    "reshaped": Text("reshaped", "形状改变"),
    "unreached": Text("not reached", "未执行到"),
    "same": Text("same", "相同"),
}
_UNCHANGED = Text(" (unchanged)", "（不变）")
_CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")


def change_word(change: str, language: Language) -> str:
    """``added``, in the language."""
    return _CHANGES[change][language] if change in _CHANGES else say(change, language)


def clauses(a: Graph, b: Graph, rows: Iterable[Pair], language: Language) -> list[str]:
    """What differs, the decisive first; empty where no call differs."""
    rows = tuple(rows)
    if families.apart(a, b, rows):
        return list(families.clauses(a, b, language))
    calls = [row for row in rows if row.node.kind not in ("input", "output")]
    found = [*_replacements(a, b, language)]
    for change, graph in (("added", b), ("removed", a)):
        lone = [row.node for row in calls if row.change == change and not row.fate]
        found += _clause(change, len(lone), _things(graph, lone, language), language)
    for way in ("earlier", "later"):
        moved = [row.node for row in calls if row.change == "added" and row.fate == way]
        found += _clause(f"moved {way}", len(moved), kinds(moved, language), language)
    changed = [row for row in calls if row.change == "changed"]
    found += _clause("changed", len(changed), examples(changed, language), language)
    reshaped = [row for row in calls if row.change == "reshaped"]
    return found + _clause("reshaped", len(reshaped), "", language)


def _clause(word: str, count: int, inside: str, language: Language) -> list[str]:
    """``2 calls added (batch norm, ReLU)``; none where there is nothing to tell."""
    if not count:
        return []
    word = change_word(word, language)
    noun = "call" if count == 1 else "calls"
    told = Text(f"{count} {noun} {word}", f"{word} {count} 个运算")[language]
    return [told + (Text(f" ({inside})", f"（{inside}）")[language] if inside else "")]


def _replacements(a: Graph, b: Graph, language: Language) -> Iterator[str]:
    """``7×7 conv replaced by 3 × 3×3 conv, 2 × batch norm, 2 × ReLU``."""
    sides = [(kinds([a.node[name]], language), _module(b, path, language))
             for name, path in replaced(a, b).items()]  # fmt: skip
    sides += [(_module(a, path, language), kinds([b.node[name]], language))
              for name, path in replaced(b, a).items()]  # fmt: skip
    for one, other in sides:
        yield Text(f"{one} replaced by {other}", f"{one}替换为 {other}")[language]


def _module(graph: Graph, path: str, language: Language) -> str:
    return kinds((n for n in graph.nodes if path in graph.lineage(n.group)), language)


def _things(graph: Graph, nodes: Sequence[Node], language: Language) -> str:
    """What sorts of call; a block or module that is there as a whole is told by its class."""
    alone = {node.id for node in nodes}
    parts: dict[str, set[str]] = {}
    for node in graph.nodes:
        for path in graph.lineage(node.group):
            parts.setdefault(path, set()).add(node.id)
    whole = {path for path, inside in parts.items()
             if inside <= alone and graph.group[path].type not in _CONTAINERS}  # fmt: skip
    found: dict[str, str] = {}
    for node in nodes:
        around = [path for path in graph.lineage(node.group) if path in whole]
        sort = graph.group[around[-1]].type if around else kinds([node], language)
        found[around[-1] if around else node.id] = sort
    return listed(found.values(), language)


def summary(diff: Diff, language: Language) -> str:
    """What differs, and what it costs: one sentence."""
    a, b = (spoken(name, language) for name in diff.names)
    if diff.same:
        count = f"{diff.b.totals.params:,}"
        if other := _other_start(diff):
            return TYPESET[language](other[language])
        told = Text(
            f"{a} and {b} compute the same: {count} parameters.",
            f"{a} 与 {b} 的计算完全相同：{count} 个参数。",
        )
        return TYPESET[language](told[language])
    diff = diff.told(language)
    parts = _given(diff, language)
    if not (parts and diff.only_sizes):
        parts += clauses(diff.a, diff.b, diff.pairs, language)
    if not parts:
        wiring = Text("only the wiring differs", "只有连线不同")
        parts = [wiring[language]]
    costs, more = figures(diff, language), list(_everywhere(diff, language))
    told = Text(
        f"From {a} to {b}: {'; '.join([*parts, ', '.join(costs), *more])}.",
        f"从 {a} 到 {b}：{'；'.join([*parts, '，'.join(costs), *more])}。",
    )
    return TYPESET[language](told[language])


def _given(diff: Diff, language: Language) -> list[str]:
    """That the inputs differ, before anything is said of what was made of them."""
    one, other = ([node.shape for node in graph.inputs] for graph in (diff.a, diff.b))
    if one == other:
        return []
    if [shape[1:] for shape in one] == [shape[1:] for shape in other] and diff.only_sizes:
        batches = one[0][0], other[0][0]
        return [Text("only the batch differs ({} → {})", "只有批量不同（{} → {}）").format(
            *batches)[language]]  # fmt: skip
    shapes = [", ".join(map(shape_text, shapes)) for shapes in (one, other)]
    told = Text("the inputs differ ({} → {})", "输入不同（{} → {}）")
    if diff.only_sizes:
        told = Text("only the input differs ({} → {})", "只有输入的大小不同（{} → {}）")
    return [told.format(*shapes)[language]]


def _other_start(diff: Diff) -> Text | None:
    """Equal calls whose weights start otherwise: zero_init_residual is seen in no picture."""
    starts = [bool(s.caption.parameters.get("zero_init_residual")) for s in diff.subjects]
    if starts[0] == starts[1]:
        return None
    name, count = diff.names[starts.index(True)], f"{diff.b.totals.params:,}"
    blocks = Outline(diff.b).blocks
    layer = Text("convolution", "卷积")
    if all(map(ends_in_norm, blocks)):
        layer = Text("norm", "归一化")
    return Text(
        f"The calls are the same, {count} parameters, but training starts differently: in {name} "
        f"the last {layer.en} on each main path starts at zero.",
        f"运算完全相同，{count} 个参数，但训练的起点不同：{spoken(name, 'zh')} 中"
        f"每条主路最后一个{layer.zh}的权重从零开始。",
    )


def figures(diff: Diff, language: Language) -> list[str]:
    """What changes in parameters, multiply-adds and receptive field."""
    stops = [
        _stop(subject.name, subject.graph, language)
        for subject in diff.subjects
        if subject.graph.problem
    ]
    if stops:
        return stops
    a, b = diff.a.totals, diff.b.totals
    sight = _count(a.receptive_field, b.receptive_field, language, share=False)
    return [
        f"{Text('parameters', '参数量')[language]} {_count(a.params, b.params, language)}",
        f"{Text('multiply-adds', '乘加次数')[language]} {_large(a.macs, b.macs, language)}",
        f"{Text('receptive field', '感受野')[language]} {sight}",
    ]


def _everywhere(diff: Diff, language: Language) -> Iterator[str]:
    """Where only one of the two lets every position depend on the whole map: no window tells it."""
    if any(subject.graph.problem for subject in diff.subjects):
        return
    one, other = (whole_image(Outline(graph)) for graph in (diff.a, diff.b))
    if any(one) == any(other):
        return
    name, (gates, _) = (diff.names[0], one) if any(one) else (diff.names[1], other)
    through = Text("gates", "门控") if gates else Text("norms", "归一化")
    yield Text(
        f"in {name} every position also depends on the whole map, through the {through.en}",
        f"{name} 中每个位置还通过{through.zh}与整张图有关",
    )[language]


def _count(before: int, after: int, language: Language, share: bool = True) -> str:
    if before == after:
        return f"{after:,}{_UNCHANGED[language]}"
    deltas = [_signed(after - before), *([part_of(before, after)] if share and before else [])]
    return f"{before:,} → {after:,}{_aside(deltas, language)}"


def _large(before: int, after: int, language: Language) -> str:
    if before == after:
        return f"{amount(after, language).strip()}{_UNCHANGED[language]}"
    sign = "+" if after > before else "−"
    delta = f"{sign}{amount(abs(after - before), language).strip()}"
    one, other = (amount(number, language).strip() for number in (before, after))
    deltas = [delta, *([part_of(before, after)] if before else [])]
    return f"{one} → {other}{_aside(deltas, language)}"


def _aside(parts: Sequence[str], language: Language) -> str:
    """In brackets, as each language sets them."""
    return Text(f" ({', '.join(parts)})", f"（{'，'.join(parts)}）")[language]


def part_of(before: int, after: int) -> str:
    """A difference as a part of what was: ``+5.9%``."""
    percent = 100 * (after - before) / before
    shown = f"{percent:+,.1f}" if abs(percent) >= 0.1 else f"{percent:+.1g}"
    shown = f"{percent:+,.0f}" if abs(percent) >= 100 else shown
    return f"{shown}%".replace("-", "−")


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−")


def _stop(name: str, graph: Graph, language: Language) -> str:
    """Where a structure fails: ``… cannot run: shapes do not fit at add (64×56×56, 64×28×28)``."""
    problem = graph.problem
    assert problem is not None
    met = ", ".join(shape_text(shape) for shape in problem.shapes)
    reason = say(problem.title, language)
    return Text(
        f"{name} cannot run: {reason} at {problem.node} ({met})",
        f"{spoken(name, 'zh')} 无法运行：{problem.node} 处{reason}（{met.replace(', ', '、')}）",
    )[language]
