"""The figures that the service is held to, side by side in one run.

    python -m bench.figures [--write]

Ratios compare two ways that take turns, so that a busy machine slows both; times are as they are.
With ``--write`` the table is kept in docs/en/serving.md and docs/zh/serving.md.
"""

from __future__ import annotations

import compileall
import http.client
import os
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
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from bench import cold, memory, warm
from bench._servers import Client, Server, asked, serving
from resnet_core import draw

BLOCK = "/diagram.svg?block=bottleneck&stride=2&planes={}"
DEEP = "/diagram.svg?model=resnet1202&num_classes={}"
KEPT = "/diagram.svg?block=bottleneck"
HEAVY = "/diagram.svg?model=hornet&depths=99,99,99,99&shapes=symbolic&input={}"
RENDER = "from app.cli import main; main(['render', 'bottleneck', '-o', '{}'])"
BODY = b"POST /diagram HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12345678"
BEGIN, END = "<!-- figures: python -m bench.figures --write -->\n", "<!-- /figures -->"
HEADS = {"en": "| figure | measured | goal |", "zh": "| 指标 | 实测 | 目标 |"}
NOTES = {
    "en": "Measured on {} with {} cores, for which {:.1f} other processes competed when it began.\n"
    "What misses its goal is bold.",
    "zh": "测于 {}，{} 个核，开始时另有约 {:.1f} 个进程在争用。未达目标的用粗体。",
}
# Each in both languages.
NAMES = {
    "block": (
        "new block over HTTP ÷ torchview on meta and `dot`",
        "新的块经 HTTP ÷ torchview（meta）加 `dot`",
    ),
    "ResNet-152, every op, CPU": (
        "ResNet-152, every call ÷ torchview on the CPU and `dot`",
        "ResNet-152 画出每次调用 ÷ torchview（CPU）加 `dot`",
    ),
    "ResNet-152, every op, meta": (
        "ResNet-152, every call ÷ torchview on meta and `dot`",
        "ResNet-152 画出每次调用 ÷ torchview（meta）加 `dot`",
    ),
    "ResNet-152 by default, meta": (
        "ResNet-152 by default ÷ torchview on meta and `dot`",
        "默认的 ResNet-152 ÷ torchview（meta）加 `dot`",
    ),
    "view": (
        "another view of a traced network over HTTP ÷ its layout alone",
        "跟踪过的网络换一种视图，经 HTTP ÷ 只排版",
    ),
    "deep": ("ResNet-1202 by default", "默认的 ResNet-1202"),
    "growth": (
        "time for each call of ResNet-1202 ÷ that of ResNet-18",
        "ResNet-1202 每次调用的时间 ÷ ResNet-18 的",
    ),
    "front": (
        "memory of the server after 10,000 small and 100 large ones",
        "一万个小请求和一百个大请求之后服务器的内存",
    ),
    "worker": ("memory of the largest worker then", "此时最大的工作进程的内存"),
    "bare": (
        "cached answers a second ÷ a bare ASGI function",
        "每秒缓存应答 ÷ 裸 ASGI 函数",
    ),
    "kept": (
        "a cached answer on one kept connection, median",
        "同一连接上的缓存应答，中位数",
    ),
    "small": ("a small block while ten ResNet-1202 wait", "十个 ResNet-1202 排队时的一个小块"),
    "busy": (
        "cached, 64 connections, all workers busy, 99th percentile",
        "缓存应答，64 个连接，工作进程全忙，第 99 百分位",
    ),
    "accept": (
        "everyone else beside 16 KB of `Accept`, worst",
        "有人发送 16 KB 的 `Accept` 时其他人，最差",
    ),
    "left": (
        "the next small block after 60 asked for heavy things and left",
        "60 个客户端要了重活又离开之后的下一个小块",
    ),
    "ready": ("ready after the start", "从启动到就绪"),
    "end": ("the end with slow bodies open", "请求体没有传完时结束"),
    "render": (
        "`resnet-diagram render bottleneck` ÷ `import torch`",
        "`resnet-diagram render bottleneck` ÷ `import torch`",
    ),
}


@dataclass(frozen=True)
class Figure:
    """One figure: what was measured, and the goal that it is held to."""

    name: str
    value: float
    goal: float
    unit: str = ""
    least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.least else self.value <= self.goal

    def row(self, language: str) -> str:
        """The row of the table."""
        name = NAMES[self.name][language == "zh"]
        value, goal = (f"{number:.3g}{self.unit}" for number in (self.value, self.goal))
        sign = "≥" if self.least else "≤"
        return f"| {name} | {value if self.met else f'**{value}**'} | {sign} {goal} |"


def main() -> None:
    load = os.getloadavg()[0]
    figures: list[Figure] = []
    print(HEADS["en"])
    for measure in (drawn, given_again, crowded, operated, started, held):
        for figure in measure():
            print(figure.row("en"), flush=True)
            figures.append(figure)
    if "--write" in sys.argv:
        for language, head in HEADS.items():
            rows = [head, "|---|---:|---:|", *(figure.row(language) for figure in figures)]
            _write(language, rows, load)


def _write(language: str, rows: list[str], load: float) -> None:
    file = Path(__file__).parents[1] / "docs" / language / "serving.md"
    before, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    note = NOTES[language].format(datetime.now(UTC).date(), os.cpu_count(), load)
    file.write_text(before + BEGIN + "\n".join(["", *rows, "", note, "", END]) + after, "utf-8")


def drawn() -> Iterator[Figure]:
    """What is new: against torchview and a ``dot`` process."""
    cold.settle()
    with serving(workers=1, cache_bytes=0, timeout=60) as server:
        planes, client = iter(range(65, 512)), Client(server)

        def block() -> object:
            return client.get(BLOCK.format(next(planes)))

        block()
        ours, theirs = cold._fastest(block, cold._theirs(cold.BLOCK, "meta"), turns=cold.MANY)
        yield Figure("block", ours / theirs, 0.4)
        yield _other_view(client)
        (deep,) = cold._fastest(_deep(server))
        yield Figure("deep", deep / 1000, 1.5, " s")
    first, *_, last = (ours / nodes for _, ours, nodes in cold.growth())
    yield Figure("growth", last / first, 1)
    for name, wanted, module, device, goal in cold.ROWS:
        if name in NAMES:
            ours, theirs = cold._fastest(cold._ours(wanted), cold._theirs(module, device))
            yield Figure(name, ours / theirs, goal)


def _deep(server: Server) -> Callable[[], object]:
    classes = iter(range(11, 99))
    return lambda: server.get(DEEP.format(next(classes)))


def _other_view(client: Client) -> Figure:
    query = "model=resnet50&input=200"
    client.get(f"/diagram.svg?{query}")
    shown = draw(model="resnet50", input=200, theme="dark")
    shown.graph  # noqa: B018  it is traced
    # The server keeps no answers.
    dark = f"/diagram.svg?{query}&theme=dark"
    ours, theirs = cold._fastest(
        lambda: client.get(dark), lambda: replace(shown).svg, turns=cold.MANY
    )
    return Figure("view", ours / theirs, 1.5)


def given_again() -> Iterator[Figure]:
    """What was asked before."""
    with serving(workers=1) as server:
        ratio, _, _, _ = warm.measured(server)
        yield Figure("bare", ratio, warm.GOAL, least=True)
        client = Client(server)
        taken = []
        for _ in range(500):
            begun = time.perf_counter()
            client.get(KEPT)
            taken.append(1000 * (time.perf_counter() - begun))
        yield Figure("kept", median(taken), 1, " ms")


def crowded() -> Iterator[Figure]:
    """Many at once, and some who mean no good."""
    with serving(workers=2) as server, ThreadPoolExecutor(64) as threads:
        server.get(KEPT)
        busy = [threads.submit(_quietly, server, DEEP.format(11 + at)) for at in range(10)]
        time.sleep(0.3)
        yield Figure("small", _seconds(server, BLOCK.format(80)), 0.5, " s")
        busy += [threads.submit(_quietly, server, HEAVY.format(64 + at)) for at in range(4)]
        yield Figure("busy", asked(server, KEPT, 64, 3).percentiles[99], 20, " ms")
        for work in busy:
            work.result()
        accept = threads.submit(_accept, server, 3.0)
        yield Figure("accept", _worst(server, 2.5), 50, " ms")
        accept.result()
        for at in range(60):
            _forsake(server, HEAVY.format(100 + at))
        yield Figure("left", _seconds(server, BLOCK.format(88)), 1, " s")


def operated() -> Iterator[Figure]:
    """Starting and ending."""
    begun = time.perf_counter()
    with serving() as server:
        yield Figure("ready", time.perf_counter() - begun, 4, " s")
        slow = [_connected(server) for _ in range(50)]
        for client in slow:
            client.sendall(BODY)
        begun = time.perf_counter()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)
        yield Figure("end", time.perf_counter() - begun, 10, " s")
        for client in slow:
            client.close()


def held() -> Iterator[Figure]:
    """Memory, in megabytes."""
    front, worker = memory.most()
    yield Figure("front", front, memory.FRONT, " MB")
    yield Figure("worker", worker, memory.WORKER, " MB")


def started() -> Iterator[Figure]:
    """The command line, as a whole process, compiled as pip leaves it and as torch is."""
    for package in ("resnet_core", "app"):
        compileall.compile_dir(Path(__file__).parents[1] / package, quiet=1)
    with TemporaryDirectory() as folder:
        render = _process(RENDER.format(Path(folder) / "bottleneck.svg"))
        ours, theirs = cold._fastest(render, _process("import torch"), turns=10)
    yield Figure("render", ours / theirs, 1.3)


def _process(code: str) -> Callable[[], object]:
    call = [sys.executable, "-c", code]
    return lambda: subprocess.run(call, check=True, capture_output=True)


def _seconds(server: Server, path: str) -> float:
    begun = time.perf_counter()
    server.get(path)
    return time.perf_counter() - begun


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
        worst = max(worst, 1000 * _seconds(server, KEPT))
    return worst


def _accept(server: Server, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        client = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        client.request("GET", "/x", headers={"Accept": 'a/b;"' + ";" * 16000})
        client.getresponse().read()
        client.close()


def _connected(server: Server) -> socket.socket:
    parts = urlsplit(server.url)
    return socket.create_connection((parts.hostname, parts.port))


def _forsake(server: Server, path: str) -> None:
    with _connected(server) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        time.sleep(0.02)


if __name__ == "__main__":
    main()
