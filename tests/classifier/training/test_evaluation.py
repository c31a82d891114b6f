"""A model is judged on what it did not learn from, and the answer says so where it cannot be sure."""

from __future__ import annotations

import argparse
import json
import os
import signal

import pandas as pd
import pytest

from classifier.constants import GENRES
from classifier.training import evaluation
from classifier.training.dataset import DatasetError
from classifier.training.evaluation import NothingToJudge, evaluate_command, findings, hear, summary
from classifier.training.unheard import Choice, Learned, choose, digest, learned_entry
from classifier.values import Prediction
from tests.support.audio import music_like, write_wav

NOTHING = Learned(frozenset(), frozenset())


def test_the_shipped_model_is_judged_on_a_folder(dataset, tmp_path, capsys):
    result = evaluate_command(options(dataset, json=tmp_path / "out" / "figures.json"))
    assert json.loads((tmp_path / "out" / "figures.json").read_text()) == result
    assert result["recordings"]["judged"] == 4
    assert [entry["message"] for entry in result["recordings"]["unreadable"]] == [
        "This file is not audio we can read: it is text."
    ]
    assert sum(sum(row.values()) for row in result["figures"]["confusion"].values()) == 4
    assert result["figures"]["labels without recordings"] == sorted(set(GENRES) - {"jazz", "rock"})
    printed = capsys.readouterr().out
    assert "4 recordings by 2 artists judged" in printed
    assert "broken.wav: This file is not audio we can read: it is text." in printed
    assert "left out: 1 labelled polka, which the model does not know" in printed


def test_what_the_card_says_was_learned_from_is_left_out_and_counted(dataset, monkeypatch):
    card = evaluation.read_card()
    learned = {"recordings": [digest((dataset / "rock-0.wav").read_bytes())], "artists": [digest(b"the jazzers")]}
    monkeypatch.setattr(evaluation, "read_card", lambda _path: card | {"learned": learned})
    result = evaluate_command(options(dataset))
    assert (result["leaking"], result["recordings"]["judged"]) == (False, 1)
    assert result["recordings"]["left out"] == {
        "without a label": 0,
        "that the model learned from": 1,
        "by artists that it learned from": 2,
    }
    result = evaluate_command(options(dataset, include_learned=True))
    assert (result["leaking"], result["recordings"]["judged"]) == (True, 4)
    assert "LEAKING" in summary(result)


def test_a_card_that_lists_nothing_leaves_it_open_whether_the_figures_leak():
    choice = choose(table(row()), labels=GENRES, learned=Learned.of({}), include_learned=False)
    assert choice.leaking is None
    assert "nobody can tell" in evaluation._protocol(choice.leaking)


def test_a_dataset_of_nothing_but_learned_recordings_is_refused(dataset, monkeypatch):
    card = evaluation.read_card()
    learned = {"recordings": [], "artists": [digest(b"the jazzers"), digest(b"the rockers")]}
    monkeypatch.setattr(evaluation, "read_card", lambda _path: card | {"learned": learned})
    with pytest.raises(NothingToJudge, match="--include-learned"):
        evaluate_command(options(dataset))


def test_a_folder_that_is_no_dataset_is_refused(tmp_path):
    with pytest.raises(DatasetError):
        evaluate_command(options(tmp_path))


def test_a_cards_list_is_recognised_by_what_reads_it(dataset):
    tracks = table(row(path=str(dataset / "rock-0.wav"), artist_group="x"), row(path=str(dataset / "jazz-0.wav")))
    entry = learned_entry(tracks)
    assert all(len(name) == 16 for names in entry.values() for name in names)
    choice = choose(tracks, labels=GENRES, learned=Learned.of({"learned": entry}), include_learned=False)
    assert choice.tracks.empty
    assert choice.counts["that the model learned from"] == 2


def test_tracks_of_unknown_artist_share_no_artist_with_what_was_learned(dataset):
    tracks = table(row(path=str(dataset / "rock-0.wav"), artist_group=""))
    learned = Learned(frozenset(), frozenset({digest(b"")}))
    assert len(choose(tracks, labels=GENRES, learned=learned, include_learned=False).tracks) == 1


@pytest.mark.parametrize(
    ("track", "label"),
    [
        ({"genre": "rock", "source_genre": "Rock;Indie"}, "rock"),
        ({"genre": "", "source_genre": "electronic"}, "electronic"),
        ({"genre": "", "source_genre": "electronic;international"}, "electronic"),
        ({"genre": "", "source_genre": "electronic;latin"}, None),
        ({"genre": "", "source_genre": "polka"}, None),
        ({"genre": "", "source_genre": ""}, None),
    ],
)
def test_further_classes_are_taken_from_what_the_source_says(dataset, track, label):
    tracks = table(row(path=str(dataset / "rock-0.wav"), **track))
    choice = choose(tracks, labels=(*GENRES, "electronic", "latin"), learned=NOTHING, include_learned=False)
    assert list(choice.tracks["label"]) == ([label] if label else [])


def test_a_track_with_a_mood_alone_is_judged_for_its_mood_alone(dataset):
    tracks = table(row(path=str(dataset / "rock-0.wav"), genre="", source_genre="polka", mood="calm", use="mood"))
    choice = choose(tracks, labels=GENRES, learned=NOTHING, include_learned=False)
    assert list(choice.tracks["label"]) == [""]
    moods = {"lively": 0.1, "tense": 0.1, "sad": 0.2, "calm": 0.6}
    said = evaluation.Hearing({0: prediction("rock", mood="calm", moods=moods)}, [])
    found = findings(choice, said, GENRES, seed=1)
    assert found["figures"] is None
    assert found["mood"]["accuracy"] == 1.0
    assert "mood" in summary({"model": "m-1", **found})


def test_a_model_that_knows_no_mood_is_not_judged_by_moods():
    found = findings(choice_of("rock", mood="calm"), evaluation.Hearing({0: prediction("rock")}, []), GENRES, seed=1)
    assert found["mood"] is None
    assert found["figures"]["accuracy"] == 1.0


def test_means_are_taken_over_the_labels_that_are_there():
    choice = choice_of("rock", "rock", "jazz", "jazz")
    said = [prediction(name) for name in ("rock", "jazz", "jazz", "jazz")]
    found = findings(choice, evaluation.Hearing(dict(enumerate(said)), []), GENRES, seed=1)["figures"]
    assert (found["accuracy"], found["macro_recall"]) == (0.75, 0.75)
    assert found["by_genre"]["blues"]["auc"] is None


def test_verdicts_are_judged_as_people_see_them():
    said = [
        prediction("rock"),
        prediction("rock"),
        prediction("jazz", sure=False),
        prediction("jazz", music=False, sure=False),
    ]
    found = findings(
        choice_of("rock", "jazz", "jazz", "jazz"), evaluation.Hearing(dict(enumerate(said)), []), GENRES, seed=1
    )
    assert found["verdicts"] == {"sure": 0.5, "right where sure": 0.5, "called no music": 0.25}


def test_a_file_that_crashes_the_decoder_is_listed_and_the_rest_goes_on(monkeypatch):
    monkeypatch.setattr(evaluation, "partial", lambda _function, **_options: Crasher())
    heard = hear(["a", "bad", "b"], None, jobs=2)
    assert sorted(heard.predictions) == [0, 2]
    assert heard.unreadable == [{"path": "bad", "message": "The decoder crashed on this file."}]


class Crasher:
    """Stands in for classifying, in other processes too."""

    def __call__(self, path):
        if path == "bad":
            os.kill(os.getpid(), signal.SIGKILL)
        return prediction("rock")


def prediction(genre, **changes):
    scores = dict.fromkeys(GENRES, 0.02) | {genre: 0.82}
    facts = {
        "confidence": 0.82,
        "sure": True,
        "music": True,
        "segments": (),
        "tempo": None,
        "duration": 9.0,
        "model": "m",
    }
    return Prediction(genre=genre, scores=scores, **facts | changes)


def choice_of(*labels, mood=""):
    tracks = pd.DataFrame(
        {"path": [f"{n}.wav" for n in range(len(labels))], "label": labels, "mood": mood, "artist_group": ""}
    )
    return Choice(tracks, {}, {}, leaking=False)


def row(**columns):
    usual = {
        "path": __file__,
        "set": "made",
        "genre": "rock",
        "use": "cv",
        "artist_group": "",
        "mood": "",
        "source_genre": "",
    }
    return usual | columns


def table(*rows):
    return pd.DataFrame(list(rows))


def options(dataset, **changes):
    usual = {"dataset": dataset, "model": None, "json": None, "include_learned": False, "jobs": 1, "seed": 1}
    return argparse.Namespace(**usual | changes)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    rows = []
    for genre in ("rock", "jazz"):
        for number in range(2):
            name = f"{genre}-{number}.wav"
            write_wav(folder / name, music_like(4.0, seed=10 * number + len(genre) + ord(genre[0])), 22_050)
            rows.append((name, genre, f"the {genre}ers"))
    (folder / "broken.wav").write_bytes(b"no music at all\n" * 50)
    write_wav(folder / "polka.wav", music_like(3.0), 22_050)
    rows += [("broken.wav", "rock", "x"), ("polka.wav", "polka", "y")]
    lines = [f"{name},made,{genre if genre != 'polka' else ''},cv,{artist},{genre}" for name, genre, artist in rows]
    (folder / "tracks.csv").write_text("\n".join(["file,set,genre,use,artist_group,source_genre", *lines]) + "\n")
    return folder
