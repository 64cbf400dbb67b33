"""Answers given before, against a bare ASGI function that returns the same bytes.

    python -m bench.warm

Both under uvicorn with uvloop and httptools, side by side in one run and in turns, asked by the
command ``wrk``. Beside the rate stands what a second of a core gives, which a machine that is busy
with something else changes less.
"""

from __future__ import annotations

from statistics import median

from bench._servers import Load, Server, asked, serving

# A bare function: the same headers and bytes, packed alike, and nothing beside.
BARE = """
import asyncio, socket, sys, urllib.request
import uvicorn, uvloop

asked = urllib.request.Request(sys.argv[1], headers={"Accept-Encoding": sys.argv[2]})
with urllib.request.urlopen(asked) as answer:
    body = answer.read()
    headers = [(n.lower().encode(), v.encode()) for n, v in answer.headers.items()
               if n.lower() not in ("connection", "x-request-id")]

async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print("ready on http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
config = uvicorn.Config(
    app, log_config=None, access_log=False, server_header=False, http="httptools"
)
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(uvicorn.Server(config).serve(sockets=[listener]))
"""
PATH = "/diagram.svg?block=bottleneck"
TURNS, SECONDS, CONNECTIONS = 3, 3, 64
GOAL = 0.6
ENCODINGS = ("identity", "gzip", "gzip, deflate, br, zstd")


def main() -> None:
    print(f"median of {TURNS} turns of {SECONDS} s, {CONNECTIONS} connections, {PATH}")
    print(f"{'':<26}{'ours /s':>10}{'bare /s':>10}{'ratio':>8}{'of a core':>12}{'goal':>8}")
    with serving(workers=1) as ours:
        for encoding in ENCODINGS:
            ratio, of_a_core, mine, theirs = measured(ours, encoding)
            goal = f"≥ {GOAL:g}"
            print(
                f"{encoding:<26}{mine:>10,.0f}{theirs:>10,.0f}"
                f"{ratio:>8.2f}{of_a_core:>12.2f}{goal:>8}"
            )


def measured(ours: Server, encoding: str = "identity") -> tuple[float, float, float, float]:
    """Ratio of the rates, ratio of what a second of a core gives, and both rates."""
    turns: list[tuple[Load, Load]] = []
    header = f"Accept-Encoding: {encoding}"
    with serving(ours.url + PATH, encoding, code=BARE) as bare:
        for _ in range(TURNS):
            mine = asked(ours, PATH, CONNECTIONS, SECONDS, [header])
            turns.append((mine, asked(bare, PATH, CONNECTIONS, SECONDS, [header])))
    return (
        median(mine.rate / other.rate for mine, other in turns),
        median(mine.of_a_core / other.of_a_core for mine, other in turns),
        median(mine.rate for mine, _ in turns),
        median(other.rate for _, other in turns),
    )


if __name__ == "__main__":
    main()
