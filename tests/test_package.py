"""The package as others install it: built, checked, and used from the wheel alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from app.cli.errors import SERVER

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Where a library is imported by another name than it is installed by.
IMPORTED = {"python-mimeparse": "mimeparse", "fastapi": "fastapi starlette"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Wheel and source archive; the build backend is the one that is installed."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    return sorted(folder.iterdir())


def run(*words: str, status: int = 0, **more: str) -> str:
    """What Python says, away from the sources here."""
    done = subprocess.run(
        [sys.executable, *words], cwd=tempfile.gettempdir(), env=os.environ | more,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_the_package_is_built_and_holds_what_it_needs(built, tmp_path):
    wheel, archive = built
    assert archive.name.endswith(".tar.gz")
    assert "PASSED" in run("-m", "twine", "check", "--strict", *map(str, built))
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
        files.extractall(tmp_path)
    for place in ("app/templates", "app/static", "app/pages/locale", "resnet_core/fonts"):
        assert any(name.startswith(f"{place}/") for name in names), place
    for source in (ROOT / "resnet_core", ROOT / "app"):
        for file in source.rglob("*"):
            data = file.suffix not in (".pyc", ".uuid") and file.name != ".uuid"
            if file.is_file() and data and "__pycache__" not in file.parts:
                assert file.relative_to(ROOT).as_posix() in names
    (manual,) = (name for name in names if name.endswith("/data/share/man/man1/resnet-diagram.1"))
    assert (tmp_path / manual).read_bytes() == (ROOT / "docs" / "resnet-diagram.1").read_bytes()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "app", "resnet_core", "resnet_diagram"
    }  # fmt: skip
    used_alone(tmp_path)


def used_alone(folder: Path) -> None:
    """The page and a picture come out of what the wheel holds."""
    code = (
        "import app, pathlib, warnings; warnings.simplefilter('ignore')\n"
        f"assert pathlib.Path(app.__file__).is_relative_to({str(folder)!r}), app.__file__\n"
        "from fastapi.testclient import TestClient\n"
        "from app.main import create_app\n"
        "from app.settings import Settings\n"
        "import re\n"
        "with TestClient(create_app(Settings(workers=0, timeout=60))) as client:\n"
        "    page = client.get('/?lang=zh', headers={'Accept': 'text/html'}).text\n"
        "    scripts = re.findall(r'src=\"(/static/[^\"]+)', page)\n"
        "    assert scripts\n"
        "    for path in ['/diagram.svg?block=basic', *scripts]:\n"
        "        assert client.get(path, headers={'Accept': '*/*'}).status_code == 200, path\n"
        "print('served')\n"
    )
    assert "served" in run("-c", code, PYTHONPATH=str(folder))


def test_the_container_is_built_from_all_that_the_wheel_holds():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["only-include"], *wheel["shared-data"], PROJECT["readme"], "pyproject.toml"}
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    assert needed <= copied
    seen = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{name}" for name in needed} <= set(seen)


def test_what_the_server_needs_is_named_where_it_is_missing():
    names = [re.split(r"[\[<>=; ]", row)[0] for row in PROJECT["optional-dependencies"]["server"]]
    imported = {
        word for name in names for word in IMPORTED.get(name, name.replace("-", "_")).split()
    }
    assert imported == set(SERVER)


@pytest.mark.slow
def test_without_the_servers_libraries_it_draws_and_says_what_serving_needs(tmp_path):
    """A finder that knows none of them stands for an environment without the extra."""
    (tmp_path / "a.md").write_text("<!-- resnet-diagram basic -->\n<!-- /resnet-diagram -->\n")
    works = [
        "docs -j 1 a.md",
        "render basic -o -",
        "explain basic",
        "url basic",
        "list",
        "list --json",
    ]
    lacks = ["serve", "export site"]
    code = (
        "import os, sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {SERVER!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
        f"os.chdir({str(tmp_path)!r})\n"
        "from click.testing import CliRunner\n"
        "from app.cli import main\n"
        f"for words in {works + lacks}:\n"
        "    done = CliRunner().invoke(main, words.split())\n"
        f"    assert done.exit_code == (3 if words in {lacks} else 0), (words, done.output)\n"
        "    told = 'resnet-diagram[server]' in done.output\n"
        "    assert told == (done.exit_code == 3), done.output\n"
    )
    run("-c", code, PYTHONPATH=str(ROOT))
    assert (tmp_path / "basic.svg").exists()
