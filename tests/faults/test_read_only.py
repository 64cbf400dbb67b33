"""Where nothing can be written, everything is drawn all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from resnet_core import Diagram
from tests.faults.conftest import serving, soon

NOWHERE = "import tempfile; tempfile._candidate_tempdir_list = lambda: ['/nonexistent']"
DRAW = """
import sys
from resnet_core import draw
sys.stdout.buffer.write(draw(block="basic").render("svg") + draw(block="basic").render("png"))
"""
needs_memory = pytest.mark.skipif(
    not os.access("/dev/shm", os.W_OK), reason="this system has no folder in memory"
)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system has no files in memory")
def test_pictures_are_the_same_without_a_temporary_folder(tmp_path: Path) -> None:
    call = [sys.executable, "-c", NOWHERE + DRAW]
    # Wherever it is started: fonts are not looked for there.
    path = os.pathsep.join(entry for entry in sys.path if entry)
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(call, capture_output=True, check=True, cwd=tmp_path, env=environment)
    pictures = [Diagram.of([("block", "basic")]).render(format) for format in ("svg", "png")]
    assert done.stdout == b"".join(pictures)


@needs_memory
@pytest.mark.slow
def test_a_server_without_a_temporary_folder_answers_everything() -> None:
    before = set(Path("/dev/shm").iterdir())
    with serving(before=NOWHERE, workers="1", shutdown="1") as server:
        for format in ("svg", "png", "pdf", "json"):
            assert server.ask(f"/diagram.{format}?block=basic").status_code == 200
        soon(lambda: server.ask("/readyz").status_code == 200, 30)
        server.process.terminate()
        server.process.wait(10)
    left = {path.name for path in set(Path("/dev/shm").iterdir()) - before}
    assert not [name for name in left if name.startswith("resnet-diagram")]
