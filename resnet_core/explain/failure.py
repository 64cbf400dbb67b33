"""A structure that cannot run: what was met, why it fails, what would fix it."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.explain.shortcut import described
from resnet_core.graph.model import Graph, Problem
from resnet_core.graph.structure import Anatomy, stride
from resnet_core.language.notation import shape_text
from resnet_core.language.terms import say, whole


def failure(graph: Graph) -> Iterator[Passage]:
    """The paragraph on the call that failed."""
    problem = graph.problem
    if problem is None:
        return
    at = problem.node
    claim = Said(
        f"It cannot run: {problem.title} at {at}.",
        f"它跑不起来：到 {at} 这里，{say(problem.title, 'zh')}。",
        (at,),
    )
    if problem.title == "cannot run":
        claim = Said(f"It cannot run: {at} fails.", f"它跑不起来：{at} 这一步失败了。", (at,))
    said = [_met(problem), *_twice(graph), *_forbidden(graph), *_fix(problem),
            *_only_in_use(graph)]  # fmt: skip
    yield Passage(claim, tuple(said))


def so_far(block: Anatomy) -> Iterator[Passage]:
    """The calls of a block that ran before the one that failed, and how far x came."""
    problem = block.graph.problem
    ran = [node for node in block.calls if problem is None or node.id != problem.node]
    ran = [node for node in ran if node.shape]
    if not ran:
        return
    reached = whole(ran[-1].shape)
    claim = Said("The block is not complete.", "这个块没有跑完。", ids(ran))
    said = Said(
        f"This much ran before the failure: {described(ran, 'en')}; the last of them gave out "
        f"{reached}.",
        f"出错之前跑过的有：{described(ran, 'zh')}；最后得到的是 {reached}。",
        ids(ran),
    )
    yield Passage(claim, (said,))


def _met(problem: Problem) -> Said:
    reason, chinese = problem.text["en"], problem.text["zh"]
    if len(problem.shapes) > 1:
        shapes = [shape_text(shape) for shape in problem.shapes]
        return Said(
            f"{' and '.join(shapes)} meet there. {_capital(reason)}.",
            f"在那里汇合的是 {' 与 '.join(shapes)}。{chinese}。",
            (problem.node,),
        )
    if problem.title == "cannot run":
        return Said(f"In torch's words: {reason}.", f"torch 的原话是：{chinese}。", (problem.node,))
    return Said(f"{_capital(reason)}.", f"{chinese}。", (problem.node,))


def _twice(graph: Graph) -> Iterator[Said]:
    """The commonest cause: the main path takes the stride twice and the shortcut once."""
    problem = graph.problem
    if problem is None or graph.node[problem.node].role != "add":
        return
    steps = [call for call in graph.calls if call.role == "conv" and stride(call) > 1]
    main = [step for step in steps if step.lane == "main"]
    side = [step for step in steps if step.lane == "shortcut"]
    if len(main) == 2 and len(side) == 1:
        once, both = stride(side[0]), stride(main[0]) * stride(main[1])
        yield Said(
            f"The cause: {main[0].id} and {main[1].id} both take the stride, so the main path "
            f"divides the size by {stride(main[0])} · {stride(main[1])} = {both}, while the "
            f"shortcut divides it by {once} only. Both paths must divide the size by the same "
            "number.",
            f"原因：{main[0].id} 和 {main[1].id} 都带步长，主路把边长除以 "
            f"{stride(main[0])} · {stride(main[1])} = {both}，捷径却只除以 {once}。"
            "两条路径必须把边长除以同一个数。",
            (main[0].id, main[1].id, side[0].id),
        )


def _forbidden(graph: Graph) -> Iterator[Said]:
    """A shortcut that must stay the identity though the shapes differ."""
    problem = graph.problem
    if problem is None or len(problem.shapes) < 2:
        return
    above = [graph.group[path] for path in (*graph.lineage(graph.node[problem.node].group), "")]
    knobs = next((box.attributes for box in above if box.level == "block"), {})
    name = next((n for n in ("shortcut", "downsample") if knobs.get(n) == "identity"), "")
    if name:
        yield Said(
            f"{name}=identity forbids whatever would bring x to the shape of f(x).",
            f"{name}=identity 不许在捷径上做任何变换，x 只能保持原来的形状。",
            (problem.node,),
        )


def _fix(problem: Problem) -> Iterator[Said]:
    if not problem.fix:
        return
    values = ", ".join(f"{name}={value}" for name, value in problem.fix)
    yield Said(
        f"It runs with {values}.",
        f"改成 {values} 就能跑。",
        (problem.node,),
    )


def _only_in_use(graph: Graph) -> Iterator[Said]:
    """Batch norm on one position of one image: it runs, but not in training."""
    problem = graph.problem
    if problem is None or dict(problem.fix or ()).get("norm_layer") != "batch":
        return
    node = graph.node[problem.node]
    shape = node.inputs[0] if node.inputs else ()
    if node.type == "InstanceNorm2d" and shape[0] == 1 and shape[2:] == (1, 1):
        yield Said(
            "That holds for use, not for training: there one position of one image is too little "
            "for batch norm as well, because one number has no deviation.",
            "这只在推理时成立：训练时，一张图的一个位置对批归一化也太少，单个数没有标准差可言。",
            (problem.node,),
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
