"""What the guide says and shows is so: its links lead somewhere, its figures and its pictures are the portal's."""

from __future__ import annotations

import html
import re

import pytest

from portal.config import ROOT
from portal.help.pages import GUIDE, names
from portal.help.pictures import DARK, picture_size
from portal.help.writing import anchor
from tests.support.guide.figures import filled, language_of, pages
from tests.support.guide.walk import NO_PAGES, SHOTS, WIDTHS

PAGES = pages()
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\[\]]*\]\(([^)\s]+)\)")
TEMPLATE = re.compile(r"^\[(?:rows|figures).*$", re.MULTILINE)
BOLD = re.compile(r"\*\*([^*]+)\*\*")
MOST_BYTES = 5 * 2**20


def anchors(page):
    return {anchor(re.sub(r"[*`]", "", heading)) for heading in HEADING.findall(page.read_text("utf-8"))}


def pictures_in(page):
    return re.findall(r"img/([\w.-]+\.webp)", page.read_text("utf-8"))


def test_every_page_is_in_the_contents():
    assert sorted(names()) == sorted(page.stem for page in GUIDE.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_to_a_page_and_a_heading(page):
    for link in LINK.findall(TEMPLATE.sub("", page.read_text("utf-8"))):
        file, _, heading = link.partition("#")
        target = page.parent / file if file else page
        assert "://" in link or target.exists(), link
        assert not heading or heading in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_figures_are_those_of_the_shipped_model(page):
    text = page.read_text("utf-8")
    assert filled(text, language_of(page)) == text, "run make guide"


def test_figures_come_from_the_card_and_not_from_the_page():
    template = '[figures]: # "It names {accuracy} rightly."\n\n'
    assert (
        filled(f"{template}It names 99 % rightly.\n", "en") == f"{template}It names 72.3\N{NO-BREAK SPACE}% rightly.\n"
    )


def test_a_table_of_the_genres_has_a_row_for_each():
    text = filled(
        '[rows]: # "| {name} | {recall} |"\n\n| Genre | Recognised |\n|---|---|\n| old | 1 |\n\nAfter.\n', "de"
    )
    assert text.count("\n| ") == 11
    assert "| Klassik | 95 |" in text
    assert "old" not in text


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent == GUIDE], ids=lambda page: page.stem)
def test_what_is_bold_is_written_on_a_page_of_the_portal(page):
    text = " ".join(page.read_text("utf-8").split())
    assert [words for words in BOLD.findall(text) if simple(words) not in on_screen()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_picture_exists_and_says_what_it_shows(page):
    assert [name for name in pictures_in(page) if picture_size(GUIDE / "img" / name) is None] == [], "run make guide"
    assert "![](" not in page.read_text("utf-8")


def test_every_page_of_the_portal_is_shown_at_both_widths(app):
    pages_of_the_portal = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages_of_the_portal - set(NO_PAGES) == {shot.endpoint for shot in SHOTS if shot.endpoint}
    shown = {name for page in GUIDE.glob("*.md") for name in pictures_in(page)}
    assert shown == {f"{shot.name}-{width}.webp" for shot in SHOTS for width in WIDTHS}


def test_no_picture_is_left_over_and_all_together_are_small():
    files = list((GUIDE / "img").iterdir())
    taken = {f"{shot.name}-{width}{dark}" for shot in SHOTS for width in WIDTHS for dark in ("", DARK)}
    assert [file.name for file in files if file.stem not in taken] == []
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def simple(words):
    return " ".join(html.unescape(words).replace("’", "'").split()).casefold()  # noqa: RUF001 - as templates have it


def on_screen():
    """Return all that templates, scripts and modules hold, among which is all that they say."""
    if not _SAID:
        files = (("templates", "*.html"), ("static/js", "*.js"), ("portal", "*.py"))
        texts = (file.read_text("utf-8") for folder, kind in files for file in (ROOT / folder).rglob(kind))
        _SAID.append(simple(" ".join(texts)))
    return _SAID[0]


_SAID = []
