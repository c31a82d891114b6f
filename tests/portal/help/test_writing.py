from __future__ import annotations

import re

import pytest
from PIL import Image

from portal.help.pictures import picture_size
from portal.help.writing import page_address, write


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "img"
    folder.mkdir()
    return folder


def paint(folder, name, size):
    Image.new("RGB", size, "navy").save(folder / name, quality=50)


def test_the_first_heading_is_the_title_and_the_second_level_are_the_sections(pictures):
    page = write("# Uploading *songs*\n\n## A ZIP archive\n\n### Deeper\n\n## Limits", pictures)
    assert page.title == "Uploading songs"
    assert [(section.anchor, section.title) for section in page.sections] == [
        ("a-zip-archive", "A ZIP archive"),
        ("limits", "Limits"),
    ]


def test_every_heading_can_be_linked_to(pictures):
    assert '<h3 id="whats-new-in-2">' in write("### What's new, in 2?", pictures).html


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("index.md", "/help"),
        ("uploading.md", "/help/uploading"),
        ("../uploading.md#limits", "/help/uploading#limits"),
        ("#limits", "#limits"),
        ("https://example.org/x.md", "https://example.org/x.md"),
        ("mailto:x@example.org", "mailto:x@example.org"),
    ],
)
def test_links_between_pages_lead_to_the_portals_pages(pictures, written, address):
    assert page_address(written) == address
    assert f'href="{address}"' in write(f"[there]({written})", pictures).html


def test_html_is_shown_and_not_obeyed(pictures):
    html = write("<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b>b</b>", pictures).html
    assert "<script" not in html
    assert "<b>" not in html
    assert "href" not in html


def test_what_names_the_figures_is_not_shown(pictures):
    assert write('[figures]: # "It names {accuracy}."\n\nIt names 70 %.', pictures).html == "<p>It names 70 %.</p>\n"


def test_a_picture_keeps_its_place_free_and_is_loaded_late(pictures):
    paint(pictures, "song-1440.webp", (1440, 900))
    html = write("![A result](img/song-1440.webp)", pictures).html
    assert '<a class="shot" href="/help/img/song-1440.webp">' in html
    assert 'src="/help/img/song-1440.webp" width="1440" height="900" alt="A result" loading="lazy"' in html
    assert "<source" not in html


def test_a_picture_in_dark_colours_is_for_those_who_read_in_dark_colours(pictures):
    paint(pictures, "song-1440.webp", (1440, 900))
    paint(pictures, "song-1440-dark.webp", (1440, 880))
    html = write("![A result](../img/song-1440.webp)", pictures).html
    assert (
        '<source media="(prefers-color-scheme: dark)" srcset="/help/img/song-1440-dark.webp" width="1440" height="880">'
        in html
    )


def test_pictures_that_stand_alone_stand_side_by_side(pictures):
    paint(pictures, "song-1440.webp", (1440, 900))
    paint(pictures, "song-390.webp", (390, 900))
    html = write(
        "![Wide](img/song-1440.webp)\n![Phone](img/song-390.webp)\n\nText ![in](img/x.webp) text", pictures
    ).html
    assert re.findall('<(p class="shots"|p(?=>)|a class="[^"]+")', html) == [
        'p class="shots"',
        'a class="shot"',
        'a class="shot of-phone"',
        "p",
        'a class="shot"',
    ]


def test_what_a_picture_shows_is_escaped(pictures):
    assert 'alt="&#34;&gt;&lt;script&gt;"' in write('![">\\<script>](img/x.webp)', pictures).html


def test_a_table_can_be_moved_by_keys_and_is_named_by_its_heading(pictures):
    html = write("## Limits\n\n| a | b |\n|---|---|\n| c | d |", pictures).html
    assert '<div class="guide-table" tabindex="0" role="region" aria-labelledby="limits"><table class="table">' in html
    assert html.count("</div>") == 1


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no picture at all, but long enough to be looked at", None])
def test_what_is_no_picture_has_no_size(pictures, content):
    if content is not None:
        (pictures / "x.webp").write_bytes(content)
    assert picture_size(pictures / "x.webp") is None


def test_a_picture_has_its_size(pictures):
    paint(pictures, "x.webp", (1440, 5123))
    assert picture_size(pictures / "x.webp") == (1440, 5123)
