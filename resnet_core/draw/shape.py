"""Graphviz's shapes → the same in as few letters as SVG needs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

SVG = "http://www.w3.org/2000/svg"
# The outline of a box, which most shapes have.
THIN = "1.1"
# Graphviz's own patterns are too uneven to be told apart at a glance.
_DASHES = {"5,2": "6 4", "1,5": "2 4"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def lean(shape: ET.Element) -> None:
    """Take from a shape what goes without saying."""
    tag = shape.tag.removeprefix(f"{{{SVG}}}")
    shape.tail = None
    if shape.get("stroke-width") == THIN:
        del shape.attrib["stroke-width"]
    if tag == "path" and shape.get("fill") != "none":
        _rounded(shape)
    elif tag == "path":
        shape.set("d", _curve(shape.get("d") or ""))
        if dashes := shape.get("stroke-dasharray"):
            shape.set("stroke-dasharray", _DASHES[dashes])
    elif tag == "polygon":
        _outline(shape)
    elif tag == "ellipse":
        for name in ("cx", "cy", "rx", "ry"):
            shape.set(name, short(float(shape.get(name) or 0)))


def _rounded(shape: ET.Element) -> None:
    """Graphviz writes a rounded box as 24 points; SVG has a word for it."""
    numbers = [float(each) for each in _NUMBER.findall(shape.get("d") or "")]
    xs, ys = numbers[::2], numbers[1::2]
    del shape.attrib["d"]
    shape.tag = f"{{{SVG}}}rect"
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    shape.attrib.update(
        {
            "x": short(min(xs)),
            "y": short(min(ys)),
            "width": short(wide),
            "height": short(high),
            "rx": short(min(9.0, high / 2)),
        }
    )


def _curve(path: str) -> str:
    """Graphviz writes a straight line as a curve; SVG has a letter for it."""
    numbers = [short(float(each)) for each in _NUMBER.findall(path)]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    found = f"M{','.join(points[0])}"
    for index in range(0, len(points) - 1, 3):
        xs, ys = zip(*points[index : index + 4], strict=True)
        if len(set(xs)) == 1:
            found += f"V{ys[-1]}"
        elif len(set(ys)) == 1:
            found += f"H{xs[-1]}"
        else:
            found += "C" + " ".join(",".join(each) for each in points[index + 1 : index + 4])
    return found.replace(",-", "-")


def _outline(shape: ET.Element) -> None:
    """A polygon as a path from point to point: an arrowhead's steps are short to write.

    It closes itself, though Graphviz says its first point once more.
    """
    numbers = [round(float(each), 1) for each in _NUMBER.findall(shape.attrib.pop("points"))]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))[:-1]
    steps = [points[0]]
    steps += [(x - a, y - b) for (a, b), (x, y) in pairwise(points)]
    shape.tag = f"{{{SVG}}}path"
    found = " ".join(f"{short(x)},{short(y)}" for x, y in steps)
    # A minus sign parts two numbers as well as a comma or a space does.
    shape.set("d", f"m{found}z".replace(",-", "-").replace(" -", "-"))


def short(number: float) -> str:
    """A number to a tenth, without what says nothing: ``3``, ``0.5``, and no ``-0``."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")
