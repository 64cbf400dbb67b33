"""What people really paste: whole scripts, questions, other frameworks, half of a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.workers import pasted_page
from resnet_core import SourceError, draw_source
from resnet_core.source.offer import offers
from resnet_core.source.program import Program
from tests.subjects import sampled

_TEXT = Path(__file__).with_name("forum.txt").read_text(encoding="utf-8")
PASTES = dict(re.findall(r"^##### (\w+)\n(.*?)(?=^##### |\Z)", _TEXT, re.DOTALL | re.MULTILINE))

# What each is answered with: the call and the input that are drawn …
DRAWN = {
    "train_loop": ("Net()", "1x1x28x28"),
    "argparse": ("Block(64)", "1x64x56x56"),
    "zh_comments": ("残差块(64, 64)", "1x64x56x56"),
    "func_only": ("conv_block(64, 64)", "1x64x56x56"),
    "model_var": ("model", "1x1x28x28"),
    "d2l": ("Residual(3, 3)", "1x3x224x224"),
    "resnet_factories": ("resnet34()", "1x3x224x224"),
    "forum_prompt": ("M()", "1x3x224x224"),
    "zh_post": ("SEBlock(64)", "1x64x56x56"),
    "init_lost": ("Net()", "1x3x224x224"),
    "missing_colon": ("Net()", "1x3x224x224"),
    "lightning": ("LitNet()", "1x3x224x224"),
    "pretrained": ("MyResNet(10)", "1x3x224x224"),
    "pretrained_children": ("Encoder()", "1x3x224x224"),
    "cuda": ("Net()", "1x3x224x224"),
    "numpy": ("Net()", "1x8x128"),
    "tabs_mixed": ("Net()", "1x3x224x224"),
    "py2": ("Net()", "1x3x224x224"),
    "embedding": ("TextCNN(1000, 64, 10)", "1x16"),
    "yolo_c3": ("C3(64, 64)", "1x64x56x56"),
    "yolo_bottleneck_se": ("BottleneckSE(64, 64)", "1x64x56x56"),
    "mmcv": ("InvertedResidual(64, 64, 1, 4)", "1x64x56x56"),
    "mmdet_resnet": ("BasicBlock(64, 64)", "1x64x56x56"),
    "vit_einops": ("ViT()", "1x3x32x32"),
    "tv_misc": ("MBConv(64, 1)", "1x64x56x56"),
    "unet_doubleconv": ("UNet(3, 10)", "1x3x224x224"),
    "cbam_resnet": ("BasicBlock_CBAM(64, 64)", "1x64x56x56"),
    "coordatt": ("CoordAtt(64, 64)", "1x64x56x56"),
    "swin_window": ("WindowAttention(96, (7, 7), 3)", "1x49x96"),
    "line_numbers_prompts": ("SE_Res(64)", "1x64x56x56"),
    "hrnet_fuse": ("HighResolutionModule()", "1x3x224x224"),
    "mbv3_hswish": ("Net()", "1x16x56x56"),
    "csdn_numbers": ("ResBlock(64, 64)", "1x64x56x56"),
    "csdn_tail_numbers": ("Block(64)", "1x64x56x56"),
    "jupyter": ("Block(16)", "1x16x56x56"),
    "repl_blank": ("Net()", "1x3x224x224"),
    "tabs_spaces": ("Net()", "1x3x224x224"),
    "diff": ("Net()", "1x3x224x224"),
    "diff_plus": ("Net()", "1x3x224x224"),
    "tv_import": ("model", "1x3x224x224"),
    "tv_models": ("Net()", "1x3x224x224"),
    "two_same": ("Net()", "1x3x224x224"),
    "no_imports": ("Net()", "1x3x224x224"),
    "zh_comments_training": ("残差(16)", "1x16x56x56"),
    "markdown_english": ("ResidualBlock(64)", "1x64x56x56"),
    "zhihu": ("Bottleneck(256, 64)", "1x256x56x56"),
    "yaml_cfg": ("Net(SimpleNamespace(in_ch=64, width=64))", "1x64x56x56"),
}
# … the failure that is drawn, with its line …
FAILING = {
    "wrong_channels": (8, "the layer takes 32 channels and 64 come in", "要 32 个通道，进来的是 64 个"),
    "wrong_channels_zh": (9, "the layer takes 32 channels and 16 come in", "要 32 个通道，进来的是 16 个"),
    "flatten_wrong": (9, "vectors of 2,048 numbers and vectors of 93,312 come in", "进来的长 93,312"),
    "markdown": (7, "128 channels on the main path, 64 channels on the shortcut", "捷径有 64 个通道"),
}  # fmt: skip
# … or the words of a refusal.
REFUSED = {
    "keras": ("this is TensorFlow (Keras) code, and only code for PyTorch", "TensorFlow (Keras) 的代码"),
    "keras_class": ("this is TensorFlow (Keras) code", "这里只读 PyTorch 的代码"),
    "keras_block": ("this is Keras code", "这是 Keras 的代码"),
    "cut_off": ("Python says: '(' was never closed", "“(”没有配对的右括号"),
    "cut_off_init": ("ResBlock has no forward", "ResBlock 没有 forward"),
    "keras_seq": ("this is Keras code", "这是 Keras 的代码"),
    "paddle": ("this is PaddlePaddle code", "这是 PaddlePaddle 的代码"),
    "mindspore": ("this is MindSpore code", "这是 MindSpore 的代码"),
    "flax": ("this is JAX code", "这是 JAX 的代码"),
    "mxnet": ("this is MXNet code", "这是 MXNet 的代码"),
    "cpp": ("this is no Python code", "这不是 Python 代码"),
    "traceback": ("this is the message of an error", "这是报错信息"),
    "print_model": ("as print() shows it", "print() 打印出来的"),
    "words": ("these are words, and no code", "这是文字，不是代码"),
    "no_super": ("before super().__init__() is called", "在调用 super().__init__() 之前"),
    "no_forward": ("it has 'foward', which torch does not call", "有 'foward'，但 torch 不会调用它"),
    "unclosed": ("Python says: '(' was never closed", "“(”没有配对的右括号"),
    "diffs": ("Python says: cannot assign", "等号左边不能赋值"),
    "value_branch": ("this depends on the values of a tensor", "这取决于张量里的数值"),
    "missing_helper": ("'MyStrangeBlock' is nowhere defined", "名字 'MyStrangeBlock' 没有定义"),
    "deformable": ("DeformConv2d comes from torchvision.ops", "DeformConv2d 来自 torchvision.ops"),
}  # fmt: skip


def _read(name: str, language: str = "en") -> dict[str, Any]:
    said: dict[str, Any] = json.loads(
        pasted_page.read([("source", PASTES[name]), ("language", language)])
    )
    return said


def test_every_paste_has_an_answer() -> None:
    assert set(PASTES) == {*DRAWN, *FAILING, *REFUSED}
    assert len(PASTES) >= 40


@pytest.mark.parametrize("name", sampled(DRAWN))
def test_a_paste_is_drawn(name: str) -> None:
    found = _read(name)
    assert (found["error"], found["problem"]) == (None, None)
    assert (found["call"], found["input"]) == DRAWN[name]
    assert found["svg"].startswith("<svg") or "<svg" in found["svg"]


@pytest.mark.parametrize("name", FAILING)
def test_a_mistake_in_a_paste_is_drawn_at_its_line(name: str) -> None:
    found = _read(name)
    line, english, chinese = FAILING[name]
    assert found["broken"] == line
    assert english in found["problem"]["en"]
    assert chinese in found["problem"]["zh"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_said_in_both_languages(name: str) -> None:
    error = _read(name, "zh")["error"]
    english, chinese = REFUSED[name]
    assert english in error["said"]["en"]
    assert chinese in error["said"]["zh"]
    assert error["todo"]["zh"] not in ("", "–")


def test_functions_and_names_that_are_modules_are_offered_too() -> None:
    found = {offer.name: offer.kind for offer in offers(Program(PASTES["resnet_factories"]))}
    assert found == {
        "resnet34": "function", "ResNet": "class", "BasicBlock": "class", "resnet18": "function",
    }  # fmt: skip
    d2l = {offer.name: offer.kind for offer in offers(Program(PASTES["d2l"]))}
    assert d2l["net"] == "module"
    assert "resnet_block" not in d2l  # it returns a list
    assert "train_loader" not in {o.name for o in offers(Program(PASTES["train_loop"]))}


def test_a_network_that_is_filled_line_by_line_is_whole() -> None:
    source = (
        "net = nn.Sequential()\nfor i in range(3):\n    net.append(nn.Conv2d(3, 3, 3))\n"
        "net.add_module('end', nn.ReLU())\nfor x in loader:\n    net(x)\n"
    )
    drawn = draw_source(source, "net", "1x3x32x32")
    assert [node.type for node in drawn.graph.calls] == ["Conv2d"] * 3 + ["ReLU"]


def test_an_input_is_taken_that_goes_through() -> None:
    source = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.c = nn.Conv2d(3, 4, 5)\n        self.f = nn.Linear(4 * 28 * 28, 10)\n"
        "    def forward(self, x):\n        return self.f(self.c(x).flatten(1))\n"
    )
    assert draw_source(source).shapes == ((1, 3, 32, 32),)
    # One that is given is kept, whether it goes through or not.
    given = draw_source(source, input="1x3x40x40")
    assert given.graph.problem is not None
    assert given.graph.problem.title == "features do not fit"


def test_inputs_of_whole_numbers_have_an_address() -> None:
    from resnet_core.diagram.pasted import of_pairs

    drawing = draw_source(PASTES["embedding"])
    assert dict(drawing.query)["dtype"] == "long"
    assert of_pairs(drawing.query).render("json") == drawing.render("json")
    wrong = draw_source(PASTES["embedding"], input="1x16")
    assert wrong.graph.problem is not None
    assert "(dtype=long)" in wrong.graph.problem.reason


def test_a_refusal_of_another_framework_names_the_first_line() -> None:
    with pytest.raises(SourceError) as caught:
        draw_source(PASTES["keras"])
    assert caught.value.words == "import tensorflow as tf"
    # Where torch is imported too, it is read as far as it goes.
    both = "import torch, tensorflow\n" + PASTES["func_only"]
    assert draw_source(both).call == "conv_block(64, 64)"


def test_a_bottleneck_of_a_detector_is_not_that_of_resnet() -> None:
    drawn = draw_source(PASTES["yolo_c3"], "C3(64, 64)", "1x64x56x56")
    said = {assumption.name: assumption.taken for assumption in drawn.assumptions}
    assert said == {"Conv": "Conv", "Bottleneck": "DetectorBottleneck"}
    # As its authors count it, with c1 = c2 = 64 and one bottleneck of 32 channels:
    convs = 2 * (64 * 32 + 2 * 32) + 64 * 64 + 2 * 64
    inner = 32 * 32 + 2 * 32 + 9 * 32 * 32 + 2 * 32
    assert drawn.graph.totals.params == convs + inner
    assert drawn.graph.shortcut_into("m.0.add") == "identity"


def test_a_class_that_is_written_into_a_list_elsewhere_is_read_as_it_is() -> None:
    drawn = draw_source(PASTES["mmcv"], "InvertedResidual(16, 16, 1, 6)", "1x16x8x8")
    assert [node.type for node in drawn.graph.calls][-3:] == ["Conv2d", "BatchNorm2d", "add"]
    assert sum(node.type == "ReLU6" for node in drawn.graph.calls) == 2


def test_code_that_is_cut_off_in_the_middle_is_told_so() -> None:
    todo = _read("cut_off")["error"]["todo"]
    assert todo["en"] == "the code ends in the middle of this: paste it with its end"
    assert "断了" in todo["zh"]
    # Where more follows, it is that line that is wrong.
    assert "Python can read" in _read("unclosed")["error"]["todo"]["en"]


def test_of_a_method_alone_the_class_is_asked_for() -> None:
    method = "def forward(self, x):\n    out = self.conv1(x)\n    return out + x\n"
    with pytest.raises(SourceError) as caught:
        draw_source(method)
    assert "paste the whole class" in str(caught.value.legal)
    with pytest.raises(SourceError) as caught:
        draw_source("x = 3\n")
    assert "inherits from nn.Module" in str(caught.value.legal)


def test_of_a_patch_the_new_side_is_drawn() -> None:
    found = _read("diff")
    assert [node["type"] for node in found["record"]["nodes"] if node["kind"] == "module"] == [
        "Conv2d", "BatchNorm2d"
    ]  # fmt: skip
    assert found["notes"][0]["en"].startswith("it is a patch")
    assert "-        self.conv = nn.Conv2d(3, 8, 5)" not in found["text"]
    assert any("nn.Conv2d(3, 8, 5)" in line for line in found["difference"])


def test_of_two_classes_of_one_name_the_last_is_offered_once() -> None:
    found = _read("two_same")
    assert [offer["name"] for offer in found["offers"]] == ["Net"]
    assert found["offers"][0]["line"] == 8
    (conv,) = [node for node in found["record"]["nodes"] if node["kind"] == "module"]
    assert conv["outputs"] == [[1, 16, 220, 220]]


def test_layers_without_their_import_are_those_of_torch() -> None:
    assert _read("no_imports")["assumptions"] == []
