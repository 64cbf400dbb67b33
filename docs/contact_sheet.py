"""Contact sheets: every subject in one look. ``make contact`` draws them anew.

Every subject in light and dark, blocks also from left to right and in Chinese, ResNets at all
levels, some in ink, as slabs, coloured by cost and at each width that has a name, and what cannot
run; written to ``docs/contact/`` as PNG. A tall picture continues in columns to its right.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageColor

from resnet_core import draw
from resnet_core.diagram.form import WIDTHS
from resnet_core.layout.sheet import COLOURS, Theme, ThemeName
from resnet_core.registry import BLOCKS, NETWORKS

FOLDER = Path(__file__).parent / "contact"
WIDTH, GAP, TALLEST, SCALE = 2400, 24, 1300, 0.6
GROUND = {"light": "#d9dee6", "dark": "#334155", "ink": "#d9dee6"}

FAILURES: tuple[dict[str, Any], ...] = (
    {"block": "residual_attention", "stride": 2},
    {"block": "bottleneck", "inplanes": 64, "shortcut": "identity"},
    {"block": "bottleneck", "stride": 2, "shortcut": "identity"},
    {"model": "vgg16", "input": 16},
)
VARIANTS: tuple[dict[str, Any], ...] = (
    {"block": "bottleneck", "stride": 2},
    {"block": "bottleneck", "attention": "se"},
    {"block": "bottleneck", "attention": "eca", "planes": 128, "stride": 2, "shortcut": "padded"},
    {"block": "bottleneck", "attention": "cbam", "stride": 2, "shortcut": "avgpool"},
    {"block": "res2net", "stride": 2},
    {"block": "inverted_residual", "stride": 2},
)
NETWORKS_SEEN: tuple[dict[str, Any], ...] = tuple(
    {"model": name} for name in ("resnet18", "resnet50", "resnext50_32x4d", "resnet20")
)
COSTLY: tuple[dict[str, Any], ...] = (
    {"block": "bottleneck", "stride": 2},
    {"model": "resnet50"},
    {"model": "resnet50", "direction": "LR"},
)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    blocks: list[dict[str, Any]] = [{"block": name} for name in BLOCKS]
    networks: list[dict[str, Any]] = [{"model": name} for name in NETWORKS]
    for theme in ("light", "dark"):
        sheet(f"blocks-{theme}", [*blocks, *VARIANTS], theme=theme)
        sheet(f"networks-{theme}", networks, theme=theme)
    sheet("blocks-chinese", blocks, lang="zh")
    sheet("blocks-left-to-right", [*blocks, *VARIANTS], direction="LR")
    for depth in (18, 50, 152):
        levels = [{"model": f"resnet{depth}", "detail": name} for name in ("stage", "block")]
        levels += [{"model": f"resnet{depth}", "detail": name} for name in ("layer", "op")]
        sheet(f"resnet{depth}", levels)
    sheet("failures", FAILURES)
    sheet("networks-left-to-right", NETWORKS_SEEN, direction="LR")
    looks = [*VARIANTS, *NETWORKS_SEEN]
    sheet("ink", looks, theme="ink")
    sheet("slabs", looks, style="slabs")
    costs = [{"color": name, **query} for name in ("params", "macs", "memory") for query in COSTLY]
    sheet("cost", costs)
    sheet("widths", [{"width": name, **query} for name in WIDTHS for query in COSTLY])


def sheet(name: str, asked: Iterable[dict[str, Any]], **options: Any) -> None:
    """One image of many pictures, in rows."""
    pictures = [strip for query in asked for strip in _strips({**query, **options})]
    rows = _rows(pictures)
    high = sum(max(box.height for box in row) + GAP for row in rows) + GAP
    paper = Image.new("RGB", (WIDTH, high), GROUND[options.get("theme", "light")])
    top = GAP
    for row in rows:
        left = GAP
        for box in row:
            paper.paste(box, (left, top))
            left += box.width + GAP
        top += max(box.height for box in row) + GAP
    _reduced(paper, options.get("theme", "light")).save(FOLDER / f"{name}.png", optimize=True)


def _reduced(paper: Image.Image, theme: ThemeName) -> Image.Image:
    """The image with 256 colours, those of the theme among them, however few pixels have one."""
    own = [ImageColor.getrgb(Theme(theme)[name]) for name in COLOURS]
    common = paper.quantize(256 - len(own), dither=Image.Dither.NONE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for colour in own for channel in colour] + common)
    return paper.quantize(palette=palette, dither=Image.Dither.NONE)


def _strips(parameters: dict[str, Any]) -> list[Image.Image]:
    """The picture, cut across into equal parts where it is taller than the sheet."""
    image = Image.open(io.BytesIO(draw(**parameters).png())).convert("RGB")
    scale = min(SCALE, (WIDTH - 2 * GAP) / image.width)
    wide, high = round(image.width * scale), round(image.height * scale)
    image = image.resize((wide, high), Image.Resampling.LANCZOS)
    part = math.ceil(high / math.ceil(high / TALLEST))
    tops = range(0, high, part)
    return [image.crop((0, top, wide, min(top + part, high))) for top in tops]


def _rows(pictures: Sequence[Image.Image]) -> list[list[Image.Image]]:
    rows: list[list[Image.Image]] = [[]]
    left = GAP
    for picture in pictures:
        if rows[-1] and left + picture.width + GAP > WIDTH:
            rows.append([])
            left = GAP
        rows[-1].append(picture)
        left += picture.width + GAP
    return rows


if __name__ == "__main__":
    main()
