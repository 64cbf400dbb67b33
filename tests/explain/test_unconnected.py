"""What hangs on nothing in a picture is named, above it and in the explanation."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from resnet_core import draw, draw_module


class OfABuffer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 4))
        self.register_buffer("coordinates", torch.zeros(4, 2))
        self.layer = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x) + self.mlp(self.coordinates)


class Unused(OfABuffer):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.mlp[2](x.new_zeros(1, 16) + x.sum())
        return self.layer(x)


class ThroughNumpy(OfABuffer):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(torch.from_numpy(self.layer(x).detach().numpy()))


class Anew(OfABuffer):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x) + self.layer(torch.zeros(4, 4))


class Masked(OfABuffer):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(torch.tril(torch.ones(4, 4)) @ x)


@pytest.mark.parametrize(
    ("module", "above", "told", "chinese"),
    [
        (OfABuffer, "1 layer without input", "mlp.0 takes nothing from the input and works on "
         "coordinates", "mlp.0 不接收输入，只处理 coordinates"),
        (Unused, "1 layer of no use", "What mlp.2 gives goes into nothing", "mlp.2 的结果没有流向"),
        (ThroughNumpy, "no way from the input to the output", "No way leads from the input to "
         "output", "从输入没有路通到 output"),
        (Anew, "1 layer without input", "layer:2 takes nothing from the input that could be "
         "followed", "layer:2 的输入无法追溯"),
    ],
)  # fmt: skip
def test_what_hangs_on_nothing_is_named(
    module: type[nn.Module], above: str, told: str, chinese: str
) -> None:
    drawing = draw_module(module(), (4, 4))
    assert above in drawing.txt.splitlines()[0]
    assert told in " ".join(drawing.explain().text.split())
    assert chinese in "".join(drawing.explain("zh").text.split("\n"))


def test_of_a_buffer_comes_no_shortcut() -> None:
    drawing = draw_module(OfABuffer(), (4, 4))
    assert drawing.graph.shortcut_into("add") == "none"
    assert "shortcut" not in drawing.explain().text.split("Why it is built so")[0]


@pytest.mark.parametrize("module", [Masked, nn.Identity])
def test_a_constant_and_what_is_whole_get_no_note(module: type[nn.Module]) -> None:
    drawing = draw_module(module(), (4, 4))
    assert "without input" not in drawing.txt
    assert "hangs together" not in drawing.explain().text


def test_what_failed_is_told_as_a_failure_alone() -> None:
    text = draw(block="basic", stride=2, shortcut="identity").explain().text
    assert "hangs together" not in text
