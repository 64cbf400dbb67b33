"""The shortcut: what it is, what decided it, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from math import prod

from resnet_core.bilingual import LANGUAGES, NO_WORDS, Language, Text, Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.explain.facts import one_in, ragged, taken
from resnet_core.explain.main_path import branch, capital
from resnet_core.explain.positions import window
from resnet_core.graph.model import Node, Shape
from resnet_core.graph.structure import (
    Anatomy,
    kernel,
    size_of,
    stride,
    weights,
)
from resnet_core.language.notation import call_title
from resnet_core.language.terms import (
    Few,
    listed,
    percent,
    several,
    side,
    whole,
)

_KNOBS = ("shortcut", "downsample")


def shortcut(block: Anatomy) -> Iterator[Passage]:
    """The paragraph on the shortcut of a block that runs."""
    if block.graph.problem is not None:
        return
    if block.join is None:
        if block.knobs.get("shortcut") == "none":
            yield _none(block)
        return
    if not block.closed:
        yield inner(block)
        return
    tell = {"identity": _identity, "projection": _projection, "pooled": _pooled}
    if block.kind == "padded" and _widens(block):
        yield _padded(block)
    else:
        yield tell.get(block.kind, _other)(block)


def _widens(block: Anatomy) -> bool:
    """Whether a padded shortcut does what option A does: take fewer positions, add channels."""
    given, made = block.given, block.summed
    if not len(given) == len(made) == 4 or given == made:
        return False
    return given[1] <= made[1] and given[2] >= made[2] > 0


def reasons(block: Anatomy) -> tuple[list[str], list[str]]:
    """Why the input cannot be added as it is; empty where it could."""
    found = []
    given, made = block.given, block.summed
    if len(given) < 4 or len(given) != len(made):
        return _differs(given, made)
    if any(one < other for one, other in zip(given[2:], made[2:], strict=True)):
        found.append(
            Words(
                f"the map grows from {side(given)} to {side(made)}",
                f"特征图从 {side(given)} 放大到 {side(made)}",
            )
        )
    elif given[2:] != made[2:]:
        step = given[2] // max(1, made[2])
        found.append(
            Words(
                f"the map shrinks from {side(given)} to {side(made)} "
                f"(stride {_stride(block, step)})",
                f"特征图从 {side(given)} 缩到 {side(made)}（步长 {_stride(block, step)}）",
            )
        )
    if given[1] != made[1]:
        found.append(other_channels(given, made))
    return [reason.en for reason in found], [reason.zh for reason in found]


def other_channels(given: Shape, made: Shape) -> Words:
    """That the channels are others afterwards."""
    return Words(
        f"the channels change ({given[1]:,} ≠ {made[1]:,})",
        f"通道数变了（{given[1]:,} ≠ {made[1]:,}）",
    )


def _differs(given: Shape, made: Shape) -> tuple[list[str], list[str]]:
    """The reason where the input is no map: numbers in rows, as a linear layer takes them."""
    if given == made:
        return [], []
    reason = Words(
        f"the shape changes ({whole(given)} ≠ {whole(made)})",
        f"形状变了（{whole(given)} ≠ {whole(made)}）",
    )
    return [reason.en], [reason.zh]


def _stride(block: Anatomy, measured: int) -> int:
    return int(block.knobs.get("stride", measured))


def _because(block: Anatomy) -> Said:
    english, chinese = reasons(block)
    if len(english) > 1:
        return Said(
            f"There are two reasons, and one of them would be enough: {english[0]}, and "
            f"{english[1]}.",
            f"理由有两个，任一成立就够了：{chinese[0]}，{chinese[1]}。",
            ids(block.joins[-1:]),
        )
    if len(block.given) < 4 or len(block.given) != len(block.summed):
        return Said(f"{capital(english[0])}.", f"{chinese[0]}。", ids(block.joins[-1:]))
    spared = Words("The channels agree", "通道数倒是一致")
    if "channels" in english[0]:
        spared = Words(
            f"The map keeps its {side(block.given)}", f"特征图倒还是 {side(block.given)}"
        )
    return Said(
        f"One reason is enough: {english[0]}. {spared[0]}.",
        f"理由只有一个，但已足够：{chinese[0]}。{spared[1]}。",
        ids(block.joins[-1:]),
    )


def _identity(block: Anatomy) -> Passage:
    given = whole(block.given)
    claim = Said("The shortcut is the input itself.", "捷径就是输入本身。", ids(block.joins))
    if len(block.joins) > 1:
        claim = Said(
            "Every shortcut is the input itself.", "每条捷径都是输入本身。", ids(block.joins)
        )
    return Passage(claim, (_fits(block, given), *_easy(block)))


def _easy(block: Anatomy) -> Iterator[Said]:
    """What the identity is good for: doing nothing is easy, or the gradient has a straight way."""
    joins = ids(block.joins)
    if block.ending is None:
        f, slope = branch(block)
        yield Said(
            "It costs nothing and changes nothing. And since nothing follows the addition, the "
            f"derivative of x + {f} is exactly 1 + {slope}(x): the gradient reaches the layers "
            f"before this block even where {slope} is almost zero.",
            f"它没有任何开销，也不改一个数。相加之后没有别的运算，x + {f} 的导数正好是 "
            f"1 + {slope}(x)：哪怕后一项几乎为零，梯度照样传得到前面的层。",
            joins,
        )
        return
    name = call_title(block.ending)
    yield Said(
        f"It costs nothing, and doing nothing becomes easy: with f = 0 only the {name} is left "
        "between x and the output. Layers without a shortcut would have to learn the identity, "
        "and the paper of 2015 saw them fail at it: a plain network of 34 layers fitted its "
        "training images worse than one of 18 (degradation).",
        f"它没有任何开销，而且“什么都不做”变得容易：f = 0 时，x 到输出之间只剩 {name}。"
        "没有捷径的层要自己学会恒等映射，2015 年的论文发现它们学不好："
        "34 层普通网络的训练误差反而高于 18 层（退化问题）。",
        joins,
    )


def _fits(block: Anatomy, given: str) -> Said:
    """Which condition let the input through as it is."""
    knob = next((knob for knob in _KNOBS if knob in block.knobs), "")
    value = block.knobs.get(knob, "")
    more = NO_WORDS
    if value in ("padded", "avgpool"):
        more = Words(
            f"; {knob}={value} would only act where the shapes differ",
            f"；{knob}={value} 只在形状不同时才起作用",
        )
    elif value == "identity":
        more = Words(
            f"; {knob}=identity insists on it, {knob}=auto would have chosen the same",
            f"；{knob}=identity 是硬性要求，换成 {knob}=auto 结果也一样",
        )
    elif value == "auto":
        width = block.given[1]
        agree = Words("one channel on both sides", "进出都是一个通道") if width == 1 else Words(
            f"{width:,} = {width:,} channels", f"通道数 {width:,} = {width:,}")  # fmt: skip
        more = Words(
            f": stride 1 and {agree[0]} leave {knob}=auto nothing to do",
            f"：步长为 1，{agree[1]}，{knob}=auto 便什么也不加",
        )
    return Said(
        f"f(x) comes out as {given}, just as x came in, so the two can be added as they are"
        f"{more.en}.",
        f"f(x) 的输出形状是 {given}，与 x 相同，可以直接相加{more.zh}。",
        ids(block.joins),
    )


def _projection(block: Anatomy) -> Passage:
    why, _ = reasons(block)
    if not why:
        return _forced(block)
    claim = Said(
        "The shortcut needs a projection.",
        "捷径必须做投影。",
        ids(block.side),
    )
    said = [_because(block), _through(block), _share(block)]
    conv = next((item for item in block.side if weights(item)), None)
    found = window(conv) if conv is not None else None
    if conv is not None and kernel(conv) == 1 and found is not None and not found.complete:
        said.append(_skipping(block, conv))
    return Passage(claim, tuple(said))


def _skipping(block: Anatomy, conv: Node) -> Said:
    """What a strided 1×1 on the shortcut does not see."""
    found = window(conv)
    read = one_in(found.read, found.size) if found else ("", "")
    knob = "shortcut=avgpool" if "shortcut" in block.knobs else ""
    how, chinese = (f" ({knob})", f"（{knob}）") if knob else ("", "")
    return Said(
        f"A 1×1 at stride {stride(conv)} reads {read[0]}; the shortcut skips "
        f"the rest of {taken(block)}, which ResNet-D avoids by pooling first{how}.",
        f"步长为 {stride(conv)} 的 1×1 卷积，{read[1]}，"
        f"{taken(block)} 的其余部分在这条路上就丢了；"
        f"ResNet-D 先做池化，补的就是这一点{chinese}。",
        (conv.id,),
    )


def _through(block: Anatomy) -> Said:
    given = taken(block)
    return Said(
        f"So {given} passes {described(block.side, 'en')}; unchanged, {whole(block.given)} could "
        f"not be added to {whole(block.summed)}.",
        f"于是 {given} 要先过{described(block.side, 'zh')}；不然 {whole(block.given)} 没法与 "
        f"{whole(block.summed)} 相加。",
        ids(block.side),
    )


def _share(block: Anatomy) -> Said:
    mine = sum(weights(item) for item in block.side)
    layers = [node for node in block.calls if node.role in ("conv", "linear")]
    # A layer that is called twice, as CBAM's are, has its weights once.
    every = sum(weights(node) for node in {node.path: node for node in layers}.values())
    linear = any(node.role == "linear" for node in block.side)
    kind = ("", "") if linear else Words("convolution ", "卷积")
    return Said(
        f"It holds {mine:,} of the {every:,} {kind[0]}weights in this block, "
        f"{percent(mine, every)}.",
        f"这个块的{kind[1]}权重共 {every:,} 个，它占 {mine:,} 个，即 {percent(mine, every)}。",
        ids(block.side),
    )


def _forced(block: Anatomy) -> Passage:
    """A projection that nothing requires."""
    mine = sum(node.params for node in block.side)
    knob = next((knob for knob in _KNOBS if block.knobs.get(knob) == "projection"), "")
    step = block.knobs.get("stride", 1)
    where, there = whole(block.given), [described(block.side, language) for language in LANGUAGES]
    if knob:
        why = Words(
            f"but {knob}=projection puts {there[0]} there all the same",
            f"{knob}=projection 仍然放了{there[1]}",
        )
    elif step != 1:
        why = Words(
            f"but the rule in the code asks about the stride, and {step} ≠ 1: so {taken(block)} "
            f"passes {there[0]}",
            f"但代码里的规则问的是步长，而 {step} ≠ 1：于是 {taken(block)} 要过{there[1]}",
        )
    else:
        why = Words(f"but this class always puts {there[0]} there", f"这个类总要放{there[1]}")
    said = [
        Said(
            f"x and f(x) are both {where} and could be added as they are, {why[0]}.",
            f"x 与 f(x) 都是 {where}，本可直接相加，{why[1]}。",
            ids(block.side),
        )
    ]
    if knob or step == 1:
        said.append(
            Said(
                f"That is option C of the ResNet paper, which found it hardly better than the "
                f"identity. It costs {mine:,} parameters, and the gradient no longer has a way "
                "back that nothing alters.",
                f"这是 ResNet 论文里的 C 方案，论文自己也发现它比恒等好不了多少。它要花 {mine:,} 个"
                "参数，梯度也不再有一条不受改动的通路。",
                ids(block.side),
            )
        )
    claim = Said(
        "The shortcut projects although it does not have to.",
        "捷径本可不投影，却还是投影了。",
        ids(block.side),
    )
    return Passage(claim, tuple(said))


def _pooled(block: Anatomy) -> Passage:
    said = [_because(block), _through(block)] if reasons(block)[0] else [_passes(block)]
    if not any(weights(item) for item in block.side):
        claim = Said("The shortcut pools.", "捷径做池化。", ids(block.side))
        return Passage(claim, tuple(said))
    claim = Said("The shortcut pools, then projects.", "捷径先池化，再投影。", ids(block.side))
    pool = next(node for node in block.side if node.role == "pool")
    why = [averaging(block)] if "avg" in pool.type.lower() and kernel(pool) > 1 else []
    return Passage(claim, (*said, *why, _share(block)))


def averaging(block: Anatomy) -> Said:
    """Why a pooled shortcut pools."""
    pool = next(node for node in block.side if node.role == "pool")
    window, count = kernel(pool), Few(kernel(pool) ** 2)
    patch = Words(f"{window}×{window} patch is averaged and all its {count:en} positions count",
                  f"{window}×{window} 小块取平均，{count:zh}个位置都算数")  # fmt: skip
    if ragged(pool):
        patch = Words(f"{window}×{window} patch, which at the edge is what is left of one, is "
                      "averaged and all its positions count",
                      f"{window}×{window} 小块（边上不足的按剩下的算）取平均，"
                      "位置全都算数")  # fmt: skip
    return Said(
        "The pooling takes the stride so that the convolution has none: each "
        f"{patch.en}, where a 1×1 at stride {window} "
        "would read one of them. That is ResNet-D's change, and it costs not a single weight.",
        f"步长交给池化，卷积就不必带步长：每个 {patch.zh}；"
        f"换成步长为 {window} 的 1×1，就只读其中一个。"
        "这是 ResNet-D 的改动，一个权重也不多花。",
        (pool.id,),
    )


def _other(block: Anatomy) -> Passage:
    """Whatever is neither the identity nor one of the known ways to change the shape."""
    claim = Said(
        "The shortcut is neither the identity nor a projection.",
        "捷径既不是恒等，也不是投影。",
        ids(block.side),
    )
    if reasons(block)[0]:
        return Passage(claim, (_because(block), _through(block), _learned(block)))
    return Passage(claim, (_passes(block), _learned(block)))


def _passes(block: Anatomy) -> Said:
    """What stands on a shortcut that the shapes do not ask for."""
    given, start = whole(block.given), taken(block)
    return Said(
        f"x and f(x) are both {given} and could be added as they are, but {start} passes "
        f"{described(block.side, 'en')} first.",
        f"x 与 f(x) 都是 {given}，本可直接相加，{start} 却要先过{described(block.side, 'zh')}。",
        ids(block.side),
    )


def _learned(block: Anatomy) -> Said:
    """What the calls on the shortcut learn."""
    count = sum(node.params for node in block.side)
    if not count:
        return Said(
            "Nothing there is learned: it has no parameter.",
            "那里什么也不学：一个参数也没有。",
            ids(block.side),
        )
    return Said(
        f"It has {count:,} parameter{'s' if count > 1 else ''} of its own to learn.",
        f"它自己有 {count:,} 个参数要学。",
        ids(block.side),
    )


def _padded(block: Anatomy) -> Passage:
    said = [_because(block)] if reasons(block)[0] else []
    given, made = block.given, block.summed
    missing = made[1] - given[1]
    before, after = prod(given[2:]), prod(made[2:])
    if before > after:
        kept = one_in(after, before)
        said.append(
            Said(
                f"To shrink, it keeps {kept[0]} and drops the others.",
                f"为了缩小，{kept[1].replace('读', '留')}，其余丢掉。",
                ids(block.side),
            )
        )
    if missing:
        fills = Words("the one channel that is missing with zeros: in it", "那一个通道")
        if missing > 1:
            fills = Words(
                f"the {missing:,} channels that are missing with zeros: in these",
                f" {missing:,} 个通道",
            )
        said.append(
            Said(
                f"To widen, it fills {fills[0]} the block gives out what f computes and nothing of "
                "x.",
                f"要加宽，就把缺的{fills[1]}填零：这些通道里只有 f 算出来的值，没有 x。",
                ids(block.side),
            )
        )
    said.append(option_a(block))
    return Passage(
        Said(
            "The shortcut fits without learning anything.",
            "捷径不学任何东西，也能对上形状。",
            ids(block.side),
        ),
        tuple(said),
    )


def option_a(*blocks: Anatomy) -> Said:
    """What padded shortcuts save."""
    spared = sum(block.given[1] * block.summed[1] for block in blocks)
    number = Few(len(blocks))
    who = Words("a 1×1 convolution", "一个 1×1 卷积") if number == 1 else Words(
        f"{number:en} 1×1 convolutions", f"{number:zh}个 1×1 卷积")  # fmt: skip
    return Said(
        f"This is option A of the ResNet paper: no parameter at all, where {who[0]} "
        f"would have {spared:,} weights.",
        f"这是 ResNet 论文里的 A 方案：一个参数也不用，换成{who[1]}则要 {spared:,} 个权重。",
        tuple(node.id for block in blocks for node in block.side),
    )


def _none(block: Anatomy) -> Passage:
    last = ids(block.calls[-1:])
    return Passage(
        Said("There is no shortcut.", "没有捷径。", last),
        (
            Said(
                "With shortcut=none this is a plain block: what comes out is f(x) and nothing of x "
                "itself, so every block on the way must pass on whatever later ones will need.",
                "shortcut=none 时它就是一个普通的块：出来的只有 f(x)，没有 x 本身；"
                "后面还要用的信息，每一块都得自己想办法传下去。",
                last,
            ),
            Said(
                "The paper of 2015 built plain networks of pairs of 3×3 with batch norm: the one "
                "of 34 layers had more training error than the one of 18, and that is why its "
                "authors added the shortcut.",
                "2015 年的论文用成对的 3×3 卷积加批归一化堆出普通网络：34 层的训练误差反而高于 "
                "18 层，"
                "作者正是因此加上了捷径。",
                last,
            ),
        ),
    )


# So many shortcuts of one module are told one by one.
MOST = 6


def inner(block: Anatomy) -> Passage:
    """Shortcuts that lead past some layers of a module and not past all."""
    shown = block.joins[:MOST]
    count = Few(len(block.joins))
    verb = "addition joins" if count == 1 else "additions each join"
    return Passage(
        Said(
            f"{f'{count:en}'.capitalize()} {verb} two paths.",
            f"有{count:zh}处相加，各把两条路合在一起。",
            ids(block.joins),
        ),
        tuple(_past(block, item) for item in shown),
    )


def _past(block: Anatomy, join: Node) -> Said:
    fork = block.fork(join)
    start = block.calls.index(fork) + 1 if fork in block.calls else 0
    passed = block.calls[start : block.calls.index(join)]
    layers = [node for node in passed if weights(node) and node.lane == "main"]
    shape = whole(fork.shape)
    return Said(
        f"{join.id} adds {fork.id}, {shape}, which has gone past "
        f"{several(len(layers), 'layer')} with weights.",
        f"到 {join.id} 处加进来的是 {fork.id}（{shape}），它绕过了 {len(layers):,} 个带权重的层。",
        (join.id,),
    )


def described(nodes: Iterable[Node], language: Language) -> str:
    """The layers on the way, in words; equal neighbours are counted."""
    named = [_layer(node, language) for node in nodes if node.role != "identity"]
    return listed((_counted(name, len(list(run)), language) for name, run in groupby(named)),
                  language)  # fmt: skip


def _counted(name: str, count: int, language: Language) -> str:
    """``two 3×3 convolutions`` for ``a 3×3 convolution`` that comes twice."""
    if count == 1:
        return name
    bare = name.partition(" ")[2]
    for noun in ("convolution", "linear layer"):
        bare = bare.replace(noun, f"{noun}s")
    one = Words("a ", "一")
    return Text(f"{Few(count):en} {bare}", f"{Few(count):zh}{name.removeprefix(one.zh)}")[language]


def _layer(node: Node, language: Language) -> str:
    if node.role == "linear":
        return Text("a linear layer", "一个全连接层")[language]
    if weights(node):
        step, size = stride(node), size_of(node)
        turned = node.type.startswith("ConvTranspose")
        kind = Words("transposed ", "转置") if turned else NO_WORDS
        return Text(
            f"a {kind[0]}{size} convolution{f' with stride {step}' if step > 1 else ''}",
            f"一个{f'步长为 {step} 的' if step > 1 else ''} {size} {kind[1]}卷积",
        )[language]
    if node.role == "multiply":
        return Text("a multiplication", "一次乘法")[language]
    if node.role == "pool":
        return _pool(node, language)
    name = call_title(node, language).split(",")[0]
    article = "an" if name[0] in "aeiou" else "a"
    return Text(f"{article} {name}", f"一个{name}")[language]


def _pool(node: Node, language: Language) -> str:
    """``an average pooling over 2×2``, with its stride where that is not its size."""
    step, largest = stride(node), "max" in node.type.lower()
    size, moved = f"{kernel(node)}×{kernel(node)}", step not in (1, kernel(node))
    kind = Text("a max pooling", "最大池化") if largest else Text("an average pooling", "平均池化")
    return Text(
        f"{kind.en} over {size}{f' with stride {step}' if moved else ''}",
        f"一个{f'步长为 {step} 的' if moved else ''} {size} {kind.zh}",
    )[language]
