"""The annotated source: Python that runs by itself, is the same module, and says what ran where."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from app.cli import main
from resnet_core import Diagram, ParameterError, draw_module
from resnet_core.registry import Subject
from tests.subjects import drawable, sampled, whole


def annotated(**query: Any) -> str:
    return Diagram.of(query.items()).explain().annotated


def run(source: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "annotated"}
    exec(compile(source, "annotated.py", "exec"), space)
    return space


def shapes(module: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in module.state_dict().items()}


def comments(source: str) -> str:
    return " ".join(line.strip()[2:] for line in source.splitlines() if line.strip()[:2] == "# ")


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("subject", whole(drawable()))
def test_the_file_alone_builds_the_same_module(subject: Subject, lang: str) -> None:
    diagram = Diagram.of([(subject.kind, subject.name), ("lang", lang)])
    source = diagram.explain().annotated
    assert "resnet_core" not in source
    with torch.device("meta"):
        made = run(source)["build"]().eval()
        own = subject.build(diagram.parameters).eval()
        given = torch.randn(diagram.input_shape)
        assert shapes(made) == shapes(own)
        outputs = made(given)
        outputs = [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)
    assert [tuple(value.shape) for value in outputs] == [
        tuple(node.shape) for node in diagram.graph.outputs
    ]


@pytest.mark.parametrize(
    "query",
    sampled(
        [
            {"block": "bottleneck", "stride": "2", "attention": "cbam", "shortcut": "avgpool"},
            {"block": "basic", "shortcut": "padded", "planes": "128", "stride": "2"},
            {"block": "res2net", "scales": "2", "stride": "2"},
            {"block": "preact_basic", "norm_layer": "group", "activation": "silu"},
        ]
    ),
    ids=lambda query: query["block"],
)
def test_with_equal_weights_it_computes_the_same(query: dict[str, str]) -> None:
    diagram = Diagram.of(query.items())
    own = diagram.subject.build(diagram.parameters).eval()
    made = run(diagram.explain().annotated)["build"]().eval()
    made.load_state_dict(own.state_dict())
    given = torch.randn(diagram.input_shape)
    with torch.no_grad():
        assert torch.equal(made(given), own(given))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["basic", "bottleneck", "res2net", "horblock"])
def test_every_call_of_a_block_is_commented(name: str, lang: str) -> None:
    diagram = Diagram.of([("block", name), ("lang", lang)])
    told = comments(diagram.explain().annotated)
    for node in diagram.graph.calls:
        *_, height, width = node.shape
        assert re.search(rf"→ [^#]*×?{height}×{width}", told), node.id
        if node.params:
            assert f"{node.params:,}" in told, node.id


def test_a_comment_stands_right_above_its_line() -> None:
    lines = [line.strip() for line in annotated(block="bottleneck", stride="2").splitlines()]
    at = lines.index("out = self.relu(self.bn1(self.conv1(x)))")
    above = []
    while lines[at - 1].startswith("#"):
        at -= 1
        above.append(lines[at])
    assert any("256×56×56 → 64×56×56, 16,384 parameters, 51.4 M" in line for line in above)
    at = lines.index("self.conv2 = conv3x3(width, width, second, groups, dilation)")
    assert lines[at - 1] == "# parameters = 64 · 64 · 3 · 3 = 36,864"


def test_without_comments_the_methods_are_those_of_the_source() -> None:
    """The code itself is not retold: ``forward`` is the original's, token by token."""
    from resnet_core.blocks import bottleneck

    def forward(tree: ast.Module) -> str:
        cls = next(row for row in tree.body if getattr(row, "name", "") == "Bottleneck")
        assert isinstance(cls, ast.ClassDef)
        method = next(row for row in cls.body if getattr(row, "name", "") == "forward")
        return ast.dump(method)

    with open(str(bottleneck.__file__), encoding="utf-8") as file:  # noqa: PTH123
        original = ast.parse(file.read())
    assert forward(ast.parse(annotated(block="bottleneck"))) == forward(original)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_network_tells_what_each_stage_costs(lang: str) -> None:
    diagram = Diagram.of([("model", "resnet50"), ("lang", lang)])
    told = comments(diagram.explain().annotated)
    for stage in ("layer1", "layer2", "layer3", "layer4"):
        calls = [node for node in diagram.graph.calls if node.path.startswith(f"{stage}.")]
        assert f"{sum(node.params for node in calls):,}" in told


def test_a_line_that_did_not_run_has_no_comment() -> None:
    lines = [line.strip() for line in annotated(model="resnet50").splitlines()]
    at = lines.index("x = self.relu(self.bn2(x))")
    assert lines[at - 1] == "if self.bn2 is not None:"


def test_what_fails_is_told_and_still_builds() -> None:
    source = annotated(block="residual_attention", stride="2")
    assert "it fails" in source.split('"""')[1]
    assert run(source)["build"]()


def test_a_refused_value_is_refused_in_the_file_too() -> None:
    space = run(annotated(block="bottleneck", lang="zh"))
    with pytest.raises(ValueError, match="groups=7: 必须能同时整除"):
        space["conv3x3"](64, 64, groups=7)


def test_a_module_of_ones_own_has_no_source_to_annotate() -> None:
    told = draw_module(torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3)), (1, 3, 8, 8)).explain()
    with pytest.raises(ParameterError):
        told.render("py")


def test_the_command_line_writes_a_file_that_runs(tmp_path: Any) -> None:
    file = tmp_path / "block.py"
    result = CliRunner().invoke(main, ["explain", "basic", "--stride", "2", "-o", str(file)])
    assert result.exit_code == 0, result.output
    assert run(file.read_text(encoding="utf-8"))["build"]().conv1.stride == (2, 2)
