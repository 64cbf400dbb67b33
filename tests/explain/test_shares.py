"""The shares and counts of the words against a second count, by ``state_dict`` and by a run.

Nothing here reads the Graph: weights are counted by their keys in ``state_dict``, multiply-adds
layer by layer while the module runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import torch
from torch import nn

from resnet_core import Explanation, build, draw
from resnet_core.diagram.diagram import Diagram
from tests.explain.test_premises import told

SIDE = ("downsample.", "shortcut.")
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
SHARE = r"(< 0\.001|> 99\.9|[\d.]+)%"


def sizes(module: nn.Module) -> dict[str, int]:
    """How many numbers are learned, by key; what two layers share is there once."""
    learned = dict(module.named_parameters())
    return {key: value.numel() for key, value in module.state_dict().items() if key in learned}


def kernels(module: nn.Module) -> dict[str, int]:
    """The weights of convolutions, by key."""
    kinds = (nn.Conv1d, nn.Conv2d)
    names = {f"{name}.weight" for name, part in module.named_modules() if isinstance(part, kinds)}
    return {key: count for key, count in sizes(module).items() if key in names}


def below(counts: Mapping[str, int], *parts: str) -> int:
    """The sum over the keys that lie in one of these submodules."""
    return sum(
        count for key, count in counts.items() if any(f".{part}" in f".{key}" for part in parts)
    )


def multiply_adds(module: nn.Module, shape: tuple[int, ...]) -> int:
    """Those of convolutions and linear layers, as they run: one for each weight of an output."""
    found = []

    def count(layer: Any, _: Any, made: torch.Tensor) -> None:
        found.append(made.numel() * layer.weight.numel() // layer.weight.shape[0])

    layers = (nn.Conv1d, nn.Conv2d, nn.Linear)
    hooks = [part.register_forward_hook(count)
             for part in module.modules() if isinstance(part, layers)]  # fmt: skip
    with torch.no_grad():
        module.to_empty(device="cpu").eval()(torch.zeros(shape))
    for hook in hooks:
        hook.remove()
    return sum(found)


def number(text: str) -> int:
    return int(text.replace(",", ""))


def shown_as(count: int, told: str) -> bool:
    """Whether ``14.8 M`` is this count, as far as its digits go."""
    digits, _, unit = told.partition(" ")
    if not unit:
        return number(digits) == count
    last = 10.0 ** -len(digits.partition(".")[2])
    return abs(float(digits) - count / UNITS[unit]) <= 0.5001 * last


def is_share(told: str, part: int, whole: int) -> bool:
    """Whether ``12%`` is this part of the whole, as far as its digits go."""
    share = 100 * part / whole
    if told.startswith("<"):
        return 0 < share < 0.001
    if told.startswith(">"):
        return 99.9 < share < 100
    last = 10.0 ** -len(told.partition(".")[2])
    return abs(float(told) - share) <= 0.5001 * last


def claims(text: str, module: nn.Module) -> Iterator[tuple[str, bool]]:
    """Each count and share that a text of a block states, and whether it is so."""
    counts, weights = sizes(module), kernels(module)
    every = sum(counts.values())
    if found := re.search(r"^([\d,]+) parameters, ", text):
        yield found[0], number(found[1]) == every
    if found := re.search(
        rf"It holds ([\d,]+) of the ([\d,]+) convolution weights.*?, {SHARE}", text
    ):
        mine, whole = below(weights, *SIDE), sum(weights.values())
        yield found[0], (number(found[1]), number(found[2])) == (mine, whole)
        yield found[0], is_share(found[3], mine, whole)
    if found := re.search(rf"It takes {SHARE} of the block's parameters \(([\d,]+)\)", text):
        mine = below(counts, "attention.")
        yield found[0], number(found[2]) == mine
        yield found[0], is_share(found[1], mine, every)
    if found := re.search(
        r"(?:in|has) ([\d,]+) parameters; one full layer would take ([\d,]+)", text
    ):
        yield found[0], number(found[1]) == below(counts, "attention.")
    if found := re.search(r"^That takes ([\d,]+) weights;", text):
        yield (
            found[0],
            number(found[1]) == sum(weights.values()) - below(weights, *SIDE, "attention."),
        )
    if found := re.search(r"It costs ([\d,]+) parameters, and the gradient", text):
        yield found[0], number(found[1]) == below(counts, *SIDE)
    if found := re.search(r"γ has ([\d,]+) learned number", text):
        yield found[0], number(found[1]) in (v for k, v in counts.items() if "gamma" in k)
    if found := re.search(r"^([\d,]+) of the parameters do nothing in training", text):
        idle = {key for key in weights if f"{key[:-6]}bias" in counts}
        idle -= {key for key in idle if "attention" in key}
        # A projection without a norm of its own keeps its bias: in the hand-written block.
        idle -= {key for key in idle if key == "downsample.weight"}
        yield found[0], number(found[1]) == sum(counts[f"{key[:-6]}bias"] for key in idle)
    if found := re.search(r"So it has ([\d,]+) weights where an ungrouped", text):
        yield found[0], number(found[1]) in weights.values()


def network_claims(text: str, module: nn.Module) -> Iterator[tuple[str, bool]]:
    """The same of a network: its shortcuts, and its parameters by part."""
    counts = sizes(module)
    every = sum(counts.values())
    if found := re.search(rf"Together the shortcuts hold ([\d,]+) parameters, {SHARE}", text):
        mine = below(counts, *SIDE)
        yield found[0], number(found[1]) == mine
        yield found[0], is_share(found[2], mine, every)
    if found := re.search(r"^([\d,]+) parameters: ", text):
        yield found[0], number(found[1]) == every
        parts: dict[str, int] = {}
        for key, count in counts.items():
            first = key.partition(".")[0]
            name = {"conv1": "the stem", "bn1": "the stem", "fc": "the head"}.get(first, first)
            if first.isdigit():
                name = "block 0" if first == "0" else "the rest"
            parts[name] = parts.get(name, 0) + count
        told = re.findall(rf"{SHARE} in ([^,.]+)", text)
        yield text, {name for _, name in told} == set(parts)
        for share, name in told:
            yield f"{share} in {name}", is_share(share, parts[name], every)


def work(text: str, module: nn.Module, shape: tuple[int, ...]) -> Iterator[tuple[str, bool]]:
    """The multiply-adds of all, and of each image of a batch."""
    amount = r"([\d,.]+(?: [kMGT])?)"
    found = re.search(rf"^(?:[\d,]+ parameters, )?{amount} multiply-adds(?: for|[.:])", text)
    if found is None:
        return
    count = multiply_adds(module, shape)
    yield found[0], shown_as(count, found[1])
    if each := re.search(rf"for the (\d+) images, {amount} each", text):
        yield each[0], number(each[1]) == shape[0] and shown_as(count // shape[0], each[2])


def compared(
    setting: dict[str, Any], diagram: Diagram, english: Explanation, module: nn.Module
) -> list[tuple[str, bool]]:
    """The counts and shares of an explanation, and whether each is what the module says."""
    texts = told(english)
    tell = network_claims if "model" in setting else claims
    told_of = texts if setting.get("model") in (None, "stage", "resnet_cifar") else []
    made = [claim for text in told_of for claim in tell(text, module)]
    return made + [claim for text in texts for claim in work(text, module, diagram.input_shape)]


@pytest.mark.parametrize(("setting", "least"), [
    ({"block": "bottleneck", "stride": 2, "attention": "se"}, 7),
    ({"block": "basic", "planes": 128, "attention": "cbam", "batch": 3}, 5),
    ({"block": "bottleneck", "groups": 32, "base_width": 4}, 3),
    ({"block": "convnext"}, 3),
    ({"block": "residual_attention", "stride": 2, "conv2_stride": "1"}, 6),
    ({"block": "basic", "shortcut": "projection"}, 2), ({"block": "basic"}, 1),
    ({"model": "stage"}, 6), ({"model": "resnet_cifar", "shortcut": "auto"}, 9),
])  # fmt: skip
def test_claims_are_found_where_they_are_made(setting: dict[str, Any], least: int) -> None:
    """So that the search at random cannot pass by reading nothing."""
    diagram = draw(**{"input": "16", **setting})
    with torch.device("meta"):
        module = build(**{name: value for name, value in setting.items() if name != "batch"})
    made = compared(setting, diagram, diagram.explain("en"), module)
    assert len(made) >= least
    assert all(true for _, true in made)
