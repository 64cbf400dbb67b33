"""``resnet-diagram compare``: what one structure has that another has not."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from app.cli.commands import tell
from app.cli.errors import Refusal, refusal_of
from app.cli.output import STDOUT, chosen_format, say, write
from app.cli.own import OwnRequest, is_own
from app.cli.read_request import READ, ReadRequest
from resnet_core.bilingual import Text
from resnet_core.index import formats

if TYPE_CHECKING:
    from resnet_core.compare import Comparison
    from resnet_core.diagram.picture import Drawing
    from resnet_core.diagram.words import Request
    from resnet_core.errors import ResnetDiagramError

    Asked = Request | OwnRequest | ReadRequest


DIFFERENT = 1

FORMATS = formats()

_TWICE = Text("B is given twice", "B 给了两次")
_MISSING = Text("Missing argument 'B': compare needs two", "缺少 B：对比要有两个")
_TWO = Text("compare A B, or compare A --against B", "compare A B，或者 compare A --against B")


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="[B]", required=False)
@click.option("--against", metavar="B", help="The second, said by name: for a module of your own.")
@click.option("-o", "--output", metavar="FILE", help="Where to write, if not standard output.")
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="A picture, numbers or a table; if not said, the file's ending, else txt.",
)
@click.option(
    "--view", type=click.Choice(["one", "side", "plain", "a", "b"]), default="one",
    show_default=True,
    help="One picture of both, two next to each other (plain: without marks), or one of the two.",
)  # fmt: skip
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of the words.")
def compare(
    first: str,
    second: str | None,
    against: str | None,
    output: str | None,
    format: str | None,
    view: str,
    lang: str | None,
) -> None:
    """Compare two blocks or networks.

    A and B are each a subject with its knobs in one word, as `render` takes them, a module of
    your own as `draw` takes it: its file is run, or `read` and a file as `read` takes it, which is
    not run. The answer is one sentence and what differs, aligned by role. Ends with status 0 where
    both compute the same and 1 where they do not.

    \b
    resnet-diagram compare resnet50 "resnet50 --stride-on conv1"
    resnet-diagram compare "bottleneck --stride 2" "basic --stride 2" -o blocks.svg
    resnet-diagram compare "my_block.py:Net --input 1x256x56x56" --against bottleneck
    resnet-diagram compare "read block.py --call 'Net(256)'" --against bottleneck
    """
    chosen = chosen_format(format, output, FORMATS, "txt", Text("a comparison", "对比"))
    from resnet_core import compare as compared

    if (second is None) == (against is None):
        raise Refusal(_TWICE if second else _MISSING, allowed=_TWO)
    a, b = _request(first), _request(second or against or "")
    options = {"lang": lang} if lang else {}
    drawings = [_drawn(item, (a, b), index) for index, item in enumerate((a, b))]
    found = compared(drawings[0], drawings[1], view=view, **options)
    content = _rendered(found, chosen)
    for drawing in drawings:
        tell(drawing.graph.problem)
    if output not in (None, STDOUT):
        say("\n".join([found.summary(), *found.why()]))
    write(content, output or STDOUT)
    if not found.same:
        sys.exit(DIFFERENT)


def _request(words: str) -> Asked:
    from resnet_core.diagram.words import Request

    try:
        split = tuple(shlex.split(words))
        if split[:1] == (READ,):
            return ReadRequest(split)
        return OwnRequest(split) if split and is_own(split[0]) else Request(split)
    except ValueError as error:
        raise Refusal(
            Text("{!r} cannot be read: {}", "读不懂 {!r}：{}").format(words, error)
        ) from None


def _drawn(request: Asked, both: tuple[Asked, Asked], index: int) -> Drawing:
    from resnet_core.errors import ResnetDiagramError

    try:
        diagram = request.diagram
        diagram.graph  # noqa: B018  whether the values go together is known once it is traced
    except ResnetDiagramError as error:
        raise refusal_of(error, _better(both, index, error)) from None
    return diagram


def _better(both: tuple[Asked, Asked], index: int, error: ResnetDiagramError) -> str:
    """The command line that works, as it is to be typed; empty where there is none."""
    better = both[index].fixed(error)
    if better is None:
        return ""
    sides = [shlex.join(half.words) for half in both]
    sides[index] = shlex.join(better)
    return shlex.join(["resnet-diagram", "compare", *sides])


def _rendered(found: Comparison, format: str) -> bytes:
    from resnet_core.errors import ResnetDiagramError

    try:
        return found.render(format)
    except ResnetDiagramError as error:
        raise refusal_of(error) from None
