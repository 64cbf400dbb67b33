"""``resnet-diagram completion``: what a shell reads to complete commands, subjects and knobs."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from app.cli.output import STDOUT, write

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.option("-o", "--output", metavar="FILE", help="Where to write, if not standard output.")
@click.pass_context
def completion(context: click.Context, shell: str, output: str | None) -> None:
    """Print what completes commands, subjects and knobs in a shell.

    \b
    eval "$(resnet-diagram completion bash)"    # in ~/.bashrc
    eval "$(resnet-diagram completion zsh)"     # in ~/.zshrc, after compinit
    resnet-diagram completion fish -o ~/.config/fish/completions/resnet-diagram.fish
    """
    made = get_completion_class(shell)
    assert made is not None
    root = context.find_root().command
    name = str(root.name)
    source = made(root, {}, name, f"_{name.replace('-', '_').upper()}_COMPLETE").source()
    write((source.strip() + "\n").encode(), output or STDOUT)
