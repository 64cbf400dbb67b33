"""The calls are played in their order: a pulse splits at the shortcut and waits at the sign."""

from __future__ import annotations

from playwright.sync_api import expect

from resnet_core import draw
from tests.browser.visits import Visits

STILL = {"reduced_motion": "reduce"}


def test_a_pulse_splits_and_waits_until_both_parts_have_come(visit: Visits) -> None:
    page = visit("/?block=basic", **STILL)
    nodes = [node.id for node in draw(block="basic").shown.nodes]
    step = page.locator("[data-play=step]")
    lit = page.locator(".sheet .node.pointed")
    pulses = page.locator(".pulse")
    for index, name in enumerate(nodes):
        step.click()
        expect(lit.first).to_have_attribute("data-node", name)
        add = nodes.index("add")
        # One on the main path, and until the sum one on the shortcut; nothing leaves the output.
        expect(pulses).to_have_count(0 if name == "output" else 2 if index < add else 1)
        expect(page.locator(".sheet .node.done")).to_have_count(index + 1)
    page.locator("[data-play=back]").click()
    expect(lit.first).to_have_attribute("data-node", nodes[-2])


def test_the_line_of_code_is_lit_and_keys_step(visit: Visits) -> None:
    page = visit("/?block=bottleneck&stride=2", **STILL)
    page.locator(".tabs a[href='#code']").click()
    page.locator("body").press("n")
    page.locator("body").press("n")
    expect(page.locator("#code .line.pointed").first).to_contain_text("self.conv1(x)")
    expect(page.locator(".status")).to_contain_text("1×1 conv, 64")
    page.locator("body").press("b")
    expect(page.locator(".sheet .node.pointed")).to_have_attribute("data-node", "input")


def test_it_plays_by_itself_to_the_end_and_a_turn_ends_it(visit: Visits) -> None:
    page = visit("/?block=basic&detail=layer")
    page.locator("[data-play=run]").click()
    expect(page.locator("[data-play=run]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".sheet .node.done").nth(2)).to_be_attached()
    page.locator("#knob-planes").fill("32")
    expect(page.locator("[data-play=run]")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".sheet .node.done")).to_have_count(0)
    page.locator("[data-play=run]").click()
    expect(page.locator("[data-play=run]")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".sheet .node.done")).to_have_count(
        len(draw(block="basic", planes=32, detail="layer").shown.nodes)
    )
