"""A limit for each client: what is counted, for whom, and what the answer says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.main import create_app
from app.settings import Settings

NEW = "/diagram.json?block=basic&planes={}"
BROWSER = {"Accept": "text/html"}


@contextmanager
def limited(rate: str = "2/hour", proxies: str = "", at: str = "10.0.0.9") -> Iterator[TestClient]:
    """A client at this address, before a server that believes these proxies, as uvicorn does."""
    app = create_app(Settings(workers=0, timeout=60, rate=rate))
    outer = ProxyHeadersMiddleware(app, trusted_hosts=proxies)  # type: ignore[arg-type]
    with TestClient(outer, client=(at, 1234)) as client:  # type: ignore[arg-type]
        yield client


def statuses(client: TestClient, *clients: str) -> list[int]:
    """The answers to new pictures that are asked for with these in X-Forwarded-For."""
    return [
        client.get(NEW.format(8 * at + 8), headers={"X-Forwarded-For": forwarded}).status_code
        for at, forwarded in enumerate(clients)
    ]


def test_who_asks_too_often_is_told_when_to_ask_again() -> None:
    with limited() as client:
        assert [client.get(NEW.format(planes)).status_code for planes in (8, 16)] == [200, 200]
        refused = client.get(NEW.format(24))
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["cache-control"] == "no-store"
        assert 1 <= int(refused.headers["retry-after"]) <= 3600
        assert refused.json()["type"] == "/reference#too-many-requests"
        assert refused.headers["retry-after"] in refused.json()["detail"]
        assert client.get("/metrics").text.count('status="429"} 1.0') == 1


def test_a_picture_that_is_refused_says_so_in_its_place_and_is_kept_by_nobody() -> None:
    with limited("1/hour") as client:
        client.get(NEW.format(8))
        for asked in ("block=basic&theme=dark", "block=basic&on_error=image"):
            card = client.get(f"/diagram.svg?{asked}")
            assert card.headers["content-type"] == "image/svg+xml"
            assert "429" in card.text
            assert card.headers["cache-control"] == "no-store"
            assert card.status_code == (200 if "on_error" in asked else 429)
        # To paint it in another format would cost as much as what was refused.
        assert client.get("/diagram.png?block=basic").headers["content-type"].endswith("json")


@pytest.mark.parametrize(("tongue", "words"), [("en", "ask again in"), ("zh", "秒后再试")])
def test_a_page_that_is_refused_is_a_page_in_the_readers_language(tongue: str, words: str) -> None:
    with limited("1/hour") as client:
        header = {**BROWSER, "Accept-Language": tongue}
        assert client.get("/reference", headers=header).status_code == 200
        page = client.get("/gallery", headers=header)
        assert page.status_code == 429
        assert words in page.text
        assert int(page.headers["retry-after"]) >= 1


def test_what_costs_nothing_is_not_counted() -> None:
    with limited("1/hour") as client:
        page = client.get("/reference", headers=BROWSER).text
        # The second of equal pages is given again, and so it is with files below.
        assert client.get("/reference", headers=BROWSER).status_code == 200
        assert client.get("/gallery", headers=BROWSER).status_code == 429
        sheet = next(part for part in page.split('"') if part.endswith(".css"))
        free = (sheet, "/healthz", "/metrics", "/robots.txt")
        assert {client.get(path).status_code for path in free * 3} == {200}
        # Files have an account of their own.
        assert [client.get(NEW.format(8)).status_code for _ in range(5)] == [200] * 5
        assert client.get(NEW.format(16)).status_code == 429


def test_clients_are_told_apart_only_by_a_proxy_that_is_believed() -> None:
    each = ("203.0.113.1", "203.0.113.2", "203.0.113.1", "203.0.113.2")
    with limited("1/hour", proxies="10.0.0.0/8") as client:
        assert statuses(client, *each) == [200, 200, 429, 429]
    with limited("1/hour", proxies="127.0.0.1") as client:
        # Whoever is no proxy of ours may claim to be anybody.
        assert statuses(client, *each) == [200, 429, 429, 429]


def test_a_network_of_ipv6_is_one_client_and_a_mapped_address_is_the_old_one() -> None:
    with limited("1/hour", proxies="*") as client:
        asked = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
        mapped = ("::ffff:203.0.113.7", "203.0.113.7")
        assert statuses(client, *asked, *mapped) == [200, 429, 200, 200, 429]


def test_a_client_without_an_address_is_not_counted() -> None:
    with limited("1/hour", at="testclient") as client:
        assert {client.get(NEW.format(8 * at)).status_code for at in range(1, 4)} == {200}


def test_without_the_setting_nobody_is_counted() -> None:
    with limited("none") as client:
        assert {client.get(NEW.format(8 * at)).status_code for at in range(1, 6)} == {200}


@pytest.mark.parametrize("wrong", ["0/minute", "many", "5", "5/fortnight", "5 per minute"])
def test_a_rate_that_is_none_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Settings(rate=wrong)
