"""What a spreadsheet and a script get to read."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import GENRES
from portal.history.export import to_csv, to_json

HEADER = (
    "id,title,artist,filename,uploaded_at,state,genre,genres,confidence,sure,music,mood,tempo,duration,model,"
    "score_blues,score_classical,score_country,score_disco,score_hiphop,score_jazz,score_metal,score_pop,"
    "score_reggae,score_rock,mood_lively,mood_tense,mood_sad,mood_calm,error"
)
SCORES = dict.fromkeys(GENRES, 0.02) | {"jazz": 0.82}
MOODS = {"lively": 0.1, "tense": 0.1, "sad": 0.1, "calm": 0.7}


def test_an_empty_history_is_a_header_alone():
    assert to_csv([]) == b"\xef\xbb\xbf" + HEADER.encode() + b"\r\n"
    assert json.loads(to_json([])) == []


def test_csv_reads_back_as_it_was():
    read = pd.read_csv(io.BytesIO(to_csv([row(), failed()])))
    assert ",".join(read.columns) == HEADER
    first, second = read.to_dict("records")
    assert (first["title"], first["artist"], first["confidence"], first["sure"]) == (
        "So What",
        "Miles Davis",
        0.82,
        True,
    )
    assert [first[f"score_{genre}"] for genre in GENRES] == list(SCORES.values())
    assert (second["state"], second["error"]) == ("failed", "The song is silent.")
    assert pd.isna(second["genre"])
    assert pd.isna(second["score_jazz"])


def test_json_reads_back_as_it_was():
    rows = [row(title='Line\nbreak, "quotes" / слэш'), failed()]
    assert json.loads(to_json(rows)) == rows
    frame = pd.read_json(io.BytesIO(to_json(rows)), dtype=False)
    assert list(frame["artist"].fillna("unknown")) == ["Miles Davis", "unknown"]


def test_json_says_null_and_never_nan():
    rows = [row(tempo=float("nan"), confidence=float("inf"), scores=SCORES | {"jazz": float("nan")}), row(tempo=None)]
    first, second = json.loads(to_json(rows), parse_constant=pytest.fail)
    assert (first["tempo"], first["confidence"], first["scores"]["jazz"], second["tempo"]) == (None, None, None, None)


def test_truth_values_stay_truth_values_beside_unknown_ones():
    rows = [row(sure=True), row(sure=False), failed()]
    assert [entry["sure"] for entry in json.loads(to_json(rows))] == [True, False, None]
    assert [cells["sure"] for cells in read_csv(rows)] == ["True", "False", ""]


@pytest.mark.parametrize("column", ["id", "title", "artist", "filename", "error", "model"])
def test_no_cell_starts_a_formula(column):
    for start in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20":
        formula = f'{start}HYPERLINK("https://example.org","song")'
        (cells,) = read_csv([row(**{column: formula})])
        assert cells[column] == f"'{formula}"


def test_numbers_below_zero_stay_numbers():
    (cells,) = read_csv([row(tempo=-1.5)])
    assert cells["tempo"] == "-1.5"


@settings(deadline=None)
@given(title=st.text(st.characters(codec="utf-8")), artist=st.none() | st.text(st.characters(codec="utf-8")))
def test_no_text_breaks_out_of_its_cell(title, artist):
    (cells,) = read_csv([row(title=title, artist=artist)])
    assert cells["title"].removeprefix("'") in (title, title.removeprefix("'"))
    assert cells["artist"].removeprefix("'") == (artist or "").removeprefix("'")
    assert cells["error"] == ""
    assert json.loads(to_json([row(title=title)]))[0]["title"] == title


def test_scores_of_another_model_have_columns_of_their_own_and_leave_the_rest_empty():
    usual, other = read_csv([row(), row(scores={"jazz": 0.75, "polka": 0.25, "R&B": 0.0})])
    assert (other["score_jazz"], other["score_rock"], other["score_polka"]) == ("0.75", "", "0.25")
    assert (usual["score_rock"], usual["score_polka"]) == ("0.02", "")
    assert [name for name in other if name.startswith("score_")][-3:] == ["score_rock", "score_R&B", "score_polka"]


def test_a_second_genre_and_the_mood_are_exported():
    hybrid = row(genres=["jazz", "blues"], mood="calm", moods=MOODS)
    (cells,) = read_csv([hybrid])
    assert (cells["genres"], cells["mood"], cells["mood_calm"], cells["mood_tense"]) == (
        "jazz; blues",
        "calm",
        "0.7",
        "0.1",
    )
    (entry,) = json.loads(to_json([hybrid]))
    assert (entry["genres"], entry["mood"], entry["moods"]) == (["jazz", "blues"], "calm", MOODS)


def test_a_verdict_without_mood_leaves_its_cells_empty():
    (cells,) = read_csv([row()])
    assert (cells["mood"], cells["mood_calm"]) == ("", "")


def test_pandas_is_not_loaded_before_somebody_exports():
    program = "import sys, portal.history.export; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def row(**changes):
    facts = {
        "id": "0123456789abcdefghijkl",
        "title": "So What",
        "artist": "Miles Davis",
        "filename": "so-what.flac",
        "uploaded_at": "2026-03-01T12:00:00+00:00",
        "state": "done",
        "genre": "jazz",
        "genres": ["jazz"],
        "confidence": 0.82,
        "sure": True,
        "music": True,
        "mood": None,
        "tempo": 136.0,
        "duration": 545.5,
        "model": "1",
        "scores": SCORES,
        "moods": None,
        "error": None,
    }
    return facts | changes


def failed():
    unknown = ("artist", "genre", "genres", "confidence", "sure", "music", "tempo", "duration", "model", "scores")
    return row(state="failed", error="The song is silent.") | dict.fromkeys(unknown)


def read_csv(rows):
    return list(csv.DictReader(io.StringIO(to_csv(rows).decode("utf-8-sig"), newline="")))
