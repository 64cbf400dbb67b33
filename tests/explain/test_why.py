"""Why it is built so: each reason only where its fact holds, each figure with its source."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import resnet_core.explain.published as published
from resnet_core import build, draw
from resnet_core.compare.purpose import _KNOWN
from resnet_core.explain.published import PUBLISHED
from tests.subjects import SUBJECTS


def leads(lang: str = "en", **query: Any) -> str:
    return "\n".join(reason.lead for reason in draw(**query, lang=lang).explain().why)


def told(lang: str = "en", **query: Any) -> str:
    found = draw(**query, lang=lang).explain().why
    return "\n".join(" ".join([reason.lead, *reason.sentences]) for reason in found)


# A table of the paper, or the table, abstract or comment of whoever measured.
WHERE = re.compile(
    r"tables? \d|README.*\b(?:table|error)|model description|model zoo, .*table|abstract"
    r"|comment at \w+ in \w+\.py"
)


def test_every_figure_names_paper_table_and_address() -> None:
    for figure in PUBLISHED.values():
        assert re.search(r"\b20\d\d\b|NVIDIA", figure.paper)
        assert WHERE.match(figure.where.en)
        assert figure.url.startswith("https://")
        if figure.where.en.startswith("table"):
            assert figure.url.startswith("https://arxiv.org/abs/")


def test_no_figure_stands_in_the_code() -> None:
    """What others measured is in one file; a sentence names it."""
    here = Path(str(published.__file__))
    code = "".join(
        here.with_name(name).read_text(encoding="utf-8")
        for name in ("why.py", "effects.py", "published.py")
    )
    rows = tomllib.loads(Path(str(published.__file__)).with_suffix(".toml").read_text("utf-8"))
    for row in rows.values():
        assert f"{row['value']:.2f}" not in code


# Where the figures are shown: between them these pages tell every one.
PAGES: tuple[dict[str, Any], ...] = (
    {"model": "resnet50"},
    {"model": "resnext50_32x4d"},
    {"model": "seresnet50"},
    {"model": "wide_resnet50_2"},
    {"model": "resnet50_gn"},
    {"model": "resnet20"},
    {"block": "preact_basic"},
    {"block": "res2net"},
    {"model": "resnet18", "zero_init_residual": True},
)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_is_shown_somewhere_beside_its_source(lang: Any) -> None:
    reasons = [reason for page in PAGES for reason in draw(**page, lang=lang).explain().why]
    told = {figure for _, purpose in _KNOWN for figure in purpose.figures}
    for figure in PUBLISHED.values():
        if figure.name in told:
            continue  # tests/compare/test_people.py meets each of these in a comparison
        number = re.compile(rf"(?<![\d.]){re.escape(figure.shown)}(?![\d.]*\d)")
        beside = [reason for reason in reasons if figure.cite(lang) in reason.sources]
        assert any(number.search(" ".join(reason.sentences)) for reason in beside), figure.name


@pytest.mark.parametrize(
    ("shown", "hidden", "lead"),
    [
        ({"model": "resnet50d"}, {"model": "resnet50", "activation": "silu"}, "v1.5, C and D"),
        ({"block": "preact_bottleneck"}, {"block": "preact_basic", "shortcut": "none"},
         "putting norm and activation first"),
        ({"model": "resnet", "base_width": 128}, {"model": "wide_resnet101_2"}, "Why wider"),
        ({"block": "basic", "norm_layer": "group"}, {"block": "basic", "norm_layer": "layer"},
         "What does group norm"),
        ({"block": "res2net", "stride": 2}, {"block": "bottleneck"}, "Why several slices"),
        ({"model": "resnet_cifar", "depth": 8},
         {"model": "resnet_cifar", "depth": 8, "shortcut": "auto"}, "depth bring on CIFAR-10"),
        ({"model": "stage", "zero_init_residual": True},
         {"model": "stage", "zero_init_residual": True, "preact": True}, "starting at zero"),
    ],
)  # fmt: skip
def test_an_effect_is_told_where_its_variant_stands(
    shown: dict[str, Any], hidden: dict[str, Any], lead: str
) -> None:
    assert lead in leads(**shown)
    assert lead not in leads(**hidden)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["resnet50", "resnext50_32x4d", "seresnet50", "resnetv2_50"])
def test_a_figure_that_is_told_is_cited(name: str, lang: str) -> None:
    for reason in draw(model=name, lang=lang).explain().why:
        numbers = set(re.findall(r"\d+\.\d\d(?=%)", " ".join(reason.sentences)))
        sources = {figure.url for figure in PUBLISHED.values() if figure.shown in numbers}
        assert sources <= {re.split(", |，", source)[-1] for source in reason.sources}
        assert bool(numbers) <= bool(reason.sources)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_languages_give_the_same_reasons_with_the_same_numbers(lang: str) -> None:
    for subject in SUBJECTS:
        if subject.kind == "block" or subject.name in ("resnet50", "resnet20", "vgg16_bn"):
            english, other = (
                draw(**{subject.kind: subject.name}, lang=one).explain().why for one in ("en", lang)
            )
            assert [len(reason.sources) for reason in english] == [len(w.sources) for w in other]
            for one, two in zip(english, other, strict=True):
                numbers = [re.findall(r"\d[\d,.]*\d%", " ".join(w.sentences)) for w in (one, two)]
                assert sorted(numbers[0]) == sorted(numbers[1])


def test_why_add_is_told_where_something_is_added() -> None:
    assert "Why add x" in leads(block="basic")
    assert "Why add x" not in leads(block="basic", shortcut="none")
    assert "Nothing is added here" in leads(block="basic", shortcut="none")
    assert "28.54%" in told(block="basic", shortcut="none")
    assert "为什么要加上 x" in leads("zh", model="resnet18")
    assert not leads(model="vgg16")


@pytest.mark.parametrize(
    ("query", "exact"),
    [
        ({"block": "preact_basic"}, True),
        ({"block": "preact_bottleneck"}, True),
        ({"block": "basic"}, False),
        ({"block": "preact_basic", "stride": 2}, False),
        ({"block": "preact_basic", "shortcut": "none"}, False),
    ],
)
def test_the_gradient_argument_only_where_it_is_exact(query: dict[str, Any], exact: bool) -> None:
    """Held against torch: with f switched off the block's Jacobian is the identity."""
    assert ("gradient argument is exact" in leads(**query)) == exact
    if not exact:
        return
    block = build(**query).eval()
    for module in block.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.zeros_(module.weight)
    x = torch.randn(draw(**query).input_shape, requires_grad=True)
    (gradient,) = torch.autograd.grad(block(x).sum(), x)
    assert torch.equal(gradient, torch.ones_like(x))


def test_batch_norm_is_explained_only_where_there_is_one() -> None:
    for norm in ("batch", "group", "instance", "layer", "none"):
        assert ("Why batch norm" in leads(block="bottleneck", norm_layer=norm)) == (norm == "batch")


def test_the_bend_is_told_only_where_all_else_is_linear() -> None:
    assert "Why an activation between" in leads(block="basic")
    assert "Why an activation between" in leads(block="basic", norm_layer="none")
    assert "Why an activation between" not in leads(block="basic", norm_layer="group")


def test_the_quarter_is_told_where_the_middle_is_a_quarter() -> None:
    block = build(block="bottleneck")
    convs = sum(m.weight.numel() for m in block.modules() if isinstance(m, nn.Conv2d))
    assert f"17n² = {convs:,}" in told(block="bottleneck")
    assert "quarter as wide" not in leads(block="bottleneck", planes=32)
    assert "quarter as wide" not in leads(block="bottleneck", groups=32, base_width=4)


def test_the_place_of_the_stride_is_told_where_it_reads_every_position() -> None:
    lead = "reads what a strided 1×1 would skip"
    assert lead in leads(block="bottleneck", stride=2)
    assert lead not in leads(block="bottleneck", stride=2, dilation=2)
    assert lead not in leads(block="bottleneck", stride=2, stride_on="conv1")
    assert lead not in leads(block="bottleneck")


def test_widths_are_explained_where_blocks_cost_the_same() -> None:
    assert "Why 64–128–256–512?" in leads(model="resnet50")
    assert "Why 16–32–64?" in leads(model="resnet20")
    assert "64–128–256–512" not in leads(model="resnet50", output_stride=8)


@pytest.mark.slow
def test_numbers_of_ends_are_those_of_the_weights() -> None:
    network = build(model="resnet50")
    text = told(model="resnet50")
    assert f"= {network.fc.weight.numel():,} weights" in text
    assert f"It has {network.conv1.weight.numel():,} weights" in text
    assert "Why a 7×7" not in leads(model="resnet50c")
    assert "Why average" not in leads(model="resnet50", include_top=False)


def test_a_sixteenth_a_thirty_second_and_six_n() -> None:
    assert "sixteenth" in leads(model="seresnet50")
    assert "sixteenth" not in leads(block="basic", planes=8, inplanes=8, attention="se")
    assert "22.2% errors" in told(model="resnext50_32x4d")
    assert "32 groups" not in leads(model="resnet50")
    assert "Here n = 3:" in told(model="resnet20")


def test_zero_init_is_told_where_a_norm_can_start_at_zero() -> None:
    sentence = "starts with γ = 0"
    assert sentence in told(model="resnet18", zero_init_residual=True)
    assert sentence not in told(model="resnet18")
    assert sentence not in told(model="resnet18", zero_init_residual=True, norm_layer="none")
    assert sentence not in told(model="resnet18", zero_init_residual=True, preact=True)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_form_tells_the_reasons(lang: str) -> None:
    explanation = draw(block="bottleneck", lang=lang).explain()
    assert [row["lead"] for row in json.loads(explanation.json)["why"]] == [
        reason.lead for reason in explanation.why
    ]
    for reason in explanation.why:
        assert f"**{reason.lead}**" in explanation.markdown
        assert reason.lead.split("？")[0].split("?")[0] in explanation.text.replace("\n", " ")
