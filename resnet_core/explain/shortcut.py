"""The shortcut: what it is, what decided it, what it costs; and what follows the addition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from resnet_core.bilingual import Language, Text
from resnet_core.explain.main_path import capital
from resnet_core.explain.sentences import Passage, Said, ids
from resnet_core.graph.model import Node, Shape
from resnet_core.graph.structure import (
    Anatomy,
    channels,
    kernel,
    size_of,
    stride,
    weights,
)
from resnet_core.language.notation import call_title
from resnet_core.language.numbers import (
    Few,
    percent,
    several,
    side,
    whole,
)
from resnet_core.language.terms import listed

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
    english, chinese = [], []
    given, made = block.given, block.summed
    if len(given) < 4 or len(given) != len(made):
        return _differs(given, made)
    if given[2:] != made[2:]:
        step = given[2] // max(1, made[2])
        english.append(
            f"the map shrinks from {side(given)} to {side(made)} (stride {_stride(block, step)})"
        )
        chinese.append(f"特征图从 {side(given)} 缩到 {side(made)}（stride {_stride(block, step)}）")
    if given[1] != made[1]:
        english.append(f"the channels change ({given[1]:,} ≠ {made[1]:,})")
        chinese.append(f"通道数变了（{given[1]:,} ≠ {made[1]:,}）")
    return english, chinese


def _differs(given: Shape, made: Shape) -> tuple[list[str], list[str]]:
    """The reason where the input is no map: numbers in rows, as a linear layer takes them."""
    if given == made:
        return [], []
    return (
        [f"the shape changes ({whole(given)} ≠ {whole(made)})"],
        [f"形状变了（{whole(given)} ≠ {whole(made)}）"],
    )


def _stride(block: Anatomy, measured: int) -> int:
    return int(block.knobs.get("stride", measured))


def _because(block: Anatomy) -> Said:
    english, chinese = reasons(block)
    if len(english) > 1:
        return Said(
            f"There are two reasons, and either alone would do: {english[0]}, and {english[1]}.",
            f"理由有两个，任一成立就够了：{chinese[0]}，{chinese[1]}。",
            ids(block.joins[-1:]),
        )
    if len(block.given) < 4 or len(block.given) != len(block.summed):
        return Said(f"{capital(english[0])}.", f"{chinese[0]}。", ids(block.joins[-1:]))
    spared = ("The channels agree", "通道数倒是一致")
    if "channels" in english[0]:
        spared = (f"The map keeps its {side(block.given)}", f"特征图倒还是 {side(block.given)}")
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
    said = [_fits(block, given)]
    said.append(
        Said(
            "It costs nothing and changes nothing, which is the point: the derivative of x + f(x) "
            "is 1 + f′(x), so the gradient reaches the layers in front even where f′ is almost "
            "zero, and f need only learn what is to be changed about x.",
            "它不花一分代价，也不改一个数，妙处正在这里：x + f(x) 的导数是 1 + f′(x)，"
            "哪怕 f′ 几乎为零，梯度照样传得到前面的层；f 只需学会该对 x 改动什么。",
            ids(block.joins),
        )
    )
    return Passage(claim, tuple(said))


def _fits(block: Anatomy, given: str) -> Said:
    """Which condition let the input through as it is."""
    knob = next((knob for knob in _KNOBS if knob in block.knobs), "")
    value = block.knobs.get(knob, "")
    english = f"f(x) comes out as {given}, just as x came in, so the two can be added as they are"
    chinese = f"f(x) 出来是 {given}，与 x 进来时一样，可以直接相加"
    if value in ("padded", "avgpool"):
        english += f"; {knob}={value} would only act where the shapes differ"
        chinese += f"；{knob}={value} 只在形状不同时才起作用"
    elif value == "identity":
        english += f"; {knob}=identity insists on it, {knob}=auto would have chosen the same"
        chinese += f"；{knob}=identity 是硬性要求，换成 {knob}=auto 结果也一样"
    elif value == "auto":
        english += f": stride 1 and {block.given[1]:,} = {block.given[1]:,} channels leave " \
                   f"{knob}=auto nothing to do"  # fmt: skip
        chinese += f"：stride 为 1，通道数 {block.given[1]:,} = {block.given[1]:,}，" \
                   f"{knob}=auto 便什么也不加"  # fmt: skip
    return Said(f"{english}.", f"{chinese}。", ids(block.joins))


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
    if conv is not None and kernel(conv) == 1 and stride(conv) > 1:
        said.append(_skipping(block, conv))
    return Passage(claim, tuple(said))


def _skipping(block: Anatomy, conv: Node) -> Said:
    """What a strided 1×1 on the shortcut does not see."""
    places = Few(stride(conv) ** 2)
    knob = "shortcut=avgpool" if "shortcut" in block.knobs else ""
    how, chinese = (f" ({knob})", f"（{knob}）") if knob else ("", "")
    return Said(
        f"A 1×1 at stride {stride(conv)} reads one position in {places:en}; the shortcut skips "
        f"the rest of x, which ResNet-D avoids by pooling first{how}.",
        f"步幅为 {stride(conv)} 的 1×1 每{places:zh}个位置只读一个，x 的其余部分在这条路上就丢了；"
        f"ResNet-D 先做池化，补的就是这一点{chinese}。",
        (conv.id,),
    )


def _through(block: Anatomy) -> Said:
    return Said(
        f"So x passes {described(block.side, 'en')}; as it came, {whole(block.given)} could not "
        f"be added to {whole(block.summed)}.",
        f"于是 x 要先过{described(block.side, 'zh')}；不然 {whole(block.given)} 没法与 "
        f"{whole(block.summed)} 相加。",
        ids(block.side),
    )


def _share(block: Anatomy) -> Said:
    mine = sum(weights(item) for item in block.side)
    layers = [node for node in block.calls if node.role in ("conv", "linear")]
    every = sum(weights(node) for node in layers)
    linear = any(node.role == "linear" for node in block.side)
    kind = ("", "") if linear else ("convolution ", "卷积")
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
    who = (f"{knob}=projection puts", f"{knob}=projection 仍然放了") if knob else (
        "this class always puts", "这个类总要放")  # fmt: skip
    where = whole(block.given)
    return Passage(
        Said(
            "The shortcut projects although it need not.",
            "捷径本可不投影，却还是投影了。",
            ids(block.side),
        ),
        (
            Said(
                f"x and f(x) are both {where} and could be added as they are, but {who[0]} "
                f"{described(block.side, 'en')} there all the same.",
                f"x 与 f(x) 都是 {where}，本可直接相加，{who[1]}{described(block.side, 'zh')}。",
                ids(block.side),
            ),
            Said(
                f"That is option C of the ResNet paper, which found it hardly better than the "
                f"identity. It costs {mine:,} parameters, and the gradient no longer has a way "
                "back that nothing alters.",
                f"这是 ResNet 论文里的 C 方案，论文自己也发现它比恒等好不了多少。它要花 {mine:,} 个"
                "参数，梯度也不再有一条不受改动的回路。",
                ids(block.side),
            ),
        ),
    )


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
    return Said(
        f"The pooling takes the stride so that the convolution has none: each {window}×{window} "
        f"patch is averaged and all its {count:en} positions count, where a 1×1 at stride {window} "
        "would read one of them. That is ResNet-D's change, and it costs not a single weight.",
        f"步幅交给池化，卷积就不必带步幅：每个 {window}×{window} 小块取平均，"
        f"{count:zh}个位置都算数；换成步幅为 {window} 的 1×1，就只读其中一个。"
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
    given = whole(block.given)
    return Said(
        f"x and f(x) are both {given} and could be added as they are, but x passes "
        f"{described(block.side, 'en')} first.",
        f"x 与 f(x) 都是 {given}，本可直接相加，x 却要先过{described(block.side, 'zh')}。",
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
    step, missing = -(-given[2] // made[2]), made[1] - given[1]
    if step > 1:
        said.append(
            Said(
                f"To shrink, it keeps one position in {Few(step * step):en} and drops the others.",
                f"要缩小，就每{Few(step * step):zh}个位置留一个，其余丢掉。",
                ids(block.side),
            )
        )
    if missing:
        said.append(
            Said(
                f"To widen, it fills the {missing:,} channels that are missing with zeros: in "
                "these the block gives out what f computes and nothing of x.",
                f"要加宽，就把缺的 {missing:,} 个通道填零：这些通道里只有 f 算出来的值，没有 x。",
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


def option_a(block: Anatomy) -> Said:
    """What a padded shortcut saves."""
    spared = block.given[1] * block.summed[1]
    return Said(
        f"This is option A of the ResNet paper: no parameter at all, where a 1×1 convolution "
        f"would have {spared:,} weights.",
        f"这是 ResNet 论文里的 A 方案：一个参数也不用，换成 1×1 卷积则要 {spared:,} 个权重。",
        ids(block.side),
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
                "后面要用的东西，每一块都得自己想办法传下去。",
                last,
            ),
            Said(
                "Such a network of 34 layers trained worse than one of 18, which is what made the "
                "authors of ResNet add the shortcut.",
                "这样堆出的 34 层网络训练起来反而不如 18 层，ResNet 的作者正是因此加上了捷径。",
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
    verb = "addition joins" if count == 1 else "additions join"
    return Passage(
        Said(
            f"{f'{count:en}'.capitalize()} {verb} two ways.",
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
        f"At {join.id} comes in {fork.id}, {shape}, past "
        f"{several(len(layers), 'layer')} with weights.",
        f"到 {join.id} 处加进来的是 {fork.id}（{shape}），它绕过了 {len(layers):,} 个带权重的层。",
        (join.id,),
    )


_NEVER_NEGATIVE = ("ReLU", "relu", "ReLU6", "relu6")


def ending(block: Anatomy) -> Iterator[Passage]:
    """Why the last activation stands where it stands."""
    if not block.closed or block.graph.problem is not None:
        return
    if block.ending is not None:
        yield _after(block, block.ending)
    elif block.preactivated:
        yield _preactivated(block)
    else:
        yield from _linear(block)


def _after(block: Anatomy, last: Node) -> Passage:
    name = call_title(last)
    nodes = (*ids(block.joins[-1:]), last.id)
    claim = Said(
        f"The last {name} comes after the addition.", f"最后一个 {name} 放在相加之后。", nodes
    )
    if last.type in _NEVER_NEGATIVE:
        said = Said(
            "So f is free to be negative and to take something away from x. With the "
            f"{name} at the end of f instead, every block could only add, and what runs along the "
            "shortcut could only grow.",
            f"这样 f 可以取负值，从 x 里减去东西。若把 {name} 放在 f 的末尾，"
            "每一块就只能往上加，沿捷径传下去的值只增不减。",
            nodes,
        )
    else:
        said = Said(
            "So f enters the addition as it comes out of its last norm, negative or positive, and "
            f"the {name} bends the sum, not f alone.",
            f"f 就以最后一个归一化给出的样子参加相加，可正可负；{name} 弯的是两者之和，而不只是 f。"
            "",
            nodes,
        )
    return Passage(claim, (said,))


def _preactivated(block: Anatomy) -> Passage:
    nodes = ids(block.joins[-1:])
    first = ids(block.calls[:2])
    said = [
        Said(
            "Norm and activation stand before each convolution instead of behind it, so the sum "
            "leaves the block untouched. In a row of such blocks the output is x plus the sum of "
            "all f: a signal, and a gradient, can pass from end to end without meeting a single "
            "non-linearity.",
            "归一化和激活放在每个卷积之前而不是之后，和一出来就原样交给下一块。"
            "这样的块连成一串，输出就是 x 加上所有 f 之和：信号和梯度从头走到尾，"
            "一次非线性也不会碰上。",
            (*first, *nodes),
        )
    ]
    if block.kind in ("projection", "pooled"):
        said.append(
            Said(
                "Where the shape changes that straight way is broken off: the projection takes its "
                "input behind the first norm and activation, like the main path.",
                "形状改变的地方，这条直路会断一次：投影与主路一样，从第一个归一化和激活之后取输入。"
                "",
                ids(block.side),
            )
        )
    return Passage(
        Said("Nothing follows the addition.", "相加之后什么也没有。", nodes), tuple(said)
    )


def _linear(block: Anatomy) -> Iterator[Passage]:
    """An addition at the end of a block whose narrow ends stay linear."""
    if block.type != "InvertedResidual":
        return
    nodes = ids(block.joins[-1:])
    width = channels(block.steps[-1])[1]
    yield Passage(
        Said("Nothing follows the addition.", "相加之后什么也没有。", nodes),
        (_lossy(nodes, width, width < channels(block.steps[-1])[0]),),
    )


def _lossy(nodes: tuple[str, ...], width: int, wider: bool) -> Said:
    if wider:
        return Said(
            "An activation sets part of its input to zero. In the wide middle the other channels "
            f"can make up for it, in {width:,} channels they cannot: so the narrow ends stay "
            "linear.",
            "激活会把一部分输入变成零。在宽的中段，别的通道还能补回来；"
            f"在 {width:,} 个通道里就补不回来了，所以窄的两头保持线性。",
            nodes,
        )
    return Said(
        f"An activation sets part of its input to zero, and {width:,} channels are too few to "
        "make up for it: so the output stays linear.",
        f"激活会把一部分输入变成零，而 {width:,} 个通道太少，补不回来，所以输出保持线性。",
        nodes,
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
    chinese = f"{Few(count):zh}{name.removeprefix('一')}"
    return Text(f"{Few(count):en} {bare}", chinese)[language]


def _layer(node: Node, language: Language) -> str:
    if node.role == "linear":
        return Text("a linear layer", "一个全连接层")[language]
    if weights(node):
        step, size = stride(node), size_of(node)
        return Text(
            f"a {size} convolution{f' with stride {step}' if step > 1 else ''}",
            f"一个{f'步幅为 {step} 的' if step > 1 else ''} {size} 卷积",
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
        f"一个{f'步幅为 {step} 的' if moved else ''} {size} {kind.zh}",
    )[language]
