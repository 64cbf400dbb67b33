"""The figures that the service is held to, side by side in one run.

    python -m bench.figures [--write]

Ratios compare two ways that take turns, so that a busy machine slows both; times are as they are.
With ``--write`` the table is kept in docs/en/serving.md and docs/zh/serving.md.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from bench import cold, warm
from bench._servers import Server, asked, serving
from resnet_core import draw

BLOCK = "/diagram.svg?block=bottleneck&stride=2&planes={}"
DEEP = "/diagram.svg?model=resnet1202&width={}"
KEPT = "/diagram.svg?block=bottleneck"
HEAVY = "/diagram.svg?model=hornet&depths=99,99,99,99&shapes=symbolic&input={}"
TABLE = re.compile(
    r"(<!-- figures: python -m bench\.figures --write -->\n).*?(<!-- /figures -->)", re.S
)
HEADS = {"en": "| figure | measured | goal |", "zh": "| 指标 | 实测 | 目标 |"}
NOTES = {
    "en": "Measured on {} with {} cores, load {:.1f} at the beginning of the run.",
    "zh": "测于 {}，{} 个核，开始时系统负载 {:.1f}。",
}


@dataclass(frozen=True)
class Figure:
    """One figure in both languages: what was measured, and the goal that it is held to."""

    en: str
    zh: str
    value: float
    goal: float
    unit: str = ""
    least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.least else self.value <= self.goal

    def row(self, language: str) -> str:
        """The row of the table."""
        name = self.zh if language == "zh" else self.en
        sign = "≥" if self.least else "≤"
        value, goal = (f"{number:,.3g}{self.unit}" for number in (self.value, self.goal))
        return f"| {name} | {value if self.met else f'**{value}**'} | {sign} {goal} |"


def main() -> None:
    load = os.getloadavg()[0]
    figures: list[Figure] = []
    print(HEADS["en"])
    for measure in (drawn, given_again, crowded, operated, started):
        for figure in measure():
            print(figure.row("en"), flush=True)
            figures.append(figure)
    if "--write" in sys.argv:
        for language, head in HEADS.items():
            _write(
                language, [head, "|---|---:|---:|", *(one.row(language) for one in figures)], load
            )


def _write(language: str, rows: list[str], load: float) -> None:
    file = Path(__file__).parents[1] / "docs" / language / "serving.md"
    note = NOTES[language].format(datetime.now(UTC).date(), os.cpu_count(), load)
    text = "\n".join(["", *rows, "", note, ""])
    old = file.read_text(encoding="utf-8")
    new = TABLE.sub(lambda found: f"{found[1]}{text}\n{found[2]}", old)
    file.write_text(new, encoding="utf-8")


def drawn() -> Iterator[Figure]:
    """What is new: against torchview and a ``dot`` process."""
    with serving(workers=1, cache_bytes=0, timeout=60) as server:
        planes = iter(range(65, 512))
        ask = lambda: server.get(BLOCK.format(next(planes)))  # noqa: E731
        ask()
        ours, theirs = cold._fastest(ask, cold._theirs(cold.BLOCK, "meta"))
        yield Figure("a new block over HTTP ÷ torchview on meta and `dot`",
                     "新的块经 HTTP ÷ torchview（meta）加 `dot`", ours / theirs, 0.4)  # fmt: skip
        themes = iter(["dark", "light"] * 8)
        scales = iter(range(1, 100))
        server.get("/diagram.svg?model=resnet50")
        view = lambda: server.get(
            f"/diagram.svg?model=resnet50&theme={next(themes)}&scale={next(scales) / 50:g}"
        )  # noqa: E731, E501
        shown = draw(model="resnet50", theme="dark")
        shown.graph  # noqa: B018  it is traced
        ours, theirs = cold._fastest(view, lambda: replace(shown).svg)
        yield Figure("another view of a traced network over HTTP ÷ its layout alone",
                     "已跟踪网络换一种视图，经 HTTP ÷ 只排版", ours / theirs, 1.5)  # fmt: skip
        begun = time.perf_counter()
        server.get("/diagram.svg?model=resnet1202")
        yield Figure(
            "ResNet-1202 by default", "默认的 ResNet-1202", time.perf_counter() - begun, 1.5, " s"
        )
    names = {
        "ResNet-152, every op, CPU": ("ResNet-152, every call, ÷ torchview on the CPU and `dot`",
                                      "ResNet-152 每次调用 ÷ torchview（CPU）加 `dot`"),
        "ResNet-152, every op, meta": ("the same ÷ torchview on meta and `dot`",
                                       "同上 ÷ torchview（meta）加 `dot`"),
        "ResNet-152 by default, meta": ("ResNet-152 by default ÷ torchview on meta and `dot`",
                                        "默认的 ResNet-152 ÷ torchview（meta）加 `dot`"),
    }  # fmt: skip
    for name, asked_for, module, device, goal in cold.ROWS:
        if name in names:
            ours, theirs = cold._fastest(cold._ours(asked_for), cold._theirs(module, device))
            yield Figure(*names[name], ours / theirs, goal)


def given_again() -> Iterator[Figure]:
    """What was asked before."""
    with serving(workers=1) as server:
        ratio, _, _, _ = warm.measured(server)
        yield Figure("cached answers a second ÷ a bare ASGI function",
                     "每秒缓存应答 ÷ 裸 ASGI 函数", ratio, warm.GOAL, least=True)  # fmt: skip
        parts = urlsplit(server.url)
        client = http.client.HTTPConnection(parts.netloc)
        taken = []
        for _ in range(500):
            begun = time.perf_counter()
            client.request("GET", KEPT)
            client.getresponse().read()
            taken.append(1000 * (time.perf_counter() - begun))
        yield Figure("a cached answer on one kept connection, median",
                     "同一连接上的缓存应答，中位数", median(taken), 1, " ms")  # fmt: skip


def crowded() -> Iterator[Figure]:
    """Many at once, and some who mean no good."""
    with serving(workers=2, timeout=9) as server, ThreadPoolExecutor(64) as threads:
        server.get(KEPT)
        busy = [threads.submit(_quietly, server, DEEP.format(8 + at)) for at in range(10)]
        time.sleep(0.3)
        begun = time.perf_counter()
        server.get(BLOCK.format(80))
        yield Figure("a small block while ten ResNet-1202 wait",
                     "十个 ResNet-1202 排队时的一个小块", time.perf_counter() - begun, 0.5, " s")  # fmt: skip
        load = asked(server, KEPT, 64, 3)
        yield Figure("cached, 64 connections, all workers busy, 99th percentile",
                     "缓存应答，64 个连接，全部工作进程忙，第 99 百分位",
                     load.percentiles[99], 20, " ms")  # fmt: skip
        for work in busy:
            work.result()
        accept = threads.submit(_accept, server, 3.0)
        yield Figure("everyone else beside 16 KB of `Accept`, worst",
                     "有人发送 16 KB 的 `Accept` 时其他人，最差",
                     _worst(server, 2.5), 50, " ms")  # fmt: skip
        accept.result()
        for at in range(60):
            _forsake(server, HEAVY.format(64 + at))
        begun = time.perf_counter()
        server.get(BLOCK.format(88))
        yield Figure("the next small block after 60 have asked heavy things and left",
                     "60 个客户端要了重活又离开之后的下一个小块",
                     time.perf_counter() - begun, 1, " s")  # fmt: skip


def operated() -> Iterator[Figure]:
    """Starting and ending."""
    begun = time.perf_counter()
    with serving() as server:
        yield Figure("ready after the start", "启动到就绪", time.perf_counter() - begun, 4, " s")
        parts = urlsplit(server.url)
        slow = [socket.create_connection((parts.hostname, parts.port)) for _ in range(50)]
        for client in slow:
            client.sendall(
                b"POST /diagram HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12345678"
            )
        begun = time.perf_counter()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)
        yield Figure("the end with slow bodies open", "有未传完的请求体时结束",
                     time.perf_counter() - begun, 10, " s")  # fmt: skip


def started() -> Iterator[Figure]:
    """The command line, as a whole process."""
    call = "from app.cli import main; main(['render', 'bottleneck', '-o', '/dev/null', '--format', 'svg'])"
    ours, theirs = cold._fastest(_process(call), _process("import torch"))
    yield Figure("`resnet-diagram render bottleneck` ÷ `import torch`",
                 "`resnet-diagram render bottleneck` ÷ `import torch`", ours / theirs, 1.3)  # fmt: skip


def _process(code: str) -> Callable[[], object]:
    call = [sys.executable, "-c", code]
    return lambda: subprocess.run(call, check=True, capture_output=True)


def _quietly(server: Server, path: str) -> None:
    try:
        server.get(path)
    except OSError:
        # Refused or too late: what is measured is what others feel.
        return


def _worst(server: Server, seconds: float) -> float:
    """Milliseconds of the slowest of many answers, one after the other."""
    worst, end = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        server.get(KEPT)
        worst = max(worst, 1000 * (time.perf_counter() - begun))
    return worst


def _accept(server: Server, seconds: float) -> None:
    parts = urlsplit(server.url)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        client = http.client.HTTPConnection(parts.netloc, timeout=10)
        client.request("GET", "/x", headers={"Accept": 'a/b;"' + ";" * 16000})
        client.getresponse().read()
        client.close()


def _forsake(server: Server, path: str) -> None:
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port)) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        time.sleep(0.02)


if __name__ == "__main__":
    main()
