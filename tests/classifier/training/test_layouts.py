"""Every layout on a small tree of its real shape; files are empty where only their names matter."""

from __future__ import annotations

import pandas as pd
import pytest

from classifier.constants import GENRES
from classifier.training.layouts import TRACK_COLUMNS, read_folder
from classifier.training.layouts.common import our_genre, slug, spelled
from classifier.training.layouts.errors import (
    ContradictingNames,
    DuplicateNames,
    EmptyDataset,
    MissingColumn,
    MissingFiles,
    NoLabels,
    NoSuchFolder,
    TwoSpellings,
    UnknownLayout,
    UnknownValue,
    UnreadableTable,
)

FMA_HEAD = """,set,set,artist,artist,track,track
,split,subset,id,name,genre_top,title
track_id,,,,,,
"""


class TestTable:
    def test_rows_keep_their_order_and_every_column(self, tmp_path):
        table(tmp_path, ["b.wav,x,jazz,cv,bill,Q4", "a.wav,x,,mood,,Q2"])
        reading = read_folder(tmp_path)
        assert reading.layout == "table"
        assert tuple(reading.tracks.columns) == TRACK_COLUMNS
        assert reading.tracks["genre"].tolist() == ["jazz", ""]
        assert reading.tracks["path"].iloc[0] == str(tmp_path / "b.wav")

    def test_quadrants_become_moods(self, tmp_path):
        table(tmp_path, [f"{number}.wav,x,jazz,cv,a,Q{number}" for number in (1, 2, 3, 4)])
        assert read_folder(tmp_path).tracks["mood"].tolist() == ["lively", "tense", "sad", "calm"]

    def test_excerpts_of_one_song_are_one_recording(self, tmp_path):
        rows = ["a.wav,x,jazz,cv,bill,,Waltz!", "b.wav,x,jazz,cv,bill,, waltz", "c.wav,x,jazz,cv,ann,,waltz"]
        table(tmp_path, rows, columns="file,set,genre,use,artist_group,mood,title")
        first, second, third = read_folder(tmp_path).tracks["recording"]
        assert first == second
        assert second != third

    def test_rows_without_a_use_are_left_out_and_told(self, tmp_path):
        table(tmp_path, ["a.wav,x,jazz,cv,bill,", "b.wav,x,jazz,,bill,"])
        reading = read_folder(tmp_path)
        assert len(reading.tracks) == 1
        assert reading.notes == ("1 rows without a use were left out.",)

    def test_a_missing_column_is_named(self, tmp_path):
        (tmp_path / "tracks.csv").write_text("file,genre\na.wav,jazz\n")
        with pytest.raises(MissingColumn, match="artist_group, set, use"):
            read_folder(tmp_path)

    def test_files_that_are_not_there_are_counted(self, tmp_path):
        table(tmp_path, ["a.wav,x,jazz,cv,bill,"])
        (tmp_path / "a.wav").unlink()
        with pytest.raises(MissingFiles, match=r"1 files of the table are not there.*a\.wav"):
            read_folder(tmp_path)

    def test_a_file_listed_twice_is_refused(self, tmp_path):
        table(tmp_path, ["a.wav,x,jazz,cv,bill,", "a.wav,x,rock,cv,bill,"])
        with pytest.raises(DuplicateNames, match=r"a\.wav"):
            read_folder(tmp_path)

    @pytest.mark.parametrize(
        "row", ["a.wav,x,jaz,cv,b,", "a.wav,x,jazz,test,b,", "a.wav,x,jazz,cv,b,Q5"], ids=["genre", "use", "mood"]
    )
    def test_a_value_that_means_nothing_is_named(self, tmp_path, row):
        table(tmp_path, [row])
        with pytest.raises(UnknownValue, match=r"'(jaz|test|Q5)'"):
            read_folder(tmp_path)

    def test_a_table_that_is_none_is_refused(self, tmp_path):
        (tmp_path / "tracks.csv").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(UnreadableTable, match=r"tracks\.csv"):
            read_folder(tmp_path)

    def test_a_table_without_rows_is_an_empty_dataset(self, tmp_path):
        table(tmp_path, [])
        with pytest.raises(EmptyDataset):
            read_folder(tmp_path)


class TestGtzan:
    @pytest.mark.parametrize("root", ["genres", "genres_original", "."])
    @pytest.mark.parametrize("suffix", ["wav", "au", "mp3"])
    def test_it_is_recognised_wherever_its_folders_lie(self, tmp_path, root, suffix):
        gtzan(tmp_path / root, suffix=suffix)
        reading = read_folder(tmp_path)
        assert reading.layout == "gtzan"
        assert set(reading.tracks["genre"]) == set(GENRES)
        assert set(reading.tracks["set"]) == {"gtzan"}

    @pytest.mark.parametrize("spelling", ["hip-hop", "hip hop", "HipHop"])
    def test_hiphop_is_hiphop_however_it_is_spelled(self, tmp_path, spelling):
        gtzan(tmp_path / "genres", genres=[spelling, "jazz"])
        (tmp_path / "train_filtered.txt").write_text("hiphop/hiphop.00000.wav\n")
        tracks = read_folder(tmp_path).tracks
        assert set(tracks["genre"]) == {"hiphop", "jazz"}
        assert tracks.loc[tracks["genre"] == "hiphop", "fault_filtered"].tolist() == ["train", ""]

    def test_the_published_lists_are_read_and_the_unlisted_are_told(self, tmp_path):
        gtzan(tmp_path / "genres", genres=["blues"], count=4)
        for number, part in enumerate(("train", "valid", "test")):
            (tmp_path / f"{part}_filtered.txt").write_text(f"blues/blues.{number:05d}.wav\n\n")
        reading = read_folder(tmp_path)
        assert reading.tracks["fault_filtered"].tolist() == ["train", "valid", "test", ""]
        assert "1 recordings stand in none of the fault-filtered lists." in reading.notes

    def test_artists_come_from_their_table(self, tmp_path):
        gtzan(tmp_path / "genres", genres=["blues"], count=3)
        artists = "file,artist\nblues.00000.wav,Rücker Band\nblues/blues.00001.wav,B\n"
        (tmp_path / "artists.csv").write_text(artists)
        assert read_folder(tmp_path).tracks["artist_group"].tolist() == ["rucker-band", "b", ""]

    def test_a_file_in_the_wrong_folder_is_named(self, tmp_path):
        gtzan(tmp_path / "genres", genres=["blues", "rock"])
        (tmp_path / "genres/rock/blues.00077.wav").touch()
        with pytest.raises(ContradictingNames, match=r"rock/blues\.00077\.wav"):
            read_folder(tmp_path)

    def test_an_excerpt_in_two_formats_is_refused(self, tmp_path):
        gtzan(tmp_path / "genres", genres=["blues"])
        (tmp_path / "genres/blues/blues.00000.au").touch()
        with pytest.raises(DuplicateNames, match=r"blues\.00000"):
            read_folder(tmp_path)

    def test_the_companions_of_macos_archives_are_no_music(self, tmp_path):
        gtzan(tmp_path / "genres", genres=["blues"])
        (tmp_path / "genres/blues/._blues.00000.wav").touch()
        assert len(read_folder(tmp_path).tracks) == 2


class TestFma:
    def test_the_three_row_header_the_split_and_the_artists_are_read(self, tmp_path):
        fma(tmp_path, ["2,training,small,10,A,Hip-Hop,T", "145,test,small,11,B,Electronic,T"])
        reading = read_folder(tmp_path)
        assert reading.layout == "fma"
        assert reading.tracks["path"].iloc[1] == str(tmp_path / "fma_small/000/000145.mp3")
        assert reading.tracks["genre"].tolist() == ["hiphop", ""]
        assert reading.tracks["source_genre"].tolist() == ["hiphop", "electronic"]
        assert reading.tracks["artist_group"].tolist() == ["fma-10", "fma-11"]
        assert reading.tracks["fault_filtered"].tolist() == ["train", "test"]

    def test_a_size_holds_the_smaller_ones_and_no_more(self, tmp_path):
        rows = ["2,training,small,1,A,Rock,T", "3,training,medium,1,A,Rock,T", "4,training,large,1,A,Rock,T"]
        fma(tmp_path, rows, size="medium")
        assert [path[-10:] for path in read_folder(tmp_path).tracks["path"]] == ["000002.mp3", "000003.mp3"]

    def test_clips_that_are_not_on_disk_are_listed_and_the_rest_is_read(self, tmp_path):
        fma(tmp_path, ["2,training,small,1,A,Rock,T", "99134,training,small,1,A,Rock,T"])
        (tmp_path / "fma_small/099/099134.mp3").unlink()
        reading = read_folder(tmp_path)
        assert len(reading.tracks) == 1
        assert reading.absent == (str(tmp_path / "fma_small/099/099134.mp3"),)
        assert "1 clips of the table are not on disk" in reading.notes[0]

    def test_clips_without_a_top_genre_are_counted(self, tmp_path):
        fma(tmp_path, ["2,training,large,1,A,Rock,T", "3,training,large,1,A,,T"], size="large")
        assert read_folder(tmp_path).notes == ("1 clips without a top genre were left out.",)

    def test_its_tables_without_audio_are_an_empty_dataset(self, tmp_path):
        fma(tmp_path, [])
        (tmp_path / "fma_small").rmdir()
        with pytest.raises(EmptyDataset):
            read_folder(tmp_path)

    def test_a_table_without_the_genre_is_refused(self, tmp_path):
        fma(tmp_path, ["2,training,small,1,A,Rock,T"])
        path = tmp_path / "fma_metadata/tracks.csv"
        path.write_text(path.read_text().replace("genre_top", "genres"))
        with pytest.raises(MissingColumn, match="track / genre_top"):
            read_folder(tmp_path)


class TestAudioset:
    def test_clips_with_exactly_one_genre_are_read_and_grouped_by_video(self, tmp_path):
        rows = [
            'aaaaaaaaaaa, 30.000, 40.000, "/m/06by7,/t/dd00003"',
            'bbbbbbbbbbb, 0.000, 10.000, "/m/06by7,/m/03_d0"',
            'ccccccccccc, 0.000, 10.000, "/m/09x0r"',
        ]
        audioset(tmp_path, rows, clips=["aaaaaaaaaaa.m4a", "bbbbbbbbbbb.wav", "ccccccccccc.wav"])
        reading = read_folder(tmp_path)
        assert reading.layout == "audioset"
        assert reading.tracks[["genre", "recording", "set", "artist_group"]].to_numpy().tolist() == [
            ["rock", "aaaaaaaaaaa", "eval_segments", ""]
        ]
        assert "1 segments with several genres were left out." in reading.notes

    @pytest.mark.parametrize(
        "clip",
        ["-aaaaaaaaaa_30.wav", "-aaaaaaaaaa_30.000.wav", "-aaaaaaaaaa_30000.flac", "-aaaaaaaaaa_30.000_40.000.ogg"],
    )
    def test_a_clip_is_found_by_its_start_however_that_is_written(self, tmp_path, clip):
        audioset(tmp_path, ['-aaaaaaaaaa, 30.000, 40.000, "/m/03_d0"'], clips=[clip])
        assert read_folder(tmp_path).tracks["path"].tolist() == [str(tmp_path / "clips" / clip)]

    def test_names_of_labels_come_from_their_table(self, tmp_path):
        audioset(tmp_path, ['aaaaaaaaaaa, 0.000, 10.000, "/m/xx,/m/yy"'], clips=["aaaaaaaaaaa.wav"])
        names = 'index,mid,display_name\n0,/m/xx,"Hip hop music"\n1,/m/yy,Guitar\n'
        (tmp_path / "class_labels_indices.csv").write_text(names)
        assert read_folder(tmp_path).tracks["genre"].tolist() == ["hiphop"]

    def test_segments_without_a_clip_are_listed(self, tmp_path):
        rows = ['aaaaaaaaaaa, 0.000, 10.000, "/m/03_d0"', 'bbbbbbbbbbb, 5.000, 15.000, "/m/03_d0"']
        audioset(tmp_path, rows, clips=["aaaaaaaaaaa.wav"])
        assert read_folder(tmp_path).absent == ("bbbbbbbbbbb_5.000",)

    def test_speech_alone_is_nothing_to_learn_genres_from(self, tmp_path):
        audioset(tmp_path, ['aaaaaaaaaaa, 0.000, 10.000, "/m/09x0r"'], clips=["aaaaaaaaaaa.wav"])
        with pytest.raises(NoLabels, match="exactly one genre"):
            read_folder(tmp_path)

    def test_a_start_that_is_no_number_is_refused(self, tmp_path):
        audioset(tmp_path, ['aaaaaaaaaaa, soon, 10.000, "/m/03_d0"'], clips=["aaaaaaaaaaa.wav"])
        with pytest.raises(UnreadableTable, match="'soon' is no start"):
            read_folder(tmp_path)

    def test_a_row_that_is_cut_off_is_refused(self, tmp_path):
        audioset(tmp_path, ["aaaaaaaaaaa, 0.000"], clips=["aaaaaaaaaaa.wav"])
        with pytest.raises(UnreadableTable, match="2 columns"):
            read_folder(tmp_path)


class TestFolders:
    def test_folder_names_are_labels_and_other_files_are_counted(self, tmp_path):
        touch(tmp_path, "Rock/a.mp3", "Rock/album/b.flac", "Drum & Bass/c.ogg", "Rock/cover.jpg", "notes.txt")
        reading = read_folder(tmp_path)
        assert reading.layout == "folders"
        assert reading.tracks["genre"].tolist() == ["", "rock", "rock"]
        assert reading.tracks["source_genre"].tolist() == ["drum & bass", "rock", "rock"]
        assert "2 files that are not audio were left alone." in reading.notes

    def test_two_spellings_of_one_genre_are_refused(self, tmp_path):
        touch(tmp_path, "Hip-Hop/a.mp3", "hiphop/b.mp3")
        with pytest.raises(TwoSpellings, match="'Hip-Hop' and 'hiphop' are two spellings of hiphop"):
            read_folder(tmp_path)

    def test_one_name_in_two_formats_is_refused(self, tmp_path):
        touch(tmp_path, "rock/a.mp3", "rock/A.wav", "jazz/a.mp3")
        with pytest.raises(DuplicateNames, match="rock"):
            read_folder(tmp_path)

    def test_recordings_without_folders_have_no_labels(self, tmp_path):
        touch(tmp_path, "a.mp3")
        with pytest.raises(UnknownLayout, match="1 recordings lie in no folder"):
            read_folder(tmp_path)

    def test_an_empty_folder_says_so(self, tmp_path):
        with pytest.raises(EmptyDataset, match="holds nothing"):
            read_folder(tmp_path)

    def test_a_folder_of_other_files_says_how_many(self, tmp_path):
        touch(tmp_path, "rock/notes.txt", "rock/cover.jpg")
        with pytest.raises(EmptyDataset, match="only 2 files that are not audio"):
            read_folder(tmp_path)

    def test_no_folder_at_all_is_told(self, tmp_path):
        with pytest.raises(NoSuchFolder, match="is not a folder"):
            read_folder(tmp_path / "absent")

    def test_unknown_artists_are_told(self, tmp_path):
        touch(tmp_path, "rock/a.mp3", "jazz/b.mp3")
        assert "The artists of 2 recordings are unknown" in read_folder(tmp_path).notes[0]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Hip-Hop | CC BY-NC-ND", "hiphop"),
        ("Soul-RnB", "r&b"),
        ("R&B / Soul", "r&b"),
        ("New_Age", "new age"),
        ("Dub", "dub"),
    ],
)
def test_labels_have_one_spelling(label, name):
    assert spelled(label) == name


def test_only_the_ten_are_ours():
    assert our_genre("Rap") == "hiphop"
    assert our_genre("Electronic") == ""


def test_artists_have_one_spelling():
    assert slug("Björk & The  Band!") == "bjork-the-band"


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def table(folder, rows, columns="file,set,genre,use,artist_group,mood"):
    (folder / "tracks.csv").write_text("\n".join([columns, *rows]) + "\n")
    touch(folder, *(row.split(",")[0] for row in rows))


def gtzan(root, *, genres=GENRES, suffix="wav", count=2):
    touch(root, *(f"{genre}/{genre}.{number:05d}.{suffix}" for genre in genres for number in range(count)))


def fma(folder, rows, size="small"):
    (folder / "fma_metadata").mkdir()
    (folder / "fma_metadata/tracks.csv").write_text(FMA_HEAD + "\n".join(rows) + "\n")
    (folder / f"fma_{size}").mkdir()
    for row in rows:
        name = f"{int(row.split(',')[0]):06d}"
        touch(folder / f"fma_{size}", f"{name[:3]}/{name}.mp3")
    pd.DataFrame({"genre_id": [], "title": []}).to_csv(folder / "fma_metadata/genres.csv", index=False)


def audioset(folder, rows, clips):
    head = ["# Segments csv created", "# num_ytids=3", "# YTID, start_seconds, end_seconds, positive_labels"]
    (folder / "eval_segments.csv").write_text("\n".join([*head, *rows]) + "\n")
    touch(folder / "clips", *clips)
