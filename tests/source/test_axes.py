"""The notation of einops: what comes out is what torch's own calls give, number by number."""

from __future__ import annotations

import pytest
import torch

from resnet_core import SourceError, draw_source
from resnet_core.source.axes import Rearrange, Reduce, rearrange, reduce, repeat
from resnet_core.source.budget import Refused

X = torch.arange(2 * 6 * 4 * 8).reshape(2, 6, 4, 8).float()


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (rearrange(X, "b c h w -> b h w c"), X.permute(0, 2, 3, 1)),
        (rearrange(X, "b c h w -> b (h w) c"), X.flatten(2).transpose(1, 2)),
        (rearrange(X, "b c ... -> b ... c"), X.permute(0, 2, 3, 1)),
        (rearrange(X, "b c h w->(b h w) c"), X.permute(0, 2, 3, 1).reshape(-1, 6)),
        (rearrange(X, "b (g c) h w -> g b c h w", g=3), X.reshape(2, 3, 2, 4, 8).transpose(0, 1)),
        (rearrange(X, "b c (h a) (w d) -> b (c a d) h w", a=2, d=2),
         X.reshape(2, 6, 2, 2, 4, 2).permute(0, 1, 3, 5, 2, 4).reshape(2, 24, 2, 4)),
        (rearrange(X, "b c h w -> b 1 c (h w)"), X.flatten(2)[:, None]),
        (rearrange(X[:, :, :1], "b c 1 w -> b c w"), X[:, :, 0]),
        (rearrange([X, X], "k b c h w -> b (k c) h w"), torch.cat([X, X], 1)),
        (rearrange(X, "… w -> w …"), X.permute(3, 0, 1, 2)),
        (reduce(X, "b c h w -> b c", "mean"), X.mean((2, 3))),
        (reduce(X, "b c (h a) (w d) -> b c h w", "max", a=2, d=2), torch.max_pool2d(X, 2)),
        (reduce(X, "b c h w -> w b", "sum"), X.sum((1, 2)).T),
        (repeat(X, "b c h w -> b c (h a) (w d)", a=2, d=2),
         X.repeat_interleave(2, 2).repeat_interleave(2, 3)),
        (repeat(X[:1, 0, 0], "1 d -> b 1 d", b=5), X[:1, 0, 0].expand(5, 1, 8)),
        (repeat(X, "b c h w -> k b c h w", k=3), X.expand(3, 2, 6, 4, 8)),
        (Rearrange("b c h w -> b (c h w)")(X), X.flatten(1)),
        (Reduce("b c h w -> b c 1 1", "min")(X), X.amin((2, 3), keepdim=True)),
    ],
)  # fmt: skip
def test_axes_go_where_they_are_said_to(made, expected):
    assert made.shape == expected.shape
    assert torch.equal(made, expected)


@pytest.mark.parametrize(
    ("pattern", "sizes", "english", "chinese"),
    [
        ("b c h -> b h c", {}, "is for 3 dimensions, and there are 4", "用于 3 维，这里是 4 维"),
        ("b (g c) h w -> b g c h w", {}, "the size of 'g' in", "中 'g' 的长度没有给出"),
        ("b (g c) h w -> b g c h w", {"g": 4}, "an axis of 6 cannot be (g c)", "长 6 的轴不能写成"),
        ("b c h w -> b c h", {}, "do not fit", "两边对不上"),
        ("b c h w -> b c h w d", {}, "do not fit", "两边对不上"),
        ("b b h w -> b h w", {}, "do not fit", "两边对不上"),
        ("b c (h w -> b c h w", {}, "do not pair", "括号不配对"),
        ("b c h) w -> b c h w", {}, "do not pair", "括号不配对"),
        ("b c h w", {}, "no pattern of axes", "不是轴的写法"),
        ("b c h w -> b; c", {}, "no pattern of axes", "不是轴的写法"),
    ],
)
def test_a_pattern_that_does_not_fit_is_refused(pattern, sizes, english, chinese):
    with pytest.raises(Refused) as caught:
        rearrange(X, pattern, **sizes)
    assert english in caught.value.reason["en"]
    assert chinese in caught.value.reason["zh"]


def test_a_refusal_of_a_layer_of_axes_has_its_line():
    source = (
        "from einops.layers.torch import Rearrange\nclass Net(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n"
        "        self.cut = Rearrange('b c (h p) w -> b p c h w', p=3)\n"
        "    def forward(self, x):\n        return self.cut(x)\n"
    )
    assert draw_source(source, "Net()", "1x3x6x4").graph.outputs[0].shape == (1, 3, 3, 2, 4)
    with pytest.raises(SourceError, match=r"line 7.*an axis of 4 cannot be"):
        draw_source(source, "Net()", "1x3x4x4")
