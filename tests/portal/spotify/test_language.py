"""The page of one's own Spotify account is said in the reader's language, with all its troubles."""

from __future__ import annotations

import pytest
from babel import Locale

from portal.dates import long_day
from portal.language import speaking
from portal.models import SpotifyAccount, SpotifyCopy, utc_now
from portal.ports import SourceError
from portal.spotify.values import TROUBLES, SpotifyTroubleError
from tests.support.foreign import Brackets, speak_in_brackets, untranslated

OWN = ("acct_one", "Skylark", "The Band", "http://127.0.0.1:8000")


def test_the_page_says_nothing_in_english(app, as_alice, alice, connect, make_playlist, session):
    speak_in_brackets(app)
    assert untranslated(as_alice.get("/spotify").text, *OWN) == []
    connect(alice)
    songs = {"name": "Skylark", "description": "", "missing": [["The Band", "Skylark"]], "asked": 3, "total": 5}
    session.add(
        SpotifyCopy(
            user_id=alice.id, playlist_id=make_playlist(alice).id, remaining=[["", "Skylark"]], spotify_id="x", **songs
        )
    )
    session.commit()
    assert untranslated(as_alice.get("/spotify").text, *OWN) == []
    session.query(SpotifyAccount).update({"problem": "grant_ended"})
    session.query(SpotifyCopy).update({"remaining": []})
    session.commit()
    assert untranslated(as_alice.get("/spotify").text, *OWN) == []


@pytest.mark.parametrize("code", [*TROUBLES, "weird"])
@pytest.mark.parametrize("wait", [None, 1, 300, 86_400])
def test_trouble_is_one_sentence_in_any_language(code, wait):
    with speaking(Brackets()):
        said = str(SpotifyTroubleError(SourceError(code, retry_after=wait)))
    assert untranslated(f"<main>{said}</main>") == []


@pytest.mark.parametrize(
    ("wait", "words"), [(None, "a while"), (20, "a minute"), (300, "5 minutes"), (7200, "2 hours")]
)
def test_how_long_to_wait_is_said_in_plain_words(wait, words):
    assert f" wait {words}." in str(SpotifyTroubleError(SourceError("rate_limited", retry_after=wait)))
    assert f" for {words}." in str(SpotifyTroubleError(SourceError("quota_exceeded", retry_after=wait)))


def test_a_day_is_written_out_as_the_language_does():
    moment = utc_now().replace(year=2026, month=11, day=7)
    assert long_day(moment) == "7 November 2026"
    with speaking(locale=Locale("de")):
        assert long_day(moment) == "7. November 2026"
