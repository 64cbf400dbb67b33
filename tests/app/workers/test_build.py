"""The digest of a build: whatever changes the bytes of a picture changes it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from app.workers import build
from resnet_core.formats import graphviz


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package in the place of ours, on a machine with one font."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "draw.py").write_text("A = 1")
    (folder / "Sans.ttf").write_bytes(b"letters")
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "Song.ttc").write_bytes(b"more")
    spec = ModuleSpec("package", None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    monkeypatch.setattr(build, "find_spec", lambda _: spec)
    monkeypatch.setattr(build, "FONTS", (tmp_path / "fonts",))
    yield tmp_path
    build._of_build.cache_clear()


def digest() -> str:
    build._of_build.cache_clear()
    return build.digest()


@pytest.mark.parametrize(
    "file", ["package/draw.py", "package/Sans.ttf", "package/more.toml", "fonts/Song.ttc"]
)
def test_another_source_or_font_is_another_build(package: Path, file: str) -> None:
    before = digest()
    assert digest() == before
    (package / "package" / "notes.txt").write_text("no picture is made of it")
    assert digest() == before
    (package / file).write_bytes(b"another")
    assert digest() != before


def test_another_version_or_engine_is_another_build(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert package
    with_library = digest()
    monkeypatch.setattr(graphviz, "_library", lambda: "libfoo.so is not there")
    with_command = digest()
    monkeypatch.setenv("PATH", "")
    assert len({with_library, with_command, digest()}) == 3
    before = digest()
    monkeypatch.setattr(build, "version", lambda name: f"9 of {name}")
    assert digest() != before


def test_the_settings_of_fontconfig_name_the_folders_that_are_looked_at() -> None:
    settings = Path(graphviz.__file__).parents[1] / "fonts" / "fonts.conf"
    for folder in graphviz.FONT_FOLDERS:
        assert f"<dir>{folder}</dir>" in settings.read_text(encoding="utf-8")
