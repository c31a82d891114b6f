"""Names to be seen by: readable, nobody else's, and nothing that misleads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.community.names import MAX_KEY_LENGTH, InvalidDisplayName, clean_display_name, name_key


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  Night   Owl ", "Night Owl"),
        ("夜の鳥", "夜の鳥"),
        ("Zoe\u0301", "Zo\u00e9"),
        ("a\u202eb", "ab"),
        ("a\0b\nc", "ab c"),
        ("Badminton fan", "Badminton fan"),
        ("x" * 40, "x" * 40),
    ],
)
def test_a_name_is_shown_cleaned(raw, shown):
    assert clean_display_name(raw) == shown


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "x",
        "x" * 41,
        "\u200b\u200b\u200b",
        "ab\u200bcd",
        "...",
        "a@b.org",
        "a\uff20b.org",
        "e" + "\u0301" * 9 + "x",
        "\ufdfa" * 40,
        "admin",
        "A d m i n",
        "The Moderator",
        "GenreGenie",
        "genre_genie",
        "\u0430dmin",
        "Adm1n",
    ],
)
def test_a_name_that_misleads_or_cannot_be_read_is_refused(raw):
    with pytest.raises(InvalidDisplayName):
        clean_display_name(raw)


@pytest.mark.parametrize(
    "twin", ["night owl", "NIGHT OWL", "NightOwl", "\uff2eight Owl", "N\u0456ght Owl", "Night 0wl", "N1ght Owl"]
)
def test_names_that_look_alike_have_one_key(twin):
    assert name_key(twin) == name_key("Night Owl")


def test_names_that_differ_have_keys_that_differ():
    assert len({name_key(name) for name in ("Elise", "\u00c9lise", "Eloise", "夜の鳥", "Zoe")}) == 5


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_a_short_name_with_a_key_or_is_refused(raw):
    try:
        name = clean_display_name(raw)
    except InvalidDisplayName:
        return
    assert 2 <= len(name) <= 40
    assert 1 <= len(name_key(name)) <= MAX_KEY_LENGTH
    assert "@" not in name
