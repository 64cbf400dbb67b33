"""What leaves the server, whatever the application answers."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_a_redirect_does_not_repeat_the_name_that_the_client_gave_the_server(
    client: TestClient,
) -> None:
    answer = client.get("/gallery/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["location"] == "/gallery"
    assert client.get("/gallery/").status_code == 200
