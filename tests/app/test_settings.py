"""Every setting stands in both READMEs with its default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `RESNET_DIAGRAM_(\w+)` \| (\S+) \| \S.* \|$", re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_every_setting_with_its_default(name: str) -> None:
    listed = ROW.findall((ROOT / name).read_text(encoding="utf-8"))
    fields = Settings.model_fields.items()
    assert listed == [(setting.upper(), str(field.default)) for setting, field in fields]
