"""The files for operators fit the service: its settings, its metrics, and what nginx takes."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from app.cli.serve import serve
from app.main import create_app
from app.settings import Settings, read

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
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


def documents() -> list[dict[str, Any]]:
    """What Kubernetes is asked for."""
    files = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    return [one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_what_the_files_name_of_each_other_is_there() -> None:
    found = documents()
    labels = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in found
        if one["kind"] == "Deployment"
    }
    ports = {
        port["name"]
        for one in found
        if one["kind"] == "Deployment"
        for container in one["spec"]["template"]["spec"]["containers"]
        for port in container["ports"]
    }
    for one in found:
        spec = one["spec"]
        match one["kind"]:
            case "Deployment":
                chosen = spec["selector"]["matchLabels"]
                assert chosen.items() <= labels[one["metadata"]["name"]].items()
            case "Service":
                assert labels[one["metadata"]["name"]].items() >= spec["selector"].items()
                assert {port["targetPort"] for port in spec["ports"]} <= ports
            case "PodDisruptionBudget":
                assert spec["selector"]["matchLabels"] in labels.values()
                assert spec["minAvailable"] < replicas(one["metadata"]["name"])
            case "HorizontalPodAutoscaler":
                assert spec["scaleTargetRef"]["name"] in labels
                assert spec["minReplicas"] == replicas(spec["scaleTargetRef"]["name"])
            case kind:
                raise AssertionError(f"{kind} is not looked at here")
    services = compose()["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        volumes = {volume.partition(":")[0] for volume in service.get("volumes", ())}
        named = {volume for volume in volumes if not volume.startswith(".")}
        assert named <= set(compose()["volumes"])
        assert all((DEPLOY / volume).exists() for volume in volumes - named)


def replicas(name: str) -> int:
    return next(
        int(one["spec"]["replicas"])
        for one in documents()
        if one["kind"] == "Deployment" and one["metadata"]["name"] == name
    )


def environment() -> list[dict[str, str]]:
    """What the service is started with: by compose, and in Kubernetes."""
    (container,) = (
        container
        for one in documents()
        if one["metadata"]["name"] == "resnet-diagram" and one["kind"] == "Deployment"
        for container in one["spec"]["template"]["spec"]["containers"]
    )
    return [
        compose()["services"]["app"]["environment"],
        {one["name"]: one["value"] for one in container["env"]},
    ]


@pytest.mark.parametrize("given", environment(), ids=["compose", "kubernetes"])
def test_a_server_starts_with_these_settings(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = read()
    assert capsys.readouterr().err == ""
    for name, value in given.items():
        found = getattr(settings, name.removeprefix("RESNET_DIAGRAM_").lower())
        assert str(found).lower() == value or float(found) == float(value)


def test_the_times_to_end_are_enough() -> None:
    settings = read()
    assert int(compose()["services"]["app"]["stop_grace_period"].rstrip("s")) > settings.shutdown
    pod = documents()[0]["spec"]["template"]["spec"]
    drain = float(environment()[1]["RESNET_DIAGRAM_DRAIN"])
    assert pod["terminationGracePeriodSeconds"] > drain + settings.shutdown


def test_probes_ask_for_what_is_answered() -> None:
    pod = documents()[0]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    asked = {probe["httpGet"]["path"] for name, probe in container.items() if "Probe" in name}
    assert asked == {"/readyz", "/healthz"}
    asked |= {documents()[0]["spec"]["template"]["metadata"]["annotations"]["prometheus.io/path"]}
    asked |= set(re.findall(r"GET (/\w+) HTTP", IMAGE))
    # A pod is asked by its address, which is none of the names that it answers to.
    with TestClient(create_app(Settings(workers=0, timeout=60, hosts="example.org"))) as client:
        for path in asked:
            assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code in (200, 503)


def test_the_image_checks_itself_as_its_shell_does() -> None:
    """The health check's own words, against a server that says yes and one that says no."""
    (words,) = re.findall(r"HEALTHCHECK .*?CMD (\[.*\])", IMAGE)
    call = json.loads(words)
    assert call[0] == "bash"
    for status, fine in (("200 OK", True), ("503 Service Unavailable", False), ("", False)):
        with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as thread:
            port = str(listener.getsockname()[1])
            asked = thread.submit(answer, listener, status)
            done = subprocess.run(call, env={**os.environ, "PORT": port}, timeout=20)
            assert asked.result().startswith(b"GET /readyz HTTP/1.0\r\n\r\n")
        assert (done.returncode == 0) is fine, status


def answer(listener: socket.socket, status: str) -> bytes:
    """What the next client asks, who is answered so."""
    client, _ = listener.accept()
    with client, client.makefile("rb") as reader:
        asked = reader.readline() + reader.readline()
        if status:
            client.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
    return asked


def test_the_image_is_made_of_what_is_there() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", IMAGE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert {"pyproject.toml", "constraints.txt", "app", "resnet_core"} <= set(copied)
    sent = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in sent
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (extra,) = re.findall(r"\*\.whl\)\[(\w+)\]", IMAGE)
    assert extra in project["optional-dependencies"]
    assert "resnet-diagram" in project["scripts"]
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    (torch,) = re.findall(r"torch==\S+", IMAGE)
    assert torch in pinned
    (makefile,) = re.findall(r"torch==\S+", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert torch == makefile
    options = {option for one in serve.params for option in one.opts}
    (command,) = re.findall(r"^CMD (\[.*\])$", IMAGE, re.MULTILINE)
    assert set(re.findall(r"--[\w-]+", json.loads(command)[-1])) <= options


@pytest.mark.parametrize("shell", [["bash", "-n"], ["sh", "-n"]], ids=["bash", "sh"])
def test_the_image_s_shell_lines_are_shell(shell: list[str]) -> None:
    lines = re.findall(r"^RUN (.+)$", IMAGE, re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        done = subprocess.run([*shell, "-c", line], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
