from __future__ import annotations

import json
import re

import pytest
from babel.messages import Catalog

from portal.languages import words as of_pages
from portal.languages.catalogues import DOMAINS, as_text, brought_up_to_date, compiled, gather

SCRIPTS = DOMAINS[1]


@pytest.fixture
def polish(tmp_path, monkeypatch):
    catalogue = Catalog(locale="pl")
    catalogue.add(("%(num)d song", "%(num)d songs"), ("%(num)d utwór", "%(num)d utwory", "%(num)d utworów"))
    catalogue.add("Pause", "Pauza </script>")
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "scripts.mo").write_bytes(compiled(catalogue))
    monkeypatch.setattr(of_pages, "TRANSLATIONS", tmp_path)
    of_pages.words_of.cache_clear()
    yield
    of_pages.words_of.cache_clear()


def test_scripts_get_sentences_and_the_place_of_each_plural(polish):
    words = of_pages.words_of("pl")
    assert words["messages"]["%(num)d song"] == ["%(num)d utwór", "%(num)d utwory", "%(num)d utworów"]
    assert words["forms"] == {"one": 0, "few": 1, "many": 2}


def test_a_language_without_sentences_for_scripts_has_none(polish):
    assert of_pages.words_of("en") is None


def test_the_page_carries_them_without_a_way_out_of_their_block(client, services, monkeypatch, polish):
    monkeypatch.setattr(services.languages, "known", ("en", "pl"))
    page = client.get("/login", headers={"Accept-Language": "pl"}).text
    block = re.search(r'<script type="application/json" id="words">(.*?)</script>', page, re.DOTALL).group(1)
    assert json.loads(block)["messages"]["Pause"] == "Pauza </script>"
    assert 'id="words"' not in client.get("/login").text


def test_english_pages_stay_as_they_are_by_every_language_that_has_no_words(client, services, monkeypatch):
    monkeypatch.setattr(services.languages, "known", ("en", "nl"))
    assert ">Log in</button>" in client.get("/login", headers={"Accept-Language": "nl"}).text


def test_a_catalogue_written_twice_is_the_same_file():
    first = as_text(brought_up_to_date(Catalog(locale="de"), gather(SCRIPTS)))
    assert first == as_text(brought_up_to_date(Catalog(locale="de"), gather(SCRIPTS)))
    assert b"POT-Creation-Date" not in first


def test_what_is_said_no_more_leaves_the_catalogue():
    written = Catalog(locale="de")
    written.add("Nobody says this", "Niemand sagt das")
    assert "Nobody says this" not in brought_up_to_date(written, gather(SCRIPTS))
