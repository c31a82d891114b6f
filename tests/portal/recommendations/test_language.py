"""What is said of sources and likeness is in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from babel import Locale

from portal.language import speaking
from portal.recommendations.values import SPOTIFY, Standing
from portal.recommendations.wording import PROBLEMS, likeness, moment, note, standing_words
from tests.support.foreign import Brackets, speak_in_brackets, untranslated

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def test_the_page_about_sources_says_nothing_in_english(app, as_alice):
    speak_in_brackets(app)
    assert untranslated(as_alice.get("/sources").text) == []


def test_the_operators_page_says_nothing_in_english(app, session, alice, as_alice):
    speak_in_brackets(app)
    alice.is_admin = True
    session.commit()
    assert untranslated(as_alice.get("/admin/sources").text) == []


@pytest.mark.parametrize("code", [*PROBLEMS, "weird", None])
@pytest.mark.parametrize("until", [None, NOW + timedelta(minutes=5)])
def test_how_a_source_stands_is_one_sentence_after_the_other(code, until):
    standing = Standing(SPOTIFY, code, until)
    english = (note(standing, NOW), standing_words(standing, NOW))
    with speaking(Brackets()):
        said = (note(standing, NOW), standing_words(standing, NOW))
    for foreign, plain in zip(said, english, strict=True):
        assert untranslated(f"<main>{foreign}</main>") == []
        assert foreign.replace("⟦", "").replace("⟧", "") == plain


def test_likeness_is_said_in_the_readers_language():
    with speaking(Brackets()):
        assert [likeness(distance) for distance in (0, 0.6, 0.8, 1)] == [
            *("⟦very close⟧", "⟦close⟧", "⟦in the same direction⟧", "⟦far apart⟧")
        ]


def test_a_day_is_written_as_the_language_does():
    with speaking(locale=Locale("de")):
        assert moment(NOW + timedelta(days=1), NOW) == "24. November, 14:00 UTC"
