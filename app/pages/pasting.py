"""``/read``: one's own code, pasted, read and never run; its picture, its words, its lines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from app.http.problems import FAILURES, Problem, ProblemError, problem_of
from app.pages.source import coloured
from app.workers.renderer import Renderer
from resnet_core.bilingual import Language, Text

EXAMPLE = """class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + self.shortcut(x))
"""
_PLAIN = ("source", "call", "input", "class", "part")

# What a page has to show before anything was read.
_NOTHING: dict[str, Any] = {
    "offers": [], "chosen": "", "assumptions": [], "input": "", "call": "", "error": None,
    "difference": [], "notes": [], "svg": "", "text": "", "twin": None, "problem": None,
    "broken": 0, "near": None, "readings": [], "parts": [], "given": "",
}  # fmt: skip


@dataclass
class Pasted:
    """What was pasted and what became of it."""

    typed: dict[str, str]
    found: dict[str, Any] = field(default_factory=lambda: dict(_NOTHING))
    problem: Problem | None = None

    @property
    def text(self) -> str:
        """The text in the field: as restored, as typed, or an example to begin with."""
        return self.found.get("text") or self.typed.get("source") or EXAMPLE

    @property
    def chosen(self) -> dict[str, Any] | None:
        """The class whose constructor is offered as a form."""
        made = self.found.get("offers", [])
        return next((offer for offer in made if offer["name"] == self.found.get("chosen")), None)

    def value(self, knob: dict[str, Any]) -> str:
        """What stands in a field of the constructor's form."""
        return self.typed.get(f"arg.{knob['name']}", "") or str(knob["value"])

    @property
    def lines(self) -> list[tuple[int, str, str]]:
        """The code in colour, line by line: number, markup, and what is the matter there."""
        error = self.found.get("error") or {}
        wrong = {error.get("line", 0), self.found.get("broken", 0)}
        used: dict[int, list[str]] = {}
        for node in self.found.get("record", {"nodes": []})["nodes"]:
            if node["source"]:
                used.setdefault(node["source"]["line"], []).append(_shown(node))
        markup = str(coloured(self.found.get("text", ""))).splitlines()
        return [
            (number, line, "wrong" if number in wrong else "; ".join(used.get(number, [])[:3]))
            for number, line in enumerate(markup, 1)
        ]


def _shown(node: dict[str, Any]) -> str:
    """A call in few letters: what it is and what it gives."""
    shapes = ", ".join("×".join(map(str, shape)) for shape in node["outputs"])
    return f"{node['type']} → {shapes}" if shapes else str(node["type"])


async def posted(request: Request) -> list[tuple[str, str]]:
    """Names and values of a form. Raises ProblemError where it is too long."""
    # A form writes most letters of Chinese as nine.
    limit = 3 * request.app.state.settings.body_bytes
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            said = Text("a body has at most {:,} bytes", "请求体最长 {:,} 字节").format(limit)
            raise ProblemError(Problem("body-too-long", said))
    try:
        return parse_qsl(body.decode("ascii"), max_num_fields=200)
    except (ValueError, UnicodeDecodeError):
        said = Text("the form cannot be read", "表单无法读取")
        raise ProblemError(Problem("not-an-object", said)) from None


async def paste(renderer: Renderer, pairs: Sequence[tuple[str, str]], language: Language) -> Pasted:
    """The page of what was pasted; without a source the empty form with an example in it."""
    known = [
        (name, value.replace("\r\n", "\n") if name == "source" else value)
        for name, value in pairs
        if name in _PLAIN or name.startswith(("arg.", "known."))
    ]
    page = Pasted(dict(known))
    if not page.typed.get("source", "").strip():
        return page
    query = [*page.typed.items(), ("language", language)]
    try:
        page.found |= await asyncio.to_thread(json.loads, await renderer.read(query))
    except FAILURES as error:
        page.problem = await problem_of(error, renderer, None)
    return page
