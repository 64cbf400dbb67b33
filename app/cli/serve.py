"""``resnet-diagram serve``: the page and the REST API, and if you like your own module first."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import click

from app.cli.errors import Refusal
from app.cli.output import say

if TYPE_CHECKING:
    from app.settings import Settings
    from app.workers.own_module import Own

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Of a page that somebody else has opened under another name, the browser says that name.
NAMES = "localhost,127.0.0.1,[::1]"
ROOT = re.compile(r"(/[^/\s?#]+)+")


@click.command()
@click.argument("target", required=False, metavar="[FILE.py:NAME]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0: any free."
)
@click.option(
    "--processes",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Server processes on the port.",
)
@click.option("--root-path", metavar="PATH", help="What a proxy takes off the front of each path.")
@click.option("--input", "shape", metavar="SHAPE", help="Of FILE.py:NAME, batch first: 1x64x56x56.")
@click.option(
    "--arg", "args", multiple=True, metavar="NAME=VALUE", help="A first argument of NAME."
)
@click.option("--call", metavar="CALL", help="The whole first call instead: 'Net(64, stride=2)'.")
def serve(
    target: str | None,
    host: str,
    port: int,
    processes: int,
    root_path: str | None,
    shape: str | None,
    args: tuple[str, ...],
    call: str | None,
) -> None:
    """Serve the page and the REST API.

    With FILE.py:NAME (or package.module:NAME) the explorer begins with that module: the
    parameters of its constructor are knobs, and it is drawn again whenever the file is saved. The
    file is run, on this machine, so that it is served to this machine alone.

    \b
    resnet-diagram serve
    resnet-diagram serve my_block.py:Net --input 1x64x56x56
    resnet-diagram serve my_block.py:Net --input 1x64x56x56 --arg planes=64 --port 8001
    """
    if processes > 1 and not hasattr(os, "fork"):
        raise Refusal("--processes: this system cannot share a port so", allowed="1")
    if target is not None:
        if processes > 1:
            raise Refusal("--processes: a module of one's own is served by one", allowed="1")
        settings, own = _own(target, host, shape, args, call)
        from app.main import serve as run

        run(host, port, _below(settings, root_path), own)
    elif shape or args or call:
        raise Refusal("--input, --arg and --call are about a module", allowed="FILE.py:NAME")
    else:
        from app.settings import read

        settings = _below(read(), root_path)
        if processes == 1 and settings.workers:
            from app.workers.process import load_early

            load_early()
        from app.main import serve as run

        run(host, port, settings, processes=processes)


def _below(settings: Settings, root_path: str | None) -> Settings:
    """The settings of a server below this path."""
    if root_path is None:
        return settings
    path = root_path.strip().rstrip("/")
    if path and not ROOT.fullmatch(path):
        raise Refusal(f"--root-path {root_path}: no path", allowed="a path such as /diagrams")
    return settings.model_copy(update={"root_path": path or "none"})


def _own(
    target: str, host: str, shape: str | None, args: tuple[str, ...], call: str | None
) -> tuple[Settings, Own]:
    """The module, loaded, and the settings of a server that is for this machine alone."""
    if host not in LOOPBACK:
        raise Refusal(
            f"--host {host}: {target} is run by whoever asks for a picture of it",
            allowed=", ".join(LOOPBACK),
        )
    if shape is None:
        raise Refusal(
            f"{target}: its input is not known",
            allowed="--input and a shape, batch first, such as 1x64x56x56",
        )
    from app.cli.load_module import Making
    from app.cli.own_subject import Entry
    from app.settings import read
    from app.workers.own_module import Own

    # A file that is saved twice in a second must not be taken for what was compiled of the first.
    sys.dont_write_bytecode = True
    entry = Entry(target, Making(args, call), shape)
    own = Own(entry, entry.view)
    own.load()
    say(f"{target} is run, now and whenever it is saved; stop with Ctrl-C", err=True)
    settings = read()
    alone = {"hosts": NAMES, "store": "none", "disk": "none", "workers": max(1, settings.workers)}
    return settings.model_copy(update=alone), own
