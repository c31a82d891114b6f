from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.web import page_number, safe_next

HERE = "http://portal.example/login"


@pytest.mark.parametrize("target", ["/", "/history", "/history?q=a%20b&page=2", "/songs/x#top", "/a//b", "/a:b@c"])
def test_a_path_on_this_site_is_kept(target):
    assert safe_next(target, "/upload") == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "history",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nLocation: https://evil.example",
        "\t//evil.example",
        " //evil.example",
        "\x00//evil.example",
        "javascript:alert(1)",
        "JavaScript://%0aalert(1)",
        "data:text/html,hello",
        "http:evil.example",
        "http:///evil.example",
        "//evil.example\\@portal.example",
        "//portal.example@evil.example",
        "?next=//evil.example",
        "@evil.example",
        ".evil.example",
    ],
)
def test_a_way_to_another_site_is_refused(target):
    assert safe_next(target, "/upload") == "/upload"


@given(st.text(alphabet=st.one_of(st.sampled_from("/\\.:@?#\t\n\r evil"), st.characters())))
@example("/.//evil.example")
@example("/[")
def test_no_text_leads_a_browser_to_another_host(target):
    # As a browser does: drop tabs and line breaks anywhere, trim controls and spaces, take backslashes for slashes.
    seen = re.sub(r"[\t\n\r]", "", safe_next(target, "/upload")).strip("".join(map(chr, range(33)))).replace("\\", "/")

    assert urlsplit(urljoin(HERE, seen)).netloc == "portal.example"


@pytest.mark.parametrize(("raw", "page"), [("1", 1), ("2", 2), ("007", 7), ("999999999", 999_999_999)])
def test_a_page_number_is_read(raw, page):
    assert page_number(raw) == page


@pytest.mark.parametrize(
    "raw", [None, "", "0", "-1", "1.5", "1e3", "two", " 2", "\u0662", "\u00b2", "1_0", "9" * 10, "1" * 5000]
)
def test_what_is_no_page_number_is_page_one(raw):
    assert page_number(raw) == 1


@given(st.text())
def test_any_text_gives_a_page_that_fits_the_database(raw):
    assert 1 <= page_number(raw) < 10**9
