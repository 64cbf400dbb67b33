"""What the description says is what the registries hold, and a new block is in all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from torch import nn

from resnet_core.diagram.form import Input, Options
from resnet_core.layers import conv3x3
from resnet_core.params import Inplanes, Stride
from resnet_core.registry import BLOCKS, NETWORKS, Subject
from tests.subjects import SUBJECTS, whole


def knobs(client: TestClient, path: str = "/diagram") -> dict[str, dict[str, Any]]:
    operation = client.get("/openapi.json").json()["paths"][path]["get"]
    return {record["name"]: record for record in operation["parameters"]}


@pytest.fixture
def newcomer() -> Iterator[None]:
    """A block that nobody has heard of."""
    with BLOCKS.temporary():

        @BLOCKS.register("newcomer", title="New Comer")
        class Newcomer(nn.Module):
            """x + conv(x)"""

            def __init__(self, inplanes: Inplanes = 24, stride: Stride = 1) -> None:
                super().__init__()
                self.conv = conv3x3(inplanes, inplanes, stride)

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                out: torch.Tensor = x + self.conv(x)
                return out

        yield


@pytest.mark.parametrize("subject", whole())
def test_every_knob_of_every_subject_is_described_with_its_bounds(
    client: TestClient, subject: Subject
) -> None:
    found = knobs(client)
    for name, schema in subject.params.model_json_schema()["properties"].items():
        told = found[name]
        if name == "block":
            assert all(item in told["description"] for item in schema["enum"])
            continue
        assert told["description"]
        assert subject.name in told["description"] or "every subject" in told["description"]
        alternatives = told["schema"].get("anyOf", [told["schema"]])
        bounds = {k: v for k, v in schema.items() if k not in ("title", "description", "default")}
        assert bounds in [
            {k: v for k, v in alternative.items() if k != "default"} for alternative in alternatives
        ]


def test_no_knob_has_the_name_of_an_option() -> None:
    reserved = {*Input.model_fields, *Options.model_fields, "model", "on_error", "v"}
    for subject in SUBJECTS:
        assert not reserved & set(subject.params.model_fields), subject.name


def test_the_view_and_the_input_are_described(client: TestClient) -> None:
    expected = {*Input.model_fields, *Options.model_fields, "block", "model", "on_error", "v"}
    assert expected <= set(knobs(client))


def test_nothing_is_described_that_no_subject_takes(client: TestClient) -> None:
    taken = {name for subject in SUBJECTS for name in subject.params.model_fields}
    others = {*Input.model_fields, *Options.model_fields, "block", "model", "on_error", "v"}
    assert set(knobs(client)) == taken | others | {"source", "call", "dtype"}


def test_the_extension_is_a_parameter_of_its_own_path(client: TestClient) -> None:
    found = knobs(client, "/diagram.{extension}")
    assert "svg" in found["extension"]["schema"]["enum"]


def test_a_default_is_told_only_where_all_share_it(client: TestClient) -> None:
    found = knobs(client)
    for name, told in found.items():
        defaults = [
            subject.params.model_fields[name].default
            for subject in SUBJECTS
            if name in subject.params.model_fields
        ]
        if "default" in told["schema"] and defaults:
            assert all(default == told["schema"]["default"] for default in defaults)


def test_a_posted_object_has_the_same_names(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/diagram"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == set(knobs(client))


@pytest.mark.parametrize(("path", "registry"), [("/blocks", BLOCKS), ("/models", NETWORKS)])
def test_the_subjects_are_listed_with_their_knobs_as_json_schema(
    client: TestClient, path: str, registry: Any
) -> None:
    listed = client.get(path).json()
    assert [record["name"] for record in listed] == list(registry)
    for record in listed:
        subject = registry[record["name"]]
        assert record["parameters"] == subject.params.model_json_schema()
        assert record["fixed"] == dict(subject.fixed)
        assert client.get(f"{path}/{subject.name}").json() == record


def test_an_unknown_subject_is_not_found(client: TestClient) -> None:
    answer = client.get("/blocks/bottlneck")
    assert answer.status_code == 404
    assert answer.json()["suggestion"] == "bottleneck"


@pytest.mark.usefixtures("newcomer")
def test_a_new_block_is_listed_described_shown_and_drawn(client: TestClient) -> None:
    assert client.get("/blocks").json()[-1]["name"] == "newcomer"
    assert "newcomer" in knobs(client)["stride"]["description"]
    assert "New Comer" in client.get("/?block=bottleneck").text
    page = client.get("/?block=newcomer&inplanes=12").text
    assert 'name="inplanes"' in page
    assert "<svg" in page
    assert "New Comer" in client.get("/reference").text
    drawn = client.get("/diagram?block=newcomer&stride=1")
    assert drawn.status_code == 200
    assert "New Comer" in drawn.text


def test_a_forgotten_block_is_forgotten(client: TestClient) -> None:
    assert client.get("/blocks/newcomer").status_code == 404


@pytest.mark.parametrize("path", ["/diagram", "/diagram.svg", "/explain", "/explain.txt"])
def test_an_address_tells_every_method_that_it_takes(client: TestClient, path: str) -> None:
    answer = client.put(path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/blocks", "/models/resnet50"])
def test_what_is_only_read_has_a_head_and_says_so(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code
    answer = client.options(path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    described = client.get("/openapi.json").json()["paths"]
    assert all("head" not in operations for operations in described.values())
