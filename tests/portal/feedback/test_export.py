"""The file that the classifier learns from: what consenting people corrected, and nothing about them."""

from __future__ import annotations

import zipfile
from random import SystemRandom

import numpy as np
import pytest

from classifier import GENRES, feature_rows
from classifier.training.corrections import read_corrections
from portal.adapters.storage import FsspecStorage
from portal.feedback.export import NothingToExportError, anonymous
from tests.support.audio import music_like, write_wav

ARRAYS = {"rows", "song", "label", "group", "feature_version"}


@pytest.fixture
def store(settings, tmp_path, make_song, session):
    """Return a factory: store(user, seed=…) -> a song of theirs whose audio is kept."""
    storage = FsspecStorage(settings.storage_url)

    def add(user, *, seed=0, content=None, **about):
        song = make_song(user, **about)
        wav = write_wav(tmp_path / f"{seed}.wav", music_like(20.0, seed), 22_050)
        with storage.open_new(song.stored_name) as target:
            target.write(wav.read_bytes() if content is None else content)
        return song

    return add


@pytest.fixture
def export(app, tmp_path):
    """Return a function that runs the command: export() -> its result and the file."""

    def run(*arguments):
        file = tmp_path / "out" / "corrections.npz"
        return app.test_cli_runner().invoke(args=["feedback", "export", *(arguments or (str(file),))]), file

    return run


def test_the_classifier_reads_what_consenting_people_corrected(store, verdicts, export, alice, bob, tmp_path):
    first, second, third = store(alice, seed=1), store(alice, seed=2), store(bob, seed=3)
    for user, song, genre in ((alice, first, "blues"), (alice, second, "pop"), (bob, third, "reggae")):
        verdicts.correct(user.id, song.id, genre=genre, note="x")
        verdicts.consent(user.id, learns=True)
    result, file = export()
    assert (result.exit_code, result.stdout) == (0, f"3 songs of 2 people, 6 windows, written to {file}.\n")
    corrections = read_corrections(file)
    assert sorted(corrections.label) == ["blues", "pop", "reggae"]
    for seed, genre in ((1, "blues"), (2, "pop"), (3, "reggae")):
        rows = corrections.rows[corrections.song == corrections.label.index(genre)]
        np.testing.assert_array_equal(rows, feature_rows(tmp_path / f"{seed}.wav"))
    group = dict(zip(corrections.label, corrections.group, strict=True))
    assert group["blues"] == group["pop"] != group["reggae"]


def test_nothing_personal_is_in_the_file(store, verdicts, export, alice):
    about = {"title": "Secret Tune", "filename": "private.mp3", "tags": {"artist": "Nina Example"}}
    song = store(alice, **about)
    verdicts.correct(alice.id, song.id, genre="blues", note="my cellar tape")
    verdicts.consent(alice.id, learns=True)
    _, file = export()
    with zipfile.ZipFile(file) as archive:
        unpacked = b"".join(archive.read(name) for name in archive.namelist())
        assert {name.removesuffix(".npy") for name in archive.namelist()} == ARRAYS
    names = ("Secret Tune", "private.mp3", "Nina Example", "cellar", "alice", "Alice", song.id, song.stored_name)
    for name in (*names, song.content_hash):
        for spelled in (name, name.casefold()):
            for encoded in (spelled.encode(), spelled.encode("utf-32-le"), spelled.encode("utf-16-le")):
                assert encoded not in unpacked
    assert read_corrections(file).group == ("1",)


def test_without_consent_and_after_its_end_nothing_is_exported(store, verdicts, export, alice, bob):
    asked, agreeing = store(alice, seed=1), store(bob, seed=2)
    verdicts.correct(alice.id, asked.id, genre="blues")
    verdicts.agree(bob.id, agreeing.id)
    verdicts.consent(bob.id, learns=True)
    for learns in (None, False):
        if learns is not None:
            verdicts.consent(alice.id, learns=learns)
        result, file = export()
        assert (result.exit_code, result.stderr) == (1, f"Error: {NothingToExportError()}\n")
        assert not file.exists()
    verdicts.consent(alice.id, learns=True)
    assert export()[0].exit_code == 0
    verdicts.consent(alice.id, learns=False)
    assert export()[0].exit_code == 1


def test_what_cannot_be_measured_is_counted_and_said(store, verdicts, export, session, alice, make_song):
    good, broken, gone, foreign = store(alice), store(alice, content=b"no audio"), make_song(alice), store(alice)
    foreign.prediction.scores = foreign.prediction.scores | {"polka": 0.1}
    session.commit()
    for song, genre in ((good, "rock"), (broken, "pop"), (gone, "disco"), (foreign, "polka")):
        verdicts.correct(alice.id, song.id, genre=genre)
    verdicts.consent(alice.id, learns=True)
    result, file = export()
    assert result.stdout.splitlines() == [
        f"1 song of 1 person, 2 windows, written to {file}.",
        "1 song left out: the audio is not kept any more.",
        "1 song left out: the audio could not be measured.",
        "1 song left out: the genre is not one of those learned.",
    ]
    assert read_corrections(file).label == ("rock",)


def test_a_file_that_cannot_be_written_is_said_so(store, verdicts, export, alice, tmp_path):
    verdicts.correct(alice.id, store(alice).id, genre="blues")
    verdicts.consent(alice.id, learns=True)
    (tmp_path / "file").touch()
    result, _ = export(str(tmp_path / "file" / "below.npz"))
    assert result.exit_code == 1
    assert "could not be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_order_of_the_file_is_not_that_of_the_songs(parts, monkeypatch, store, verdicts, alice, tmp_path):
    for seed, genre in enumerate(GENRES[:4]):
        verdicts.correct(alice.id, store(alice, seed=seed, genre="rock").id, genre=genre)
    verdicts.consent(alice.id, learns=True)
    monkeypatch.setattr(SystemRandom, "shuffle", lambda _self, songs: songs.reverse())
    asked = {row.genre: number for number, row in enumerate(parts.corrections._consented())}
    parts.corrections.write(tmp_path / "x.npz")
    labels = read_corrections(tmp_path / "x.npz").label
    assert [asked[label] for label in labels] == [3, 2, 1, 0]


def test_an_artist_is_a_number_the_same_for_all_their_songs():
    groups = [("artist", "nina"), ("person", 7), ("artist", "nina"), ("artist", "7")]
    assert anonymous(groups) == ("1", "2", "1", "3")
