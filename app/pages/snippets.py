"""A diagram's address, and the lines to paste: into documents, a shell, a Python program."""

from __future__ import annotations

import shlex
from dataclasses import replace
from html import escape
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import Options, plain
from resnet_core.diagram.words import spelled
from resnet_core.errors import option

PROGRAM = """\
import torch
from {home} import {maker}

net = {maker}({arguments}).eval()
for name, layer in net.named_modules():
    if not list(layer.children()):  # a layer, not a group of layers
        layer.register_forward_hook(
            lambda _, given, made, name=name: print(f"{{name:24}} {{tuple(made.shape)}}")
        )
with torch.no_grad():
    net(torch.randn({shape}))
"""


def is_loopback(base_url: str) -> bool:
    """Whether nobody but this machine reaches a server at the address."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def snippets(diagram: Diagram, base_url: str, build: str = "") -> dict[str, str]:
    """Lines to paste, by the language they are written in; ``base_url`` is where the server is.

    Those that embed the picture embed ``/diagram.svg``: tools that prepare documents look at an
    address's ending. Files come first where only this machine reaches the server. ``build`` names
    the server's, for an address that a CDN may keep for ever.
    """
    if diagram.subject.yours:
        return _own_snippets(diagram)
    title = diagram.subject.title
    image = picture_url(diagram, base_url)
    light, dark = (picture_url(themed(diagram, theme), base_url) for theme in ("light", "dark"))
    embedded = {
        "Markdown": f"![{title}]({image})",
        "HTML": f'<img src="{escape(image)}" alt="{escape(title)}">',
        "HTML, light and dark": (
            "<picture>\n"
            f'  <source media="(prefers-color-scheme: dark)" srcset="{escape(dark)}">\n'
            f'  <img src="{escape(light)}" alt="{escape(title)}">\n'
            "</picture>"
        ),
        "reStructuredText": f".. image:: {image}\n   :alt: {title}",
    }
    if is_loopback(base_url):
        return _files(diagram) | embedded
    kept = {"Address for a CDN": f"{image}&v={build}"} if build else {}
    return embedded | kept | _files(diagram)


def _files(diagram: Diagram) -> dict[str, str]:
    """Lines that make a file of the picture, and need no server."""
    file = f"{diagram.subject.name}.svg"
    named = [f"{name}={value}" for name, value in diagram.query if name != diagram.subject.kind]
    words = shlex.join([diagram.subject.name, *named])
    # Nothing may end the comment early.
    marker = f"<!-- resnet-diagram {words} -->\n<!-- /resnet-diagram -->"
    return {
        **({"Marker": marker} if "--" not in words else {}),
        "Python": f'from resnet_core import draw\n\ndraw({_arguments(diagram)}).save("{file}")',
        "Shell": shlex.join(["resnet-diagram", "render", *spelled(diagram), "-o", file]),
    }


def program(diagram: Diagram) -> str:
    """A Python program that builds the structure, runs it, and prints every layer's shape."""
    structure = replace(diagram, options=Options())
    shape = ", ".join(map(str, diagram.input_shape))
    home, maker, arguments = "resnet_core", "build", _arguments(structure, sized=False)
    if diagram.subject.yours:
        home, maker = _home(diagram)
        arguments = _own_arguments(diagram)
    return PROGRAM.format(home=home, maker=maker, arguments=arguments, shape=shape)


def _own_snippets(diagram: Diagram) -> dict[str, str]:
    """Lines for a module of one's own: nobody else's page could show a picture of this server."""
    home, maker = _home(diagram)
    file = f"{diagram.subject.name}.svg"
    shape = "x".join(map(str, diagram.input_shape))
    made = f"{maker}({_own_arguments(diagram)})"
    view = diagram.options.model_dump(exclude_defaults=True)
    said = "".join(f", {name}={_literal(value)}" for name, value in view.items())
    words = [word for name, value in view.items() for word in (option(name), plain(value))]
    call = ["--call", made] if "(" in made else []
    return {
        "Python": (
            f"from {home} import {maker}\n\nfrom resnet_core import draw_module\n\n"
            f'draw_module({made}, [{diagram.input_shape}]{said}).save("{file}")'
        ),
        "Shell": shlex.join(
            ["resnet-diagram", "render", diagram.subject.target, *call, "--input", shape, *words,
             "-o", file]
        ),
    }  # fmt: skip


def _home(diagram: Diagram) -> tuple[str, str]:
    """The module of Python that one's own is imported from, and its name there."""
    place, _, name = diagram.subject.target.rpartition(":")
    return Path(place).stem if place.endswith(".py") else place, name


def _own_arguments(diagram: Diagram) -> str:
    arguments = diagram.subject.arguments(diagram.parameters)
    return ", ".join(
        f"{name}={value.__name__ if isinstance(value, type) else _literal(value)}"
        for name, value in arguments.items()
    )


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
