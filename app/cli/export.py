"""``resnet-diagram export``: gallery, pages and documents as files that any host serves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from app.cli.errors import Refusal
from app.cli.output import progress, put_file, say
from resnet_core.errors import nearest


@click.command()
@click.argument("target", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False))
@click.argument("subjects", nargs=-1, metavar="[SUBJECT]…")
@click.option(
    "--server", metavar="URL", default="",
    help="Where an explorer runs, to which links lead that need one; without it they are left out.",
)  # fmt: skip
def export(target: Path, subjects: tuple[str, ...], server: str) -> None:
    """Write the pages as a folder of files, for a host that runs nothing.

    FOLDER gets the gallery as index.html, a page for each block and network, and the documents, in
    English and under zh/ in Chinese, with every picture they show and as files to take home. With
    SUBJECTs, only those and the documents that discuss them.

    \b
    resnet-diagram export site
    resnet-diagram export site bottleneck resnet50 --server https://resnet.example.org
    python -m http.server -d site
    """
    if server and not server.startswith(("https://", "http://")):
        raise Refusal(f"--server {server} is no address", allowed="https://… or http://…")
    from resnet_core.registry import BLOCKS, NETWORKS

    every = [*BLOCKS.values(), *NETWORKS.values()]
    known = [one.name for one in every]
    for name in subjects:
        if name not in known:
            near = nearest(name, known)
            instead = f"resnet-diagram export {target} {near}" if near else ""
            what = f"there is no block or network {name}"
            raise Refusal(what, allowed=", ".join(known), instead=instead)
    from app.export.site import Site
    from app.settings import read

    site = Site([one for one in every if not subjects or one.name in subjects], server)

    def put(name: str, content: bytes) -> None:
        put_file(target / name, content)

    try:
        files = asyncio.run(site.write(put, read(), progress))
    except BaseExceptionGroup as failures:
        wrong = failures.subgroup(OSError)
        if wrong is None:
            raise
        raise Refusal(f"cannot write to {target}: {_reason(wrong)}") from None
    except OSError as error:
        raise Refusal(f"cannot write to {target}: {error.strerror}") from None
    say(f"{target}: {files} files; look at it with: python -m http.server -d {target}")


def _reason(group: BaseExceptionGroup[Any]) -> str:
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return str(first.strerror if isinstance(first, OSError) else first)
