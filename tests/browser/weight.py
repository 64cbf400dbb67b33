"""How much a reader's line has to carry for a page."""

from __future__ import annotations

from collections import Counter

from playwright.sync_api import Page, Response

KINDS = ("document", "stylesheet", "script", "font", "image")


def weight(page: Page, address: str) -> Counter[str]:
    """Bytes on the line by kind; a diagram in the page is part of the document."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address, wait_until="networkidle")
    found: Counter[str] = Counter()
    for one_answer in answers:
        if (kind := one_answer.request.resource_type) in KINDS:
            found[kind] += one_answer.request.sizes()["responseBodySize"]
    return found
