from __future__ import annotations

import pytest

from portal.help.pages import NoSuchPageError, contents, names, page


@pytest.fixture
def guide(tmp_path):
    (tmp_path / "de").mkdir()
    for name, text in {
        "index": "# The guide\n\n2. [b](second.md), [a](first.md) and [b again](second.md#there)",
        "first": "# First",
        "second": "# Second",
        "de/second": "# Zweite",
        "unlinked": "# Unlinked",
    }.items():
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    return tmp_path


def test_the_index_says_which_pages_there_are_and_in_which_order(guide):
    assert names(guide) == ("index", "second", "first")


def test_the_contents_are_in_the_readers_language_where_there_is_a_translation(guide):
    assert [entry.title for entry in contents("de", guide)] == ["The guide", "Zweite", "First"]


def test_a_page_that_was_translated_is_in_that_language(guide):
    assert (page("second", "de", guide).language, page("second", "de", guide).written.title) == ("de", "Zweite")


def test_a_page_that_was_not_translated_is_in_english(guide):
    assert page("first", "de", guide).language == "en"


def test_a_page_knows_its_neighbours(guide):
    assert page("index", "en", guide).previous is None
    assert page("index", "en", guide).following.name == "second"
    assert page("first", "en", guide).previous.name == "second"
    assert page("first", "en", guide).following is None


@pytest.mark.parametrize("name", ["unlinked", "de/second", "../secret", "", "second.md"])
def test_what_the_contents_do_not_name_is_no_page(guide, name):
    with pytest.raises(NoSuchPageError):
        page(name, "en", guide)


@pytest.mark.parametrize("language", ["../x", "", "DE", "de/.."])
def test_a_language_leads_to_no_other_folder(guide, language):
    assert page("second", language, guide).language == "en"


def test_a_portal_without_the_guide_has_no_pages(tmp_path):
    assert names(tmp_path) == ()
    assert contents("en", tmp_path) == ()
