"""The ends of torch's range: every subject is the same picture with the oldest and the newest.

    python -m tests.torch_range           the lower end of pyproject.toml, and pip's newest
    python -m tests.torch_range 2.11.0    these

Each torch is installed into an environment of its own together with the wheel, which takes minutes
and gigabytes: `make torches` runs it before a release, `make test` does not.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIGESTS = """
import hashlib, json, sys, warnings
warnings.simplefilter("error")
import torch
from resnet_core import draw, draw_module
from resnet_core.registry import BLOCKS, NETWORKS
from torch import nn

found = {}
for kind, registry in (("block", BLOCKS), ("model", NETWORKS)):
    for name in registry:
        drawing = draw(**{kind: name})
        for form in ("svg", "csv"):
            content = drawing.render(form)
            found[f"{kind} {name} {form}"] = hashlib.sha256(content).hexdigest()
own = draw_module(nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.GELU()), (1, 3, 32, 32))
found["a module of one's own"] = hashlib.sha256(own.render("svg")).hexdigest()
print(json.dumps({"torch": torch.__version__, "found": found}))
"""


def ends() -> list[str]:
    """The lower end as pyproject.toml has it, and the newest that pip chooses below the upper."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (span,) = (row for row in project["dependencies"] if row.startswith("torch>="))
    lowest = re.match(r"torch>=([\d.]+),<[\d.]+$", span)
    assert lowest is not None, span
    return [f"torch=={lowest[1]}", span]


def digests(python: str, folder: Path) -> tuple[str, dict[str, str]]:
    """The torch of an interpreter, and what every picture is with it; away from the sources."""
    done = subprocess.run(
        [python, "-c", DIGESTS], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    told = json.loads(done.stdout)
    return told["torch"], told["found"]


def installed(wheel: Path, torch: str, folder: Path) -> str:
    """An interpreter with this torch and the wheel."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", torch, str(wheel)], check=True)
    return python


def main(wanted: Iterable[str]) -> int:
    """Compare what each torch draws with what the one that is installed here draws."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", name, str(ROOT)]
        subprocess.run([sys.executable, *build], check=True, stdout=subprocess.DEVNULL)
        (wheel,) = folder.glob("*.whl")
        here, expected = digests(sys.executable, folder)
        print(f"torch {here}: {len(expected)} pictures", flush=True)
        failures = 0
        for number, torch in enumerate(wanted):
            python = installed(wheel, torch, folder / str(number))
            version, found = digests(python, folder)
            other = sorted(item for item in expected if found.get(item) != expected[item])
            failures += bool(other)
            print(f"torch {version}: {', '.join(other) if other else 'the same'}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main([f"torch=={version}" for version in sys.argv[1:]] or ends()))
