"""Whatever is asked, nothing breaks: requests made at random from the description, and legal ones.

`make test` meets the same thousand each time, `make hunt` meets new ones.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from app.main import create_app
from app.settings import Settings
from resnet_core import FORMATS
from resnet_core.diagram.form import Options, properties
from resnet_core.registry import Subject
from tests.conftest import cases, hunting
from tests.subjects import SUBJECTS

pytestmark = pytest.mark.slow
# Seconds after which an answer is one that hangs, on a busy machine too.
PATIENCE = 60
described = schemathesis.openapi.from_asgi(
    "/openapi.json", create_app(Settings(workers=0, timeout=PATIENCE)), timeout=PATIENCE
).exclude(path="/readyz")  # nothing of this server is ready before it is asked to draw
OPERATIONS = described.statistic.operations.selected
# Values that go together no schema can tell: a legal value may be refused beside another one.
PARDONED = [positive_data_acceptance]
# Beside them the library has ten thousand examples of its own, which a hunt takes too.
PHASES = Phase if hunting() else [Phase.generate]
# What a structure costs grows with these.
LARGE = {"depth": 60, "blocks": 8, "batch": 8, "base_dim": 128, "planes": 512, "inplanes": 512}


@described.parametrize()
@settings(cases(64, OPERATIONS), phases=PHASES, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_is_described(case: Any) -> None:
    answer = case.call(timeout=PATIENCE)
    posted = case.body if isinstance(case.body, dict) else {}
    hidden = "on_error=image" in answer.request.url or "on_error" in posted
    case.validate_response(
        answer, excluded_checks=[*PARDONED, *([negative_data_rejection] if hidden else [])]
    )


def test_a_hunt_takes_as_many_cases_as_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings.get_current_profile_name()
    monkeypatch.setenv("HUNT_CASES", "20000")
    try:
        settings.load_profile("hunt")
        assert cases(64, OPERATIONS).max_examples * OPERATIONS >= 20_000
        assert cases(30).max_examples == 20_000
        monkeypatch.delenv("HUNT_CASES")
        assert cases(30).max_examples == 300
    finally:
        settings.load_profile(before)
    assert cases(30).max_examples == (300 if hunting() else 30)


def values(name: str, schema: dict[str, Any]) -> st.SearchStrategy[str] | None:
    """Legal values of a knob as they stand in a query; None for those that are not drawn here."""
    if "enum" in schema:
        return st.sampled_from([str(value) for value in schema["enum"] if value is not None])
    if schema.get("type") == "boolean":
        return st.sampled_from(["true", "false"])
    if schema.get("type") == "integer":
        most = min(schema.get("maximum", 64), LARGE.get(name, 64))
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return st.integers(least, max(least, most)).map(str)
    return None


@st.composite
def legal(draw: st.DrawFn) -> str:
    """A diagram of any subject with some of its knobs turned, in any view and format."""
    subject: Subject = draw(st.sampled_from([one for one in SUBJECTS if not _is_deep(one)]))
    pairs = {subject.kind: subject.name}
    for form in (subject.params, Options):
        for name, schema in properties(form).items():
            offered = values(name, schema)
            if offered is not None and draw(st.booleans()):
                pairs[name] = draw(offered)
    if draw(st.booleans()):
        pairs["input"] = str(draw(st.integers(1, 300)))
    return f"/diagram.{draw(st.sampled_from(list(FORMATS)))}?{urlencode(sorted(pairs.items()))}"


def _is_deep(subject: Subject) -> bool:
    return dict(subject.fixed).get("depth", 0) > 200


@given(legal())
@settings(cases(30), suppress_health_check=list(HealthCheck))
def test_legal_values_are_drawn_or_refused_with_a_reason(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in (200, 422, 504), (address, answer.text)
    if answer.status_code == 200:
        assert answer.content
    page = client.get("/?" + address.partition("?")[2], headers={"Accept-Language": "zh"})
    assert page.status_code in (200, 422, 504), address
