"""The URL inside a picture, so that a saved picture can be opened again."""

from __future__ import annotations

import html
import re
import struct
import zlib
from collections.abc import Iterator

_PNG, _PDF = b"\x89PNG\r\n\x1a\n", b"%PDF-"
_METADATA = re.compile(rb"<metadata>([^<]*)</metadata>")
_SUBJECT = b"/Subject ("
_DATE = re.compile(rb"/CreationDate \([^)]*\)")


def stamped(png: bytes, url: str) -> bytes:
    """The PNG with a text chunk ``Source``, as the PNG specification (11.3.3.2) names it."""
    head = len(_PNG) + 25  # IHDR is always 25 bytes long and always first
    data = b"Source\0" + url.encode("latin-1")
    body = b"tEXt" + data
    chunk = struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    return png[:head] + chunk + png[head:]


def signed(pdf: bytes, title: str, url: str) -> bytes:
    """The PDF with title and URL in its information dictionary, and without the time of day.

    They are appended as an update (PDF 1.7, 7.5.6): what is there keeps its place. The URL's
    letters are those that need no escape in a PDF string.
    """
    pdf = _DATE.sub(lambda found: b" " * len(found.group()), pdf)
    (size,) = re.findall(rb"/Size (\d+)", pdf)
    (root,) = re.findall(rb"/Root (\d+ 0 R)", pdf)
    (before,) = re.findall(rb"startxref\s+(\d+)", pdf)
    words = ("\ufeff" + title).encode("utf-16-be").hex().encode()
    told = b"%s 0 obj\n<< /Title <%s>\n   /Subject (%s)\n>>\nendobj\n"
    made = told % (size, words, url.encode("ascii"))
    table = b"xref\n%s 1\n%010d 00000 n \n" % (size, len(pdf))
    trailer = b"trailer\n<< /Size %d\n   /Root %s\n   /Info %s 0 R\n   /Prev %s\n>>\n"
    end = trailer % (int(size) + 1, root, size, before)
    return pdf + made + table + end + b"startxref\n%d\n%%%%EOF\n" % (len(pdf) + len(made))


def source(picture: bytes) -> str | None:
    """The URL in an SVG, PNG or PDF; empty where it has none, None where it is no picture."""
    if picture.startswith(_PNG):
        return next(_sources(picture), "")
    if picture.startswith(_PDF):
        return _subject(picture)
    if b"<svg" in picture[:1000]:
        found = next(reversed(_METADATA.findall(picture)), b"")
        return html.unescape(found.decode(errors="replace"))
    return None


def _subject(pdf: bytes) -> str:
    """What the last whole ``/Subject`` says: the latest update counts.

    It is looked for from the end. A pattern would look for the end of each that has none, to the
    end of the file, and a stranger's file may have a hundred thousand.
    """
    begin = pdf.rfind(_SUBJECT, 0, max(0, pdf.rfind(b")")))
    if begin < 0:
        return ""
    begin += len(_SUBJECT)
    return pdf[begin : pdf.index(b")", begin)].decode(errors="replace")


def _sources(png: bytes) -> Iterator[str]:
    """What the text chunks ``Source`` say."""
    at = len(_PNG)
    while at + 8 <= len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if name == b"tEXt" and data.startswith(b"Source\0"):
            yield data.removeprefix(b"Source\0").decode("latin-1")
        at += 12 + length
