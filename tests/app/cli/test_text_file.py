"""Files that `read` is given: what can be read is, and what cannot is told in both languages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main

SOURCE = """# 残差块：主路只有一个卷积
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)  # 卷积

    def forward(self, x):
        return x + self.conv(x)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "block.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def read(file: str, language: str) -> Result:
    words = ["read", file, "--lang", language, "--format", "txt", "-o", "-"]
    return CliRunner().invoke(main, words)


def deaf(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("name", "make", "english", "chinese"),
    [
        ("nothere.py", None, "there is no such file", "没有这个文件"),
        ("blok.py", None, "did you mean block.py?", "是不是想写 block.py？"),
        ("some", Path.mkdir, "this is a folder", "这是一个文件夹"),
        ("bytes.py", lambda at: at.write_bytes(bytes(range(256))), "no text file", "不是文本文件"),
        ("odd.py", lambda at: at.write_bytes(b"caf\xe9 = 1\n"), "neither UTF-8 nor GBK",
         "既不是 UTF-8，也不是 GBK"),
        ("pipe.py", deaf, "no ordinary file", "不是普通文件"),
        ("big.py", lambda at: at.write_bytes(b"#" * 5_000_000), "far too large", "文件太大"),
        ("a\x00b.py", None, "cannot be read", "读不出来"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_both_languages(folder, name, make, english, chinese):
    if make:
        make(folder / name)
    for language, said in (("en", english), ("zh", chinese)):
        result = read(name, language)
        assert result.exit_code == 2
        assert said in result.output
        assert "Errno" not in result.output


def test_a_file_that_may_not_be_read_is_told(monkeypatch):
    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "you may not read this file" in read("block.py", "en").output
    assert "没有读取这个文件的权限" in read("block.py", "zh").output


@pytest.mark.parametrize(("codec", "name"), [("gbk", "GBK"), ("utf-16", "UTF-16")])
def test_other_alphabets_are_read_and_said(folder, codec, name):
    (folder / "other.py").write_bytes(SOURCE.encode(codec))
    assert f"other.py is not UTF-8; it was read as {name}" in read("other.py", "en").output
    said = read("other.py", "zh").output
    assert f"注意：other.py 不是 UTF-8 编码，已按 {name} 读取" in said
    assert "已画出：Block()，输入 1x8x56x56" in said
    assert read("other.py", "zh").output.endswith(read("block.py", "zh").output[-300:])


def test_a_source_that_cannot_be_followed_is_refused_in_the_language_that_was_asked_for(folder):
    bad = SOURCE.replace("x + self.conv(x)", "open(x)")
    (folder / "bad.py").write_text(bad, encoding="utf-8")
    assert "第 11 行" in read("bad.py", "zh").output
    assert "line 11" in read("bad.py", "en").output
