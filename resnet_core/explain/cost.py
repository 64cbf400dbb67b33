"""What a structure costs and where: groups, width, dilation, biases; shares of the stages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from resnet_core.bilingual import LANGUAGES, Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.explain.facts import gated, pixels
from resnet_core.explain.main_path import called
from resnet_core.explain.positions import Window, window
from resnet_core.graph.model import Node, Shape
from resnet_core.graph.structure import (
    Anatomy,
    Outline,
    channels,
    groups,
    in_a_row,
    is_depthwise,
    kernel,
    size_of,
    weighted,
    weights,
)
from resnet_core.language.notation import Caption
from resnet_core.language.terms import (
    Few,
    Many,
    listed,
    percent,
    ratio,
    several,
    side,
)


def savings(block: Anatomy) -> Iterator[Passage]:
    """The paragraphs on groups, width and dilation, where they are not one."""
    for item in block.spatial:
        if groups(item) > 1 and not is_depthwise(item):
            yield _grouped(item, _mixed_behind(block, item))
    middle = block.spatial[0] if block.spatial else None
    if middle is not None and "base_width" in block.knobs and block.type == "Bottleneck":
        yield from _width(block, middle)
    if middle is not None and _dilation(middle) > 1:
        yield from _dilated(middle)


def _mixed_behind(block: Anatomy, node: Node) -> bool:
    """Whether the next layer is a 1×1 over all channels."""
    behind = block.steps[block.steps.index(node) + 1 :]
    return bool(behind) and kernel(behind[0]) == 1 and groups(behind[0]) == 1


def _grouped(node: Node, mixed: bool) -> Passage:
    count, (given, made) = groups(node), channels(node)
    full = Many(node.macs * count)
    return Passage(
        Said(
            f"The {size_of(node)} works in {count:,} groups.",
            f"{size_of(node)} 卷积分成 {count:,} 组。",
            (node.id,),
        ),
        (
            Said(
                f"Each of its {made:,} filters sees the {several(given // count, 'channel')} of "
                f"its own group and not all {given:,}. So it has {weights(node):,} weights where "
                f"an ungrouped one would have {weights(node) * count:,}, and costs "
                f"{Many(node.macs):en} multiply-adds instead of {full:en}: both are divided by "
                f"{count:,}.",
                f"{made:,} 个卷积核各自只看本组的 {given // count:,} 个通道，而不是全部 {given:,} "
                "个。"
                f"所以权重只有 {weights(node):,} 个，不分组要 {weights(node) * count:,} 个；"
                f"乘加只要 {Many(node.macs):zh}次，不分组要 {full:zh}次：两者都除以 {count:,}。",
                (node.id,),
            ),
            Said(
                "No group sees here what another one finds"
                f"{'; the 1×1 after it mixes them again' if mixed else ''}.",
                "一组看到什么，别的组在这一层并不知道"
                f"{'；后面的 1×1 再把各组混到一起' if mixed else ''}。",
                (node.id,),
            ),
        ),
    )


def _width(block: Anatomy, middle: Node) -> Iterator[Passage]:
    """How the middle's width comes about, where it is not simply planes."""
    knobs, width = block.knobs, channels(middle)[0]
    planes, base, count = knobs["planes"], knobs["base_width"], knobs["groups"]
    if base == 64 and count == 1:
        return
    plain = 9 * planes * planes
    sum_ = f"int({planes} · {base} / 64) · {count} = {width:,}"
    english, chinese = _part(weights(middle), plain)
    inside = _inside(base, width // count)
    yield Passage(
        Said(
            f"The middle is {several(width, 'channel')} wide.",
            f"中段宽 {width:,} 个通道。",
            (middle.id,),
        ),
        (
            Said(
                f"base_width counts the channels of one group at planes = 64, so the width is "
                f"int(planes · base_width / 64) · groups = {sum_}, where a plain bottleneck has "
                f"{planes:,}.",
                f"base_width 指 planes = 64 时每组的通道数，所以宽度是 "
                f"int(planes · base_width / 64) · groups = {sum_}，普通瓶颈块则是 {planes:,}。",
                (middle.id,),
            ),
            Said(
                "Weights grow with the width squared and fall with the groups: the "
                f"{size_of(middle)} has {weights(middle):,} weights, {english} {plain:,} of the "
                f"plain one. {inside[0]}",
                f"卷积的权重与宽度的平方成正比，与组数成反比：{size_of(middle)} 有 "
                f"{weights(middle):,} 个权重，是普通块 {plain:,} 个的 {chinese}。"
                f"{inside[1]}",
                (middle.id,),
            ),
        ),
    )


def _inside(base: int, each: int) -> tuple[str, str]:
    """What base_width or groups does to the block."""
    if base != 64:
        return Words(
            "The ends do not change: base_width alters only what is inside.",
            "两端不变：base_width 只改变中间。",
        )
    return Words(
        f"groups multiplies the width here, each group keeping {each:,} of its own; ResNeXt "
        "lowers base_width to pay for it.",
        f"这里 groups 让宽度成倍增加，每组仍有 {each:,} 个通道；ResNeXt 用更小的 base_width "
        f"来抵消这一点。",
    )


def _part(count: int, whole: int) -> tuple[str, str]:
    """``4 times the`` or ``1/8 of the``."""
    if count < whole and whole % count == 0:
        return f"1/{whole // count} of the", f"1/{whole // count}"
    times = ratio(count / whole)
    return Words(f"{times} times the", f"{times} 倍")


def _dilated(node: Node) -> Iterator[Passage]:
    found = window(node)
    if found is None or not found.square:
        return
    dilation, side, reach = found.dilation, kernel(node), found.reach
    yield Passage(
        Said(
            f"The {size_of(node)} is dilated by {dilation}.",
            f"{size_of(node)} 卷积的空洞率是 {dilation}。",
            (node.id,),
        ),
        (
            Said(
                f"Its {side * side} points stand {dilation} apart and so reach over "
                f"{reach}×{reach} positions, {dilation}·({side} − 1) + 1 = {reach} on a side. It "
                f"has the same {weights(node):,} weights as without, because only the distances "
                "change.",
                f"{side * side} 个采样点彼此相隔 {dilation} 格，覆盖 {reach}×{reach} 的范围："
                f"边长 {dilation}·({side} − 1) + 1 = {reach}。权重仍是 {weights(node):,} 个，"
                "变的只是间距。",
                (node.id,),
            ),
            *_between(node, found),
        ),
    )


def _between(node: Node, found: Window) -> Iterator[Said]:
    """What the points miss: the positions between them, or on a small map the map itself."""
    dead, of, reach = found.points - found.live, found.points, found.reach
    if dead:
        only = (
            Words(": this layer works as a 1×1", "：这一层等于一个 1×1")
            if found.live == 1
            else ("", "")
        )
        yield Said(
            f"On a map of {side(node.inputs[0])} positions, {dead:,} of its {of:,} points always "
            f"fall on padding{only[0]}.",
            f"在 {side(node.inputs[0])} 的特征图上，{of:,} 个采样点里有 {dead:,} 个总落在补的零上"
            f"{only[1]}。",
            (node.id,),
        )
        return
    why = ("", "")
    if found.stride == 1:
        why = Words(
            " Networks for segmentation do this to see far without shrinking the map.",
            "分割网络这么做，是为了不缩小特征图也能看得远。",
        )
    yield Said(
        f"It does not see what lies between the points: of the {reach * reach:,} positions it "
        f"spans, one output reads at most {of:,}.{why[0]}",
        f"点与点之间的位置它看不到：跨过的 {reach * reach:,} 个位置里，一个输出最多读 {of:,} 个。"
        f"{why[1]}",
        (node.id,),
    )  # fmt: skip


def biases(block: Anatomy) -> Iterator[Passage]:
    """Biases that a norm takes away again."""
    wasted = []
    for node in block.calls:
        after = [block.graph.node[edge.target] for edge in block.graph.outgoing[node.id]]
        cancelled = [item for item in after if item.type in ("BatchNorm2d", "InstanceNorm2d")]
        if node.role == "conv" and node.attributes.get("bias") and cancelled:
            wasted.append(node)
    if not wasted:
        return
    counts = [channels(item)[1] for item in wasted]
    sum_ = " + ".join(f"{count:,}" for count in counts)
    nodes = ids(wasted)
    yield Passage(
        Said(f"{sum(counts):,} of the parameters do nothing in training.",
             f"有 {sum(counts):,} 个参数在训练时不起作用。", nodes),
        (
            Said(
                f"They are the convolutions' biases, {sum_}: a norm follows each of them, "
                "subtracts the mean of every channel and with it whatever was added to the whole "
                "channel. In training bias=False would change nothing; afterwards the running "
                "mean, "
                "where the norm keeps one, has absorbed it.",
                f"那是各个卷积的偏置，{sum_}：每个卷积后面都有归一化，它减去每个通道的均值，"
                "加到整个通道上的数也就一起被减掉了。训练时写成 bias=False，结果不变；"
                "训练之后，运行均值（若有）已把它吸收进去。",
                nodes,
            ),
        ),
    )  # fmt: skip


def total(block: Anatomy) -> Iterator[Passage]:
    """Where the multiply-adds sit, and with them the lesson."""
    if block.graph.problem is not None or not block.macs:
        return
    parts = {
        "around": list(block.spatial),
        "points": [step for step in block.steps if step not in block.spatial],
        "side": [node for node in block.side if node.macs],
        "gate": [node for node in block.calls if node.lane == "gate" and node.macs],
    }
    if not gated(block) or 100 * sum(node.macs for node in parts["gate"]) < block.macs:
        del parts["gate"]  # its own paragraph says how little it is
    told = {name: sum(node.macs for node in nodes) for name, nodes in parts.items()}
    names = {
        "around": _named(block.spatial),
        "points": Words("the layers that see no neighbours", "只看单个位置的层"),
        "side": Words("the shortcut", "捷径"),
        "gate": Words("the gate", "门控"),
    }
    shares = [(names[name], percent(macs, block.macs)) for name, macs in told.items() if macs]
    nodes = ids([call for call in block.calls if call.macs])
    many = for_images(block.given, block.macs)
    whole = Said(
        f"{block.params:,} parameters, {Many(block.macs):en} multiply-adds{many[0]}.",
        f"共 {block.params:,} 个参数，{Many(block.macs):zh}次乘加{many[1]}。",
        nodes,
    )
    if len(shares) < 2:
        yield from _against_a_bottleneck(block)
        return
    goes = [Words(f"{share} to {name[0]}", f"{name[1]}占 {share}") for name, share in shares]
    english, chinese = listed((one.en for one in goes), "en"), "，".join(one.zh for one in goes)
    split = Said(
        f"Of the multiply-adds {english.replace(' to ', ' go to ', 1)}.",
        f"乘加次数里，{chinese}。",
        nodes,
    )
    yield Passage(Said("What it costs.", "代价。"), (whole, split))


def for_images(given: Shape, macs: int) -> tuple[str, str]:
    """What stands behind the work of a batch: for how many images, and what each of them costs."""
    batch = given[0] if len(given) == 4 else 1
    if batch < 2:
        return "", ""
    each = Many(macs // batch)
    return Words(
        f" for the {batch:,} images, {each:en} each", f"（{batch:,} 张图，每张 {each:zh}次）"
    )


def _against_a_bottleneck(block: Anatomy) -> Iterator[Passage]:
    """What two full 3×3 cost beside a bottleneck with the same ends."""
    kernels = [list(step.attributes.get("kernel_size", ())) for step in block.steps]
    if len(block.steps) != 2 or any(sides != [3, 3] for sides in kernels):
        return
    wide, made = channels(block.steps[0])[0], channels(block.steps[1])[1]
    if wide != made or groups(block.steps[0]) > 1:
        return
    wide4, nodes = 4 * made, ids(block.steps)
    other = 2 * made * wide4 + 9 * made * made
    every = sum(map(weights, block.steps))
    yield Passage(
        Said("Both convolutions work at full width.", "两个卷积都在全部通道上算。", nodes),
        (
            Said(
                f"That takes {every:,} weights; with {other:,} a bottleneck carries {wide4:,} "
                f"channels instead of {made:,}: {wide4:,} → {made:,} → {made:,} → {wide4:,}. "
                f"That is the "
                "block from ResNet-50 on.",
                f"这要 {every:,} 个权重；瓶颈块 {wide4:,} → {made:,} → {made:,} → {wide4:,} 用 "
                f"{other:,} 个权重就能处理 {wide4:,} 个通道，而不是 {made:,} 个。"
                "从 ResNet-50 起用的就是它。",
                nodes,
            ),
        ),
    )


def _named(nodes: tuple[Node, ...]) -> tuple[str, str]:
    sizes = list(dict.fromkeys(map(size_of, nodes)))
    english, chinese = (listed(sizes, language) for language in LANGUAGES)
    kind = Words("depthwise ", "逐通道的 ") if nodes and all(map(is_depthwise, nodes)) else ("", "")
    if len(nodes) == 1:
        return Words(f"the {kind[0]}{english}", f"{kind[1] or ' '}{chinese} 卷积".lstrip())
    count = Few(len(nodes))
    return Words(
        f"the {count:en} {kind[0]}{english} convolutions",
        f"{count:zh}个{kind[1] or ' '}{chinese} 卷积",
    )


def _dilation(node: Node) -> int:
    value = node.attributes.get("dilation", 1)
    return int(value[0] if isinstance(value, list | tuple) else value)


Part = tuple[str, str, Sequence[Node]]


def shares(outline: Outline) -> Iterator[Passage]:
    """Parameters and multiply-adds by stem, stage and head."""
    parts = _parts(outline)
    if len(parts) < 2:
        return
    yield shared(outline, parts)


def _parts(outline: Outline) -> list[Part]:
    stages = [(stage.name, stage.name, stage.calls) for stage in outline.stages]
    if len(stages) == 1:
        stages = [
            (called(block, "en"), called(block, "zh"), block.calls)
            for block in outline.stages[0].blocks
        ]
        if len(stages) > 1:
            rest = [node for _, _, nodes in stages[1:] for node in nodes]
            others = Words("the rest", "其余各块")
            stages = [stages[0], (*others, tuple(rest))]
    first = Words("the stem", "起始层") if pixels(outline) else Words("the downsampling", "下采样")
    ends = [(*first, outline.stem), (*Words("the head", "分类头"), outline.head)]
    found = [ends[0], *stages, ends[1]]
    return [pair for pair in found if sum(node.params + node.macs for node in pair[2])]


def shared(outline: Outline, parts: list[Part]) -> Passage:
    """The shares of some parts, with what explains them."""
    totals = outline.graph.totals
    params = [sum(node.params for node in nodes) for _, _, nodes in parts]
    macs = [sum(node.macs for node in nodes) for _, _, nodes in parts]
    many = for_images(outline.graph.inputs[0].shape, totals.macs)
    nodes = ids(node for _, _, calls in parts for node in calls if node.macs or node.params)
    said = [
        _split(Words(f"{totals.params:,} parameters", f"参数 {totals.params:,} 个"),
               parts, params, totals.params, nodes),
        _split(Words(f"{Many(totals.macs):en} multiply-adds{many[0]}",
                     f"乘加 {Many(totals.macs):zh}次{many[1]}"),
               parts, macs, totals.macs, nodes),
    ]  # fmt: skip
    heavy, busy = params.index(max(params)), macs.index(max(macs))
    if heavy != busy:
        said.append(
            Said(
                f"The two do not go together: most parameters are in {parts[heavy][0]}, most work "
                f"is in {parts[busy][0]}. A convolution's weights grow with the channels squared; "
                "each of them is used once at every position, and late layers have few positions.",
                f"两者不在一处：参数最多的是{parts[heavy][1]}，计算最多的是{parts[busy][1]}。"
                "卷积的权重随通道数的平方增长；每个权重在每个位置上用一次，而越靠后位置越少。",
                nodes,
            )
        )
    return Passage(
        Said(
            "Where the parameters and the work sit.",
            "参数和计算各在哪里。",
        ),
        tuple(said),
    )


def _split(
    whole: Words,
    parts: list[Part], values: list[int], total: int, nodes: tuple[str, ...],
) -> Said:  # fmt: skip
    told = [
        Words(f"{percent(value, total)} in {part[0]}", f"{part[1]}占 {percent(value, total)}")
        for part, value in zip(parts, values, strict=True)
        if value
    ]
    return Said(
        f"{whole.en}: {', '.join(note[0] for note in told)}.",
        f"{whole.zh}：{'，'.join(note[1] for note in told)}。",
        nodes,
    )


def depth(outline: Outline, caption: Caption) -> Iterator[Passage]:
    """How the layers are counted, and whether that is the number in the name."""
    graph, layers = outline.graph, outline.layers
    if not outline.blocks or not outline.head:
        return
    counts = [len(list(weighted(block.calls))) for block in outline.blocks]
    stem, head = (len(list(weighted(part))) for part in (outline.stem, outline.head))
    if len(set(counts)) > 1 or len(layers) - sum(counts) - stem - head:
        return
    ways = [in_a_row(graph, block.calls) for block in outline.blocks]
    deep = in_a_row(graph, graph.calls)
    if stem + sum(ways) + head != deep:
        return
    said = [_counted(outline, stem, ways, head)]
    if deep < len(layers):
        said.append(_side_by_side(outline, stem, head))
    named = [int(number) for number in re.findall(r"\d+", caption.title)]
    if deep in named:
        claim = Said(f"This is the {deep:,} in the name.", f"名字里的 {deep:,} 由此而来。")
        said += _six_n(outline, layers)
    elif named and max(named) >= 10:
        claim = Said(
            f"The name says {max(named):,}, the count {deep:,}.",
            f"名字写 {max(named):,}，数出来 {deep:,}。",
        )
        if stem > 1 and deep - max(named) == stem - 1:
            said.append(
                Said(
                    f"The name is that of the network with a single convolution in the stem; here "
                    f"it has {Few(stem):en}.",
                    f"名字沿用起始层只有一个卷积的那个网络；这里起始层有{Few(stem):zh}个。",
                    ids(outline.stem),
                )
            )
    else:
        claim = Said(f"It is {deep:,} layers deep.", f"它有 {deep:,} 层深。")
    yield Passage(claim, tuple(said))


def _counted(outline: Outline, stem: int, ways: list[int], head: int) -> Said:
    """The sum of the layers that the longest way meets."""
    kinds = {way: ways.count(way) for way in dict.fromkeys(ways)}
    total = stem + sum(ways) + head
    sums = " + ".join(f"{count:,} · {way}" for way, count in kinds.items())
    told = Words(
        listed((f"{several(count, 'block')} of {way}" for way, count in kinds.items()), "en"),
        listed((f"{count:,} 个块各 {way} 层" for way, count in kinds.items()), "zh"),
    )
    return Said(
        f"Count the layers with weights on the longest path through the main path: {stem} in the "
        f"stem, {told[0]}, {head} at the end, {stem} + {sums} + {head} = {total:,}. Norms and what "
        "stands on a shortcut do not count.",
        f"沿最长的一条路径数带权重的层：起始层 {stem} 层，{told[1]}，末尾 {head} 层，"
        f"{stem} + {sums} + {head} = {total:,}。归一化和捷径上的层不算。",
        ids(outline.layers),
    )


def _side_by_side(outline: Outline, stem: int, head: int) -> Said:
    """What a count misses where layers of a block stand side by side."""
    blocks, every = len(outline.blocks), len(outline.layers)
    short = f"{stem} + {blocks:,} · 3 + {head} = {stem + 3 * blocks + head:,}"
    return Said(
        f"Layers side by side count once, so this is fewer than the {every:,} that there are. "
        f"Names such as Res2Net-50 count all slices of a block as one layer: {short}.",
        f"并列的层只算一次，所以少于总层数 {every:,} 层。Res2Net-50 这类名字把一个块里的各片"
        f"算作一层：{short}。",
        ids(outline.layers),
    )


def _six_n(outline: Outline, layers: Sequence[Node]) -> Iterator[Said]:
    """CIFAR's rule: three stages of n blocks of two layers."""
    counts = {len(stage.blocks) for stage in outline.stages}
    if len(outline.stages) != 3 or len(counts) != 1:
        return
    n = counts.pop()
    if 6 * n + 2 == len(layers):
        yield Said(
            f"With n blocks in each of three stages that is 6n + 2; here n = {n:,}.",
            f"三个阶段各 n 个块，就是 6n + 2；这里 n = {n:,}。",
            tuple(stage.path for stage in outline.stages if stage.path),
        )
