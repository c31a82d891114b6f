"""From the guide's Markdown to a page's HTML.

What belongs here: reading Markdown, headings that can be linked to, links and pictures as the portal serves them. Not
here: which pages there are (``pages``). HTML in the Markdown is shown as it is written, not obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from portal.help.pictures import DARK, Size, picture_size

HOME = "/help"
INDEX = "index"
PHONE_PIXELS = 500
"""Pictures narrower than this were taken as on a phone."""

ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/|#", re.IGNORECASE)
"""How an address begins that is no file of the guide."""


@dataclass(frozen=True)
class Section:
    """A heading of the second level, and what its address ends with."""

    anchor: str
    title: str


@dataclass(frozen=True)
class Written:
    """A page as HTML: its title, which is its first heading, and its sections."""

    title: str
    html: Markup
    sections: tuple[Section, ...]


def write(markdown: str, pictures: Path) -> Written:
    """Return the page; ``pictures`` is the folder where its pictures lie."""
    writer = MarkdownIt("commonmark", {"html": False}).enable("table")
    writer.add_render_rule("image", _image)
    writer.add_render_rule("table_open", _table)
    writer.add_render_rule("table_close", lambda *_: "</table></div>\n")
    tokens = writer.parse(markdown)
    headings = _prepare(tokens)
    html = writer.renderer.render(tokens, writer.options, {"pictures": pictures})
    sections = tuple(section for level, section in headings if level == "h2")
    title = next((section.title for level, section in headings if level == "h1"), "")
    return Written(title, Markup(html), sections)  # noqa: S704 - made by the writer, from our own text


def anchor(heading: str) -> str:
    """Return the end of the address that leads to a heading, as GitHub makes it."""
    kept = "".join(character for character in heading.lower() if character.isalnum() or character in " -_")
    return kept.strip().replace(" ", "-")


def page_address(target: str) -> str:
    """Return where a link leads in the portal: ``x.md#y`` to ``/help/x#y``, all else as it is."""
    if ELSEWHERE.match(target):
        return target
    file, hash_, rest = target.partition("#")
    path = PurePosixPath(file)
    if path.suffix != ".md":
        return target
    return (HOME if path.stem == INDEX else f"{HOME}/{path.stem}") + hash_ + rest


def picture_address(name: str) -> str:
    """Return where a picture is found in the portal."""
    return f"{HOME}/img/{name}"


def _prepare(tokens: Sequence[Token]) -> list[tuple[str, Section]]:
    """Give headings their anchors, links their addresses, tables and pictures their frames; return the headings."""
    headings: list[tuple[str, Section]] = []
    for token, inner in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and inner is not None:
            words = _words(inner.children or ())
            headings.append((token.tag, Section(anchor(words), words)))
            token.attrSet("id", anchor(words))
        elif token.type == "table_open":
            token.meta["heading"] = headings[-1][1].anchor if headings else ""
        elif token.type == "paragraph_open" and inner is not None and _only_pictures(inner.children or ()):
            token.attrSet("class", "shots")
    for link in _links(tokens):
        link.attrSet("href", page_address(str(link.attrGet("href"))))
    return headings


def _words(children: Iterable[Token]) -> str:
    return "".join(child.content for child in children if child.type in {"text", "code_inline"})


def _only_pictures(children: Sequence[Token]) -> bool:
    return bool(children) and all(child.type in {"image", "softbreak"} for child in children)


def _links(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from (child for child in token.children or () if child.type == "link_open")


def _table(_renderer: Any, tokens: Sequence[Token], index: int, *_: Any) -> str:
    # A table wider than a phone is moved inside this frame, with a finger or with the keys.
    frame = Markup('<div class="guide-table" tabindex="0" role="region" aria-labelledby="{}"><table class="table">\n')
    return frame.format(tokens[index].meta["heading"])


def _image(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    token, folder = tokens[index], env["pictures"]
    name = PurePosixPath(str(token.attrGet("src"))).name
    size = picture_size(folder / name)
    phone = size is not None and size.width < PHONE_PIXELS
    frame = Markup('<a class="shot{}" href="{}"><picture>{}<img src="{}"{} alt="{}" loading="lazy"></picture></a>')
    address, alt = picture_address(name), _words(token.children or ())
    return frame.format(" of-phone" if phone else "", address, _dark(folder, name), address, _shape(size), alt)


def _dark(folder: Path, name: str) -> Markup:
    """Return the same picture in dark colours, where there is one, for whoever reads in dark colours."""
    path = PurePosixPath(name)
    dark = f"{path.stem}{DARK}{path.suffix}"
    size = picture_size(folder / dark)
    if size is None:
        return Markup()
    source = Markup('<source media="(prefers-color-scheme: dark)" srcset="{}"{}>')
    return source.format(picture_address(dark), _shape(size))


def _shape(size: Size | None) -> Markup:
    """Return the picture's sides, by which a browser keeps its place free."""
    return Markup(' width="{}" height="{}"').format(size.width, size.height) if size else Markup()
