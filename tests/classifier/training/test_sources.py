"""Where datasets come from, and whether a folder holds all of one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest

from classifier.__main__ import main
from classifier.constants import GENRES
from classifier.training import sources
from classifier.training.sources import SOURCES, check
from tests.classifier.training.test_layouts import audioset, fma, gtzan, touch


def test_every_source_says_where_it_is_and_under_what_terms():
    for source in SOURCES.values():
        assert source.where
        assert source.licence.endswith(".")
        assert all(re.fullmatch(r"sha1:[0-9a-f]{40}|md5:[0-9a-f]{32}", sum_) for sum_ in source.checksums.values())


def test_the_command_lists_all_of_them(capsys):
    assert main(["datasets"]) == 0
    printed = capsys.readouterr().out
    for expected in ("GTZAN", "fma_small.zip", "ade154f733639d52e35e32f5593efe5be76c6d70", "AudioSet", "Licence"):
        assert expected in printed


def test_a_whole_gtzan_is_complete(tmp_path, capsys):
    gtzan(tmp_path / "genres", count=100)
    for part in ("train", "valid", "test"):
        (tmp_path / f"{part}_filtered.txt").write_text("blues/blues.00000.wav\n")
    assert main(["datasets", "--check", str(tmp_path)]) == 0
    assert "complete" in capsys.readouterr().out


def test_what_a_gtzan_lacks_is_counted_by_genre(tmp_path):
    gtzan(tmp_path / "genres", count=100)
    (tmp_path / "genres/jazz/jazz.00054.wav").unlink()
    found = check(tmp_path)
    assert found.problems[0] == "jazz has 99 of 100 excerpts"
    assert "fault-filtered lists" in found.problems[1]
    assert f"{len(GENRES) * 100 - 1} of 1000 excerpts" in found.found


def test_missing_clips_of_fma_are_counted(tmp_path, capsys):
    fma(tmp_path, ["2,training,small,1,A,Rock,T", "3,training,small,1,A,Rock,T"])
    (tmp_path / "fma_small/000/000003.mp3").unlink()
    assert main(["datasets", "--check", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "fma_small has 1 of 8000 clips" in printed
    assert "1 clips with a genre, the first" in printed


def test_missing_segments_and_clips_of_audioset_are_counted(tmp_path):
    rows = ['aaaaaaaaaaa, 0.000, 10.000, "/m/03_d0"', 'bbbbbbbbbbb, 5.000, 15.000, "/m/03_d0"']
    audioset(tmp_path, rows, clips=["aaaaaaaaaaa.wav"])
    found = check(tmp_path)
    assert "eval_segments.csv has 2 of 20383 segments" in found.problems
    assert "1 clips of segments with one genre" in found.problems


def test_a_folder_tree_tells_its_labels(tmp_path):
    touch(tmp_path, "rock/a.mp3", "dub/b.mp3", "dub/c.mp3")
    assert check(tmp_path).found[0] == "3 recordings, all there: 2 dub, 1 rock"


@pytest.mark.parametrize(("content", "code"), [(b"whole", 0), (b"cut off", 1)], ids=["whole", "altered"])
def test_an_archive_is_compared_with_its_checksum(tmp_path, monkeypatch, capsys, content, code):
    published = f"sha1:{hashlib.sha1(b'whole').hexdigest()}"
    source = replace(SOURCES["fma_small"], checksums={"fma_small.zip": published})
    monkeypatch.setitem(sources.SOURCES, "fma_small", source)
    (tmp_path / "fma_small.zip").write_bytes(content)
    assert main(["datasets", "--check", str(tmp_path)]) == code
    assert "fma_small.zip" in capsys.readouterr().out


def test_an_empty_folder_is_told(tmp_path, capsys):
    assert main(["datasets", "--check", str(tmp_path)]) == 2
    assert "holds nothing" in capsys.readouterr().err
