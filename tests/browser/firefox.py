"""Firefox without a window, spoken to by WebDriver BiDi: playwright drives only a build of its own.

https://w3c.github.io/webdriver-bidi/
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("firefox-esr", "firefox")
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
# Seconds for an answer, and for something to become true of a page.
PATIENCE = 30
FRESH = {"browser.shell.checkDefaultBrowser": False, "app.update.auto": False}


class NoFirefox(Exception):
    """No Firefox could be started; the message says why."""


class Firefox:
    """One page in a running Firefox."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._asked = connection, 0
        self.complaints: list[str] = []
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        made = self._ask("browsingContext.create", type="tab")
        self._context = made["context"]

    def goto(self, url: str) -> None:
        """Open a page and wait until it is loaded."""
        self._ask("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self._ask("browsingContext.setViewport", context=self._context, viewport=viewport)

    def evaluate(self, expression: str) -> Any:
        """What an expression is on the page."""
        target = {"context": self._context}
        found = self._ask("script.evaluate", expression=f"JSON.stringify({expression})",
                          target=target, awaitPromise=True)  # fmt: skip
        assert found["type"] == "success", found.get("exceptionDetails")
        text = found["result"].get("value")
        return None if text is None else json.loads(text)

    def until(self, expression: str) -> Any:
        """Wait until an expression is true of the page; its value."""
        deadline = time.monotonic() + PATIENCE
        while not (found := self.evaluate(expression)):
            assert time.monotonic() < deadline, f"never true: {expression}"
            time.sleep(0.05)
        return found

    def move(self, selector: str, *, press: bool = False) -> None:
        """Move the mouse to the middle of an element, and press it there."""
        self.evaluate(f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}})")
        box = f"document.querySelector({selector!r}).getBoundingClientRect()"
        x, y = self.evaluate(f"[{box}].map((b) => [b.x + b.width / 2, b.y + b.height / 2])[0]")
        steps: list[dict[str, Any]] = [{"type": "pointerMove", "x": int(x), "y": int(y)}]
        if press:
            steps += [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._perform({"type": "pointer", "id": "mouse", "actions": steps})

    def click(self, selector: str) -> None:
        self.move(selector, press=True)

    def type(self, text: str, rest: int = 0) -> None:
        """Press keys one after another, with a rest of milliseconds between them."""
        steps: list[dict[str, Any]] = []
        for key in text:
            steps += [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
            steps.append({"type": "pause", "duration": rest})
        self._perform({"type": "key", "id": "keys", "actions": steps})

    def _perform(self, source: dict[str, Any]) -> None:
        self._ask("input.performActions", context=self._context, actions=[source])

    def _ask(self, method: str, **params: Any) -> Any:
        self._asked += 1
        self._connection.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            answer = json.loads(self._connection.recv(PATIENCE))
            if answer.get("method") == "log.entryAdded":
                self._heard(answer["params"])
            elif answer.get("id") == self._asked:
                assert answer["type"] == "success", answer
                return answer["result"]

    def _heard(self, entry: dict[str, Any]) -> None:
        if entry["level"] == "error":
            self.complaints.append(str(entry.get("text")))


@contextmanager
def firefox() -> Iterator[Firefox]:
    """A page of a fresh Firefox. Raises NoFirefox."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise NoFirefox(f"there is no {' nor '.join(NAMES)}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile, said = Path(folder), Path(folder, "said.txt")
        lines = [f"user_pref({json.dumps(n)}, {json.dumps(v)});" for n, v in FRESH.items()]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        switches = ["--headless", "--no-remote", "--remote-debugging-port", "0"]
        with said.open("w", encoding="utf-8") as heard:
            process = subprocess.Popen(
                [path, *switches, "--profile", folder], stdout=subprocess.DEVNULL, stderr=heard
            )
        try:
            with connect(f"{_address(process, said)}/session", max_size=None) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    """Where it listens, which it says once it does. Raises NoFirefox."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if found := LISTENING.search(said.read_text(encoding="utf-8", errors="replace")):
            return found.group(1)
        time.sleep(0.1)
    process.kill()
    raise NoFirefox(f"Firefox does not start: {said.read_text(errors='replace')[-200:]}")
