"""What the exploration counts, measures and draws."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from classifier.__main__ import main
from classifier.features import feature_count
from classifier.training.dataset import folder_task
from classifier.training.explore import balance_table, song_map, telling_features
from classifier.training.explore_measures import MEASURES, measures
from classifier.training.explore_plots import name_places
from classifier.training.layouts.common import table_of
from tests.support.audio import music_like, noise, sine, write_wav


def test_counts_tell_tracks_artists_sets_and_the_largest_artist():
    rows = [{"path": str(n), "set": "a", "genre": "rock", "use": "cv", "artist_group": "one"} for n in range(3)]
    rows += [{"path": "3", "set": "b", "genre": "rock", "use": "train", "artist_group": "two"}]
    rows += [{"path": "4", "set": "b", "genre": "jazz", "use": "cv"}]
    counts = balance_table(folder_task(table_of(rows)))
    assert counts.loc["rock"].to_dict() == {
        "tracks": 4,
        "judged": 3,
        "artists": 2,
        "share of largest artist": 0.75,
        "set a": 3,
        "set b": 1,
    }
    assert counts.loc["jazz", "artists"] == 0


def test_measures_hear_what_they_are_named_for():
    low, high = measures(sine(100.0, 4.0)), measures(sine(3000.0, 4.0))
    assert low["bass"] > 95
    assert high["bass"] < 5
    assert high["brightness"] == pytest.approx(3000, rel=0.05)
    assert measures(noise(4.0))["noisiness"] > low["noisiness"]
    assert measures(noise(4.0))["bandwidth"] > 10_000 > high["bandwidth"]
    swelling = noise(4.0) * np.linspace(0.001, 1, 4 * 22_050, dtype=np.float32)
    assert measures(swelling)["dynamics"] > measures(noise(4.0))["dynamics"]


def test_the_tempo_of_a_tune_is_measured_and_silence_has_none():
    # 120 beats a minute, or its half or double, which no measure can tell from it.
    assert min(abs(measures(music_like(10.0, tempo=120.0))["tempo"] - beats) for beats in (60, 120, 240)) < 5
    assert np.isnan(measures(np.zeros(22_050 * 4, np.float32))["tempo"])


def test_like_songs_lie_together_on_the_map(rng):
    rows = np.concatenate([rng.normal(0, 1, (30, 20)), rng.normal(8, 1, (30, 20))]).astype(np.float32)
    place = song_map(rows, seed=0)
    apart = np.linalg.norm(place[:30].mean(axis=0) - place[30:].mean(axis=0))
    assert place.shape == (60, 2)
    assert apart > place[:30].std()
    np.testing.assert_allclose(place, song_map(rows, seed=0))


def test_the_map_of_few_or_equal_songs_is_a_point():
    assert (song_map(np.ones((3, 5), np.float32), seed=0) == 0).all()
    assert (song_map(np.ones((30, 5), np.float32), seed=0) == 0).all()


def test_names_on_the_map_do_not_cover_each_other():
    songs = [{"label": name, "x": 0.0, "y": 0.001 * n} for n, name in enumerate("abcd")]
    songs += [{"label": "a", "x": 100.0, "y": 100.0}, {"label": "b", "x": -100.0, "y": -100.0}]
    heights = sorted(y for _x, y in name_places(pd.DataFrame(songs)).values())
    assert len(heights) == 4
    assert min(np.diff(heights)) > 5


def test_the_feature_that_tells_labels_apart_comes_first(rng):
    rows = rng.normal(size=(40, feature_count())).astype(np.float32)
    labels = np.array(["jazz", "rock"] * 20, dtype=object)
    rows[labels == "rock", 7] += 5
    rows[:, 3] = 1
    table = telling_features(rows, labels)
    assert table["share"].iloc[0] > 0.8
    assert table["F"].is_monotonic_decreasing
    assert telling_features(rows, np.array(["jazz"] * 40, dtype=object)).empty


def test_the_command_writes_tables_plots_and_a_page_that_shows_them(explored):
    page = (explored / "index.html").read_text()
    for name in shown(page):
        assert (explored / name).stat().st_size > 5_000
    assert len(shown(page)) == 12
    assert "1 sampled files could not be decoded" in page
    tracks = pd.read_csv(explored / "tracks.csv")
    assert len(tracks) == 10
    assert set(MEASURES) | {"x", "y", "seconds"} <= set(tracks.columns)
    assert pd.read_csv(explored / "balance.csv", index_col=0)["tracks"].to_dict() == {"jazz": 5, "rock & <roll>": 6}


def test_names_of_folders_are_text_on_the_page_and_no_markup(explored):
    page = (explored / "index.html").read_text()
    assert "rock &amp; &lt;roll&gt;" in page
    assert "<roll>" not in page


def test_a_sample_is_drawn_and_said(dataset, tmp_path):
    assert explore(dataset, tmp_path, "--sample", "6") == 0
    assert len(pd.read_csv(tmp_path / "tracks.csv")) <= 6
    assert "Counts are over all 11 tracks" in (tmp_path / "index.html").read_text()


def test_labels_that_are_not_there_are_told(dataset, tmp_path, capsys):
    assert explore(dataset, tmp_path, "--task", "mood") == 2
    assert "No recording with a mood" in capsys.readouterr().err


def explore(dataset, out, *more):
    arguments = ["explore", "--dataset", str(dataset), "--out", str(out), "--jobs", "1"]
    return main([*arguments, "--cache", str(dataset.parent / "features"), *more])


def shown(page):
    """Return the files that a page's pictures and their dark versions lie in."""

    class Reader(HTMLParser):
        files: tuple[str, ...] = ()

        def handle_starttag(self, tag, attrs):
            self.files += tuple(value for name, value in attrs if name in {"src", "srcset"})

    reader = Reader()
    reader.feed(page)
    return reader.files


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explored") / "songs"
    for label in ("jazz", "rock & <roll>"):
        (folder / label).mkdir(parents=True)
        for number in range(5):
            samples = music_like(2.5, seed=number) + sine(300.0 if label == "jazz" else 900.0, 2.5, amplitude=0.2)
            write_wav(folder / label / f"{number}.wav", samples, 22_050)
    (folder / "rock & <roll>" / "broken.mp3").write_bytes(b"\x00\x01" * 900)
    return folder


@pytest.fixture(scope="module")
def explored(dataset, tmp_path_factory):
    out = tmp_path_factory.mktemp("page")
    assert explore(dataset, out, "--sample", "0") == 0
    return out


@pytest.fixture
def rng():
    return np.random.default_rng(0)
