"""Ogg Vorbis and Opus: the second packet holds the comments. mutagen lays packets out in pages and numbers those."""

from __future__ import annotations

from typing import Any, BinaryIO

import mutagen

from . import vorbis
from .errors import DamagedError
from .streams import copy_part, size_of
from .untyped import OggPage
from .wishes import Edit

CODECS = {b"\x01vorbis": b"\x03vorbis", b"OpusHead": b"OpusTags"}
"""How the first packet begins -> how that with the comments does."""

MOST_PAGES = 10_000
"""Pages of at most 64 KB that are looked at for comments: more than any file that is taken has."""


def rewrite(source: BinaryIO, target: BinaryIO | None, edit: Edit) -> tuple[list[str], list[str]]:
    """Write the file with its genres edited; return those before and after."""
    try:
        pages, marker = _comment_pages(source)
        packets = OggPage.to_packets(pages, strict=False)
        if not packets[0].startswith(marker):
            raise DamagedError
        before, after, new = vorbis.edited(packets[0][len(marker) :], edit)
        if target:
            copy_part(source, target, 0, size_of(source))
            if new is not None:
                packets[0] = marker + new
                OggPage.replace(target, pages, OggPage.from_packets(packets, pages[0].sequence))
    except (mutagen.MutagenError, EOFError, ValueError, IndexError) as error:
        raise DamagedError from error
    return before, after


def _comment_pages(source: BinaryIO) -> tuple[list[Any], bytes]:
    """Return the pages of the second packet (and of what shares the last of them), and how that packet begins."""
    source.seek(0)
    first = OggPage(source)
    marker = next(comments for start, comments in CODECS.items() if first.packets[0].startswith(start))
    pages: list[Any] = []
    for _ in range(MOST_PAGES):
        page = OggPage(source)
        if page.serial == first.serial:
            pages.append(page)
            if page.complete or len(page.packets) > 1:
                return pages, marker
    raise DamagedError
