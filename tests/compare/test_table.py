"""The rows of a comparison as tables, and their sums."""

from __future__ import annotations

import csv
import io
import json
import re

from resnet_core import compare, draw

PLAIN, SE = {"block": "bottleneck"}, {"block": "bottleneck", "attention": "se"}


def test_rows_add_up_to_the_deltas(worked):
    found = compare(*worked)
    rows = found.to_dict()["rows"]
    for name in ("params", "macs"):
        assert sum(row["delta"][name] for row in rows) == found.deltas[name]


def test_the_tables_hold_what_differs():
    found = compare(draw(**PLAIN), draw(**SE))
    markdown = found.render("md").decode()
    assert markdown.startswith(found.summary())
    assert len(re.findall(r"^\| \+ \|", markdown, re.MULTILINE)) == 6
    rows = list(csv.DictReader(io.StringIO(found.render("csv").decode())))
    assert [row["change"] for row in rows].count("added") == 6
    record = json.loads(found.render("json"))
    assert record["same"] is False
    assert record["deltas"]["params"] == 8464
    assert record["b"]["totals"]["params"] == found.b.graph.totals.params
