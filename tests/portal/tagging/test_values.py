"""What is offered, chosen and named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.models import Feedback, PredictionRecord
from portal.tagging import values
from portal.tagging.errors import WrongChoiceError
from portal.tagging.values import Hearing, Taggable, _hearing, checked, name_in_archive, tag_name, within_limits

HEARING = Hearing(("hiphop", "pop"), {"rock": 0.1, "hiphop": 0.6, "pop": 0.3}, sure=True, music=True)


def test_genres_are_named_as_players_name_them():
    assert [tag_name(genre) for genre in ("hiphop", "rock", "R&B / soul", "post_rock")] == [
        *("Hip-Hop", "Rock", "R&B / soul", "Post rock")
    ]


def test_chosen_genres_are_written_the_likeliest_first():
    assert checked(HEARING, ["pop", "hiphop", "pop"], "keep") == (["Hip-Hop", "Pop"], "keep")


@pytest.mark.parametrize(("genres", "mode"), [([], "keep"), (["polka"], "keep"), (["pop"], ""), (["pop"], "\0")])
def test_what_was_not_offered_is_refused(genres, mode):
    with pytest.raises(WrongChoiceError):
        checked(HEARING, genres, mode)


@pytest.mark.parametrize(
    ("genre", "second", "genres", "sure", "music"),
    [
        ("jazz", None, ("jazz", "pop"), True, True),
        ("jazz", "rock", ("jazz", "rock"), True, True),
        ("rock", None, ("rock",), True, True),
        ("polka", "rock", ("polka", "rock"), True, True),
        (None, None, (), True, False),
    ],
)
def test_the_owners_word_replaces_the_verdict_and_agreeing_keeps_all_of_it(genre, second, genres, sure, music):
    feedback = Feedback(genre=genre, second=second)
    hearing = _hearing(verdict(genres=["jazz", "pop"]), feedback)
    assert (hearing.genres, hearing.sure, hearing.music, hearing.said) == (genres, sure, music, True)
    assert hearing.ranked()[: len(genres)] == list(genres)


def test_who_agrees_with_a_doubtful_verdict_makes_it_sure_but_not_its_second_genre():
    hearing = _hearing(verdict(genres=["jazz", "pop"], sure=False), Feedback(genre="jazz"))
    assert (hearing.genres, hearing.sure) == (("jazz",), True)


def test_what_the_owner_says_is_music_after_all_gets_its_genre():
    hearing = _hearing(verdict(music=False), Feedback(genre="jazz"))
    assert (hearing.genres, hearing.music) == (("jazz",), True)


def verdict(**changes):
    said = {"genre": "jazz", "genres": None, "scores": {"jazz": 0.6, "pop": 0.3}, "sure": True, "music": True}
    return PredictionRecord(**said | changes)


def test_names_in_an_archive_are_unique_whatever_their_case():
    taken = set()
    for filename in ("song.mp3", "Song.MP3", "song.mp3", "song"):
        taken.add(name_in_archive(filename, taken).casefold())
    assert taken == {"song.mp3", "song (2).mp3", "song (3).mp3", "song"}


@given(st.text(max_size=400), st.sets(st.text(max_size=5)))
@example("../../etc/passwd", set())
@example("C:\\Windows\\song.mp3", set())
@example("CON.mp3", set())
@example("\N{PILE OF POO}" * 300 + ".flac", set())
@example("\u202egpj.exe", {"gpj.exe"})
@example("...", set())
@example("0.\x1f", set())
@example("x" * 199 + "." + "x" * 20, set())
def test_no_name_leaves_the_folder_or_is_too_long(filename, taken):
    name = name_in_archive(filename, taken)
    assert 0 < len(name) <= 200
    assert len(name.encode()) <= 240
    assert not set(name) & set('/\\:*?"<>|\0\n\u202e')
    assert name.strip(". ")
    assert name == name.rstrip(". ")
    assert name.casefold() not in taken
    assert name.partition(".")[0].casefold() not in {"con", "nul"}


def test_the_extension_survives_the_cut():
    assert name_in_archive("x" * 300 + ".flac", set()) == "x" * 195 + ".flac"


def test_an_archive_holds_so_many_songs_and_so_many_bytes(monkeypatch):
    songs = [Taggable("", "", "", "", size, datetime.now(UTC), HEARING) for size in (5, 5, 5)]
    monkeypatch.setattr(values, "MOST_SONGS", 2)
    assert len(within_limits(songs)) == 2
    monkeypatch.setattr(values, "MOST_BYTES", 9)
    assert len(within_limits(songs)) == 1
