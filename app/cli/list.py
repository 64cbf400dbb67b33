"""``resnet-diagram list``: what there is to draw."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from app.cli.errors import refusal_of
from app.cli.output import STDOUT, write

if TYPE_CHECKING:
    from resnet_core.registry import Subject


@click.command("list")
@click.argument("subject", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs, with the knobs' JSON Schema.")
def catalogue(subject: str | None, as_json: bool) -> None:
    """List the blocks and the models, or the knobs of one.

    \b
    resnet-diagram list
    resnet-diagram list bottleneck
    """
    from resnet_core.registry import BLOCKS, NETWORKS

    if subject is not None:
        text = _one(subject, as_json)
    elif as_json:
        from resnet_core.diagram.diagram import described

        text = _json({
            "blocks": [described(block) for block in BLOCKS.values()],
            "models": [described(network) for network in NETWORKS.values()],
        })  # fmt: skip
    else:
        text = "\n".join([*_section("Blocks", BLOCKS), "", *_section("Models", NETWORKS)]) + "\n"
    write(text.encode(), STDOUT)


def _one(name: str, as_json: bool) -> str:
    from app.cli.subject_command import write_subject
    from resnet_core.diagram.words import Request
    from resnet_core.errors import ParameterError

    request = Request((name,))
    try:
        subject = request.subject
    except ParameterError as error:
        near = request.fixed(error)
        instead = f"resnet-diagram list {near[0]}" if near else ""
        raise refusal_of(error, instead) from None
    if not as_json:
        page = click.HelpFormatter(width=100)
        write_subject(subject, page)
        return page.getvalue()
    from resnet_core.diagram.diagram import described

    return _json(described(subject))


def _section(title: str, subjects: Mapping[str, Subject]) -> Iterator[str]:
    """Presets are told by what they fix: their formula is that of the model behind them."""
    yield title
    widths = [
        max(len(subject) for subject in subjects),
        max(len(s.title) for s in subjects.values()),
    ]
    for name, subject in subjects.items():
        fixed = ", ".join(f"{key} {value}" for key, value in subject.fixed)
        about = f"{subject.base}: {fixed}" if fixed else subject.formula
        yield f"  {name:<{widths[0]}}  {subject.title:<{widths[1]}}  {about}"


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
