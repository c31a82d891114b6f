"""The page "For you" is said in the reader's language, its reasons as whole sentences."""

from __future__ import annotations

from itertools import product

import pytest

from portal.language import speaking
from portal.taste.values import CONTEXTS, Reason
from portal.taste.wording import in_words
from tests.portal.taste.test_views import STARTER
from tests.support.foreign import Brackets, speak_in_brackets, untranslated


def starters(services):
    """Return artists and titles of the starter list, which nobody translates."""
    entries = services.playlists._catalogue.entries().values()
    return {text for entry in entries for text in (entry.suggestion.artist, entry.suggestion.title)}


def test_the_page_says_nothing_in_english(app, services, as_alice, alice, make_song):
    speak_in_brackets(app)
    make_song(alice, title="Skylark")
    own = ("Skylark", "Europe/Berlin", *starters(services))
    assert untranslated(as_alice.get("/for-you").text, *own) == []
    as_alice.post("/for-you/react", data={"item": STARTER, "kind": "like"})
    as_alice.post("/for-you/choices", data={"mood": "calm", "context": "local", "time_zone": "Europe/Berlin"})
    assert untranslated(as_alice.get("/for-you").text, *own) == []
    as_alice.post("/for-you/learn", data={"learns": "no"})
    as_alice.post("/for-you/forget")
    assert untranslated(as_alice.get("/for-you").text, *own) == []


@pytest.mark.parametrize("parts", [*product([None, "jazz"], [None, "calm"], [None, *CONTEXTS], [None, "rock"])])
def test_each_set_of_reasons_is_one_sentence(parts):
    genre, mood, context, main = parts
    reason = Reason("liked", genre=genre, mood=mood, context=context)
    english = in_words(reason, main=main)
    with speaking(Brackets()):
        said = in_words(reason, main=main)
    assert said.startswith("⟦because")
    assert said.endswith("⟧")
    assert said.replace("⟦", "").replace("⟧", "") == english
