"""The gallery's cards in another order: by cost, by year, and back by family."""

from __future__ import annotations

from playwright.sync_api import expect

SHOWN = """name => [...document.querySelectorAll('.card')]
  .filter((card) => card.checkVisibility())
  .map((card) => Number(card.dataset[name] ?? Infinity))"""
NAMES = "() => [...document.querySelectorAll('.card h3')].map((title) => title.textContent)"


def test_cards_stand_in_the_order_that_was_chosen(visit):
    page = visit("/gallery")
    families = page.evaluate(NAMES)
    for order, name in (("params", "params"), ("-macs", "macs"), ("year", "year")):
        page.select_option("#order", order)
        shown = page.evaluate(SHOWN, name)
        assert len(shown) == len(families)
        known = [number for number in shown if number != float("inf")]
        assert known == sorted(known, reverse=order.startswith("-"))
        assert shown[: len(known)] == known
        expect(page.locator(".family").first).to_be_hidden()
    page.select_option("#order", "family")
    assert page.evaluate(NAMES) == families
    expect(page.locator(".ordered")).to_be_hidden()
