"""The layer tables: every call, and sums that agree with the structure's totals."""

from __future__ import annotations

import csv
import io

import pytest

from resnet_core import draw
from resnet_core.formats.table import columns
from resnet_core.language.terminal import columns as across
from tests.subjects import drawable, queries


def records(**asked) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(draw(**asked).render("csv").decode(), newline="")))


@pytest.mark.parametrize("asked", queries(drawable()))
def test_pythons_own_parser_reads_every_call_and_the_sums_are_the_totals(asked):
    rows, graph = records(**asked), draw(**asked).graph
    assert [row["id"] for row in rows] == [call.id for call in graph.calls]
    for name in ("params", "macs", "activations"):
        assert sum(int(row[name]) for row in rows) == getattr(graph.totals, name)
    assert all(None not in row and None not in row.values() for row in rows)
    shapes = [tuple(map(int, row["outputs"].split()[0].split("x"))) for row in rows]
    assert shapes == [call.shape for call in graph.calls]


def test_csv_is_the_same_in_every_view_and_language():
    plain = draw(model="resnet18").render("csv")
    assert draw(model="resnet18", detail="stage", lang="zh", labels="rf").render("csv") == plain


def test_a_chinese_table_is_chinese():
    made = draw(block="bottleneck", stride=2, lang="zh").render("md").decode()
    assert "| 层 | 运算 | 输入 | 输出 | 参数量 | 乘加次数 | 感受野 |" in made
    assert "| relu （第 2 次调用） | ReLU |" in made
    assert "| conv2 | 3×3 卷积, 64, /2 | 64×56×56 | 64×28×28 | 36,864 | 2,890 万 | 3 |" in made
    assert made.endswith("136,448 个参数 · 1.445 亿次乘加 · 感受野 3\n")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_columns_stand_below_one_another_whatever_the_letters(language):
    diagram = draw(block="residual_attention", lang=language)
    lines = columns(diagram.graph, diagram.caption, language).splitlines()[3:-2]
    head, rule, *body = lines
    assert len({across(value) for value in (head, rule)}) == 1
    assert all(across(row) <= across(rule) for row in body)
    second = len(rule.split()[0]) + 2
    for row in body:
        before = next(i for i in range(len(row) + 1) if across(row[:i]) == second)
        assert row[:before].endswith("  ")


@pytest.mark.parametrize("form", ["svg", "txt", "mmd", "md", "csv"])
def test_the_batch_is_told_only_where_it_is_not_one(form):
    def told(batch: int) -> str:
        return draw(block="basic", batch=batch).render(form).decode()

    shape = {"csv": "{}x64x56x56"}.get(form, "{}×64×56×56")
    assert shape.format(4) in told(4)
    if form == "csv":
        assert shape.format(1) in told(1), "for programs a shape is whole"
    else:
        assert shape.format(1) not in told(1)
        assert "batch" not in told(1).replace("batch norm", "")
    if form in ("svg", "md", "txt"):
        assert "batch 4" in told(4)


def test_the_heading_tells_the_batch_in_chinese_too():
    assert "批量 4" in draw(block="basic", batch=4, lang="zh").svg
    assert "批量" not in draw(block="basic", lang="zh").svg


# What each label writes of the bottleneck's second convolution, in both languages.
TOLD = {
    "path": ("conv2", "conv2"),
    "params": ("36,864 params", "36,864 参数"),
    "macs": ("115.6 M MACs", "1.156 亿次乘加"),
    "rf": ("RF 3", "感受野 3"),
    "shape": ("64×56×56", "64×56×56"),
    "memory": ("784.0 KiB", "784.0 KiB"),
}


@pytest.mark.parametrize("form", ["svg", "txt", "mmd"])
@pytest.mark.parametrize("label", TOLD)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_label_says_its_own_and_nothing_else(label, language, form):
    diagram = draw(block="bottleneck", norm_layer="none", labels=label, lang=language)
    if form == "svg":
        faces = {box.node.id: box.face for box in diagram.sheet.boxes}
        face = faces["conv2"]
        made = " ".join(text.text for line in (*face.left, *face.right) for text in line)
    else:
        made = diagram.render(form).decode()
    for name, words in TOLD.items():
        word = words[language == "zh"]
        # An input and an output always tell their shapes; the heading tells the sums.
        shown = made if form == "svg" else made.replace("256×56×56", "")
        if name == label:
            assert word in shown
        elif name not in ("path", "rf") or form == "svg":
            assert word not in shown
