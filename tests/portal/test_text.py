"""Text from strangers fits on one line and hides nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.text import extension, file_name, one_line

anything = st.text(alphabet=st.characters(), max_size=700)


@given(anything)
def test_a_cleaned_file_name_is_showable_and_never_a_path(raw):
    name = file_name(raw)
    assert 0 < len(name) <= 300
    assert not set(name) & set("/\\\n\r\0\u202e\u2066")
    assert name.strip(". ")
    assert name == unicodedata.normalize("NFC", name)
    name.encode()


@given(anything)
def test_cleaning_twice_is_cleaning_once(raw):
    assert file_name(file_name(raw)) == file_name(raw)


@given(anything)
def test_one_line_is_one_line(raw):
    assert len(one_line(raw, 50).splitlines()) <= 1
    assert len(one_line(raw, 50)) <= 50


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("song.mp3", "song.mp3"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Music\song.mp3", "song.mp3"),
        ("evil\u202e3pm.exe", "evil3pm.exe"),
        ("a\0b\nc.mp3", "ab c.mp3"),
        ("Beyonce\u0301.mp3", "Beyonc\u00e9.mp3"),
        ("\U0001f468\u200d\U0001f3a4 live \U0001f525.mp3", "\U0001f468\u200d\U0001f3a4 live \U0001f525.mp3"),
        ("", "untitled"),
        ("..", "untitled"),
        ("folder/", "untitled"),
        (".mp3", ".mp3"),
    ],
)
def test_file_names_are_cleaned(raw, name):
    assert file_name(raw) == name


def test_a_long_name_is_cut_before_its_extension():
    assert file_name("x" * 400 + ".flac") == "x" * 295 + ".flac"


@pytest.mark.parametrize(
    ("name", "found"),
    [("song.mp3", ".mp3"), ("a.b.ogg", ".ogg"), (".mp3", ""), ("song", ""), ("song.", ""), ("1. No extension", "")],
)
def test_the_extension_is_what_follows_the_last_dot(name, found):
    assert extension(name) == found
