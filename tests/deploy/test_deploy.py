"""The files for operators fit the service: its settings, its metrics, and what nginx takes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = [DEPLOY / "compose.yaml", *sorted((DEPLOY / "kubernetes").glob("*.yaml"))]


@pytest.mark.parametrize("file", [*FILES, DEPLOY / "README.md"], ids=lambda file: file.name)
def test_every_setting_in_a_file_is_one(file: Path) -> None:
    named = re.findall(r"RESNET_DIAGRAM_([A-Z_]+)", file.read_text(encoding="utf-8"))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_every_figure_of_the_dashboard_is_one_that_the_service_tells() -> None:
    board = json.loads((DEPLOY / "grafana" / "resnet-diagram.json").read_text(encoding="utf-8"))
    wanted = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"resnet_diagram_\w+", target["expr"])
    }
    with TestClient(create_app(Settings(workers=0, timeout=60))) as client:
        client.get("/diagram.svg?block=basic")
        told = set(re.findall(r"^(resnet_diagram_\w+)", client.get("/metrics").text, re.MULTILINE))
    assert wanted
    assert wanted <= told


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not here")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    site = site.replace("server app:8000", "server 127.0.0.1:8000")
    site = site.replace("/var/cache/nginx", str(tmp_path)).replace("listen 80 ", "listen 18080 ")
    (tmp_path / "site.conf").write_text(site)
    whole = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ include site.conf; }}"
    (tmp_path / "nginx.conf").write_text(whole)
    call = ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
