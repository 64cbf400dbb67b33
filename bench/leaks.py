"""What is left behind by 200 turned knobs, measured in Chromium: heap, nodes, listeners.

    python -m bench.leaks

The knob goes back and forth between values that the server has drawn, a box is asked about, and a
strip of values is open. Once a first round has warmed everything up, each later one shall leave
what it found. Two snapshots of the heap tell what still grows: what Chromium itself notes down of
requests and slow frames (ResourceData, PerformanceLongAnimationFrameTiming) and compiled code.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.browser.chromium import NoChromium, chromium
from tests.browser.server import serving
from tests.browser.visits import Visits, until

TURNS, ROUND = 200, 40
COUNTED = ("JSHeapUsedSize", "Nodes", "JSEventListeners")
STRIDES = ("2", "1")
DRAWN = """stride => document.querySelector('.sheet metadata').textContent
  .includes('stride=2') === (stride === '2')"""
# Of 1 what may be there more at the end than after the first round.
MOST_GROWTH = 0.1


def counts(session: CDPSession) -> dict[str, float]:
    """What the page holds once its rubbish is collected."""
    session.send("HeapProfiler.collectGarbage")
    found: dict[str, Any] = session.send("Performance.getMetrics")
    return {entry["name"]: entry["value"] for entry in found["metrics"] if entry["name"] in COUNTED}


def turned(page: Page, turns: int) -> None:
    """Turn the knob so often, each time until it is drawn."""
    for turn in range(turns):
        stride = STRIDES[turn % 2]
        page.fill("#knob-stride", stride)
        until(page, DRAWN, stride)


def main() -> None:
    try:
        with chromium() as browser, serving() as server:
            visits = Visits(browser, server.address)
            page = visits("/?block=bottleneck")
            page.locator('.sheet .node[data-node="conv2"]').click()
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")
            turned(page, ROUND)
            first = counts(session)
            print(f"after {ROUND:>4} turns  ", first)
            for done in range(2 * ROUND, TURNS + 1, ROUND):
                turned(page, ROUND)
                last = counts(session)
                print(f"after {done:>4} turns  ", last)
            visits.close()
    except NoChromium as missing:
        raise SystemExit(f"no browser, nothing measured: {missing}") from None
    grown = {name: last[name] / first[name] - 1 for name in COUNTED}
    for name, growth in grown.items():
        print(f"{name:>18}  {growth:+.1%}{'  LEAKS' if growth > MOST_GROWTH else ''}")


if __name__ == "__main__":
    main()
