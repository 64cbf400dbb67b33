"""Modules that a file imports from its own folder, where another folder has some so named."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from resnet_core.embed.beside import drawn_from
from resnet_core.errors import ParameterError

NET = """
from torch import nn
from sizes import PLANES
from parts.layers import conv

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(conv(PLANES))
"""
LAYERS = """
from torch import nn

def conv(planes):
    return nn.Conv2d(3, planes + {more}, 1)
"""


@pytest.fixture
def folders(tmp_path) -> list[Path]:
    """Three folders with files of the same names, one inside of another."""
    found = [tmp_path / "one", tmp_path / "two", tmp_path / "one" / "deeper"]
    for number, folder in enumerate(found):
        (folder / "parts").mkdir(parents=True)
        (folder / "parts" / "__init__.py").write_text("")
        (folder / "net.py").write_text(NET)
        (folder / "sizes.py").write_text(f"PLANES = {10 * number}\n")
        (folder / "parts" / "layers.py").write_text(LAYERS.format(more=number + 1))
    return found


def test_each_is_drawn_with_its_own(folders):
    for folder in [*folders, *reversed(folders)]:
        number = folders.index(folder)
        drawing = drawn_from(folder, "net.py:Net", ["1x3x8x8"], {})
        assert drawing.graph.nodes[-1].shape == (1, 11 * number + 1, 8, 8)
    assert not {str(folder.resolve()) for folder in folders} & {*sys.path}
    assert sys.modules["sizes"].__file__ == str(folders[0] / "sizes.py")


def test_a_neighbour_that_is_saved_again_at_once_is_read_again_and_nothing_is_left(
    folders, monkeypatch
):
    """What Python compiles it knows by second and size: neither is another one here."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for planes in (10, 20):
        (folders[0] / "sizes.py").write_text(f"PLANES = {planes}\n")
        os.utime(folders[0] / "sizes.py", (1e9, 1e9))
        drawing = drawn_from(folders[0], "net.py:Net", ["1x3x8x8"], {})
        assert drawing.graph.nodes[-1].shape == (1, planes + 1, 8, 8)
        drawn_from(folders[1], "net.py:Net", ["1x3x8x8"], {})  # another's: the first is forgotten
    assert not [*folders[0].rglob("__pycache__")]
    assert not sys.dont_write_bytecode


def test_the_path_is_as_it_was_after_a_file_that_fails(folders):
    before = list(sys.path)
    (folders[0] / "net.py").write_text("import sizes\nraise KeyError(sizes.PLANES)\n")
    with pytest.raises(ParameterError, match="KeyError: 0"):
        drawn_from(folders[0], "net.py:Net", ["1x3x8x8"], {})
    assert sys.path == before
