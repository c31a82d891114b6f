"""How a song sounds beside its genre, in words that hold."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from classifier import GENRES, model_version, usual_traits
from portal.history.why import how_it_sounds, share_below, usual_by

SPACE = "\N{NO-BREAK SPACE}"
DECILES = (70.0, 80.0, 90.0, 100.0, 110.0, 120.0, 130.0, 140.0, 150.0)
USUAL = {
    "jazz": {"tempo": DECILES, "centroid": tuple(10 * d for d in DECILES), "energy": tuple(d / 200 for d in DECILES)},
    "metal": {"tempo": (60.0,) * 4 + (150.0,) * 5},
}
TRAITS = {
    "energy": 0.2,
    "brightness": 0.6,
    "centroid": 1410.0,
    "key": "E minor",
    "mode": "minor",
    "mode_clarity": 0.3,
    "loudness_range": 7.4,
}


@dataclass
class Heard:
    genre: str = "jazz"
    tempo: float | None = 105.0
    traits: dict | None = field(default_factory=lambda: dict(TRAITS))
    model_version: str = "test-1"


@pytest.mark.parametrize(
    ("tempo", "words"),
    [
        (60.0, "Slower than nearly all jazz"),
        (81.0, f"Slower than 80{SPACE}% of jazz"),
        (110.0, "Usual for jazz"),
        (139.0, f"Faster than 80{SPACE}% of jazz"),
        (200.0, "Faster than nearly all jazz"),
    ],
)
def test_the_words_say_how_many_of_the_genre_a_song_exceeds(tempo, words):
    assert told(Heard(tempo=tempo))["Tempo"].words == words


def test_every_trait_has_its_words_and_its_value():
    sounds = told(Heard())
    assert list(sounds) == ["Tempo", "Brightness", "Energy", "Loudness range", "Key"]
    assert [trait.value for trait in sounds.values()] == [
        f"105{SPACE}BPM",
        f"1.4{SPACE}kHz",
        "20 of 100",
        f"7{SPACE}dB",
        "E minor",
    ]
    assert sounds["Brightness"].words == f"Brighter than 80{SPACE}% of jazz"
    assert sounds["Energy"].words == "Calmer than nearly all jazz"
    assert sounds["Loudness range"].words == "Has loud and soft passages"
    assert sounds["Key"].words == "Clearly minor"


def test_the_plot_lies_within_its_line_and_in_order_and_says_the_same():
    plot = told(Heard())["Tempo"].plot
    assert 0 <= plot.low < plot.song < plot.middle < plot.high <= 100
    assert plot.text == (
        f"Tempo 105{SPACE}BPM. Most jazz lies between 70{SPACE}BPM and 150{SPACE}BPM, half of it below 110{SPACE}BPM."
    )


@pytest.mark.parametrize("tempo", [1.0, 5000.0])
def test_a_song_far_from_all_others_still_lies_on_the_line(tempo):
    plot = told(Heard(tempo=tempo))["Tempo"].plot
    assert plot.song in {0, 100}
    assert 0 <= plot.low < plot.high <= 100


def test_a_song_without_a_pulse_says_so():
    assert told(Heard(tempo=None))["Tempo"].value == "No steady pulse"


def test_a_key_in_doubt_is_told_in_doubt():
    doubtful = Heard(traits=TRAITS | {"mode_clarity": 0.02})
    assert "hard to tell" in told(doubtful)["Key"].words


@pytest.mark.parametrize("heard", [Heard(model_version="test-2"), Heard(genre="polka"), Heard(genre="metal")])
def test_what_nothing_usual_is_known_for_is_told_without_comparison(heard):
    energy = told(heard)["Energy"]
    assert (energy.value, energy.words, energy.plot) == ("20 of 100", "", None)


def test_what_an_older_model_did_not_tell_is_left_out():
    assert how_it_sounds(Heard(traits=None), "test-1", USUAL) == ()
    assert list(told(Heard(traits={"centroid": 900.0}))) == ["Tempo", "Brightness"]


def test_a_measure_that_hardly_varies_breaks_nothing():
    assert told(Heard(genre="metal", tempo=150.0))["Tempo"].words == "Faster than nearly all metal"
    assert share_below(60.0, (60.0,) * 9) == 1.0
    assert share_below(100.0, (60.0,) * 4 + (150.0,) * 5) == pytest.approx(0.44, abs=0.01)


def test_the_shipped_model_knows_what_is_usual_in_each_genre():
    version, usual = usual_by(None)
    assert version == model_version()
    assert set(usual) == set(GENRES)
    for measures in usual_traits().values():
        assert set(measures) == {"tempo", "centroid", "energy"}
        assert all(list(deciles) == sorted(deciles) and len(deciles) == 9 for deciles in measures.values())
    # What everybody knows of these genres holds of the table.
    middle = {genre: {name: deciles[4] for name, deciles in measures.items()} for genre, measures in usual.items()}
    assert middle["metal"]["centroid"] > middle["classical"]["centroid"]
    assert middle["hiphop"]["energy"] > middle["jazz"]["energy"] > middle["classical"]["energy"]


def test_without_a_model_there_is_nothing_usual(tmp_path):
    assert usual_by(tmp_path / "none.npz") == ("", {})


def test_the_page_tells_how_the_song_sounds(as_alice, session, alice, make_song):
    song = make_song(alice)
    song.prediction.traits = TRAITS | {"energy": 0.999}
    song.prediction.model_version = model_version()
    session.commit()
    page = as_alice.get(f"/songs/{song.id}").text
    assert "How it sounds" in page
    assert "More energetic than nearly all jazz" in page
    assert page.count('class="plot-song"') == 3


def test_what_is_no_music_is_not_compared_with_any(as_alice, session, alice, make_song):
    song = make_song(alice)
    song.prediction.traits = TRAITS
    song.prediction.music = False
    session.commit()
    assert "How it sounds" not in as_alice.get(f"/songs/{song.id}").text


def told(heard):
    return {trait.name: trait for trait in how_it_sounds(heard, "test-1", USUAL)}
