"""A diagram's address, and the lines to paste: into documents, a shell, a Python program."""

from __future__ import annotations

import shlex
from dataclasses import replace
from html import escape
from typing import Any

from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.options import Options
from resnet_core.diagram.words import spelled

PROGRAM = """\
import torch
from resnet_core import build

net = build({arguments}).eval()
for name, layer in net.named_modules():
    if not list(layer.children()):  # a layer, not a group of layers
        layer.register_forward_hook(
            lambda _, given, made, name=name: print(f"{{name:24}} {{tuple(made.shape)}}")
        )
with torch.no_grad():
    net(torch.randn({shape}))
"""


def snippets(diagram: Diagram, base_url: str) -> dict[str, str]:
    """Lines to paste, by the language they are written in; ``base_url`` is where the server is.

    Those that embed the picture embed ``/diagram.svg``: tools that prepare documents look at an
    address's ending.
    """
    title = diagram.subject.title
    image = picture_url(diagram, base_url)
    light, dark = (picture_url(themed(diagram, theme), base_url) for theme in ("light", "dark"))
    file = f"{diagram.subject.name}.svg"
    return {
        "Markdown": f"![{title}]({image})",
        "HTML": f'<img src="{escape(image)}" alt="{escape(title)}">',
        "HTML, light and dark": (
            "<picture>\n"
            f'  <source media="(prefers-color-scheme: dark)" srcset="{escape(dark)}">\n'
            f'  <img src="{escape(light)}" alt="{escape(title)}">\n'
            "</picture>"
        ),
        "reStructuredText": f".. image:: {image}\n   :alt: {title}",
        "Python": f'from resnet_core import draw\n\ndraw({_arguments(diagram)}).save("{file}")',
        "Shell": shlex.join(["resnet-diagram", "render", *spelled(diagram), "-o", file]),
    }


def program(diagram: Diagram) -> str:
    """A Python program that builds the structure, runs it, and prints every layer's shape."""
    structure = replace(diagram, options=Options())
    shape = ", ".join(map(str, diagram.input_shape))
    return PROGRAM.format(arguments=_arguments(structure, sized=False), shape=shape)


def picture_url(diagram: Diagram, base_url: str) -> str:
    """The address of the picture as an SVG file."""
    return base_url.rstrip("/") + diagram.url.replace("/diagram?", "/diagram.svg?", 1)


def themed(diagram: Diagram, theme: str) -> Diagram:
    """The same picture in a theme."""
    return replace(diagram, options=diagram.options.model_copy(update={"theme": theme}))


def _arguments(diagram: Diagram, *, sized: bool = True) -> str:
    """What ``draw`` is called with, or without the input's size ``build``."""
    forms = [diagram.parameters, diagram.options, *([diagram.input] if sized else [])]
    named: dict[str, Any] = {diagram.subject.kind: diagram.subject.name}
    for form in forms:
        named |= form.model_dump(exclude_defaults=True)
    return ", ".join(f"{name}={_literal(value)}" for name, value in named.items())


def _literal(value: Any) -> str:
    """A value as people write it in Python: with double quotation marks."""
    return f'"{value}"' if isinstance(value, str) else repr(value)
