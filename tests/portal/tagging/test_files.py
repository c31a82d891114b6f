"""A genre is written into every format, and nothing else moves."""

from __future__ import annotations

import io

import mutagen
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from mutagen import id3 as mutagen_id3
from mutagen.aiff import AIFF
from mutagen.flac import FLAC, Picture
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm, MP4Tags
from mutagen.wave import WAVE

from portal.tagging.files import id3, mp4, vorbis
from portal.tagging.files.errors import DamagedError, FileError, NoMusicError, UnwritableError
from portal.tagging.files.formats import rewrite
from portal.tagging.files.wishes import wish
from tests.portal.tagging.conftest import WRITABLE, audio_of
from tests.support.audio import encode, music_like

APPEND = wish(["Hip-Hop", "Jazz"], "append")
REPLACE = wish(["Hip-Hop", "Jazz"], "replace")
PICTURE = bytes(range(256)) * 200
NAMES = {"title": "שלום \N{MULTIPLE MUSICAL NOTES} <b>" + "x" * 300, "artist": ["One", "Two"]}


@pytest.mark.parametrize("codec", WRITABLE)
def test_a_file_without_tags_gets_one_and_its_audio_stays_bit_for_bit(make_file, tmp_path, codec):
    source, target = make_file(codec), tmp_path / "copy"
    before = source.read_bytes()
    assert rewrite(source, target, APPEND) == (WRITABLE[codec], [], ["Hip-Hop", "Jazz"])
    assert source.read_bytes() == before
    assert audio_of(target) == audio_of(source)
    assert as_mutagen_reads(target) == ["Hip-Hop", "Jazz"]


@pytest.mark.parametrize("codec", WRITABLE)
def test_all_other_tags_stay_byte_for_byte(make_file, tmp_path, codec):
    source, target = make_file(codec), tmp_path / "copy"
    add_many_tags(source)
    audio = audio_of(source)
    kind, before, after = rewrite(source, target, APPEND)
    assert (kind, before, after) == (WRITABLE[codec], ["Blues", "Post-Rock"], ["Blues", "Post-Rock", "Hip-Hop", "Jazz"])
    assert others(target) == others(source)
    assert len(others(source)) > 2
    assert as_mutagen_reads(target) == after
    assert audio_of(target) == audio


@pytest.mark.parametrize("codec", WRITABLE)
def test_replacing_leaves_no_other_genre(make_file, tmp_path, codec):
    source, target = make_file(codec), tmp_path / "copy"
    add_many_tags(source)
    rewrite(source, target, REPLACE)
    assert as_mutagen_reads(target) == ["Hip-Hop", "Jazz"]
    assert others(target) == others(source)


@pytest.mark.parametrize("codec", WRITABLE)
def test_what_needs_no_change_is_copied_as_it_is(make_file, tmp_path, codec):
    source, target = make_file(codec), tmp_path / "copy"
    add_many_tags(source)
    _, before, after = rewrite(source, target, wish(["Hip-Hop"], "keep"))
    assert before == after == ["Blues", "Post-Rock"]
    assert target.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("codec", WRITABLE)
def test_a_genre_written_twice_stands_there_once(make_file, tmp_path, codec):
    once, twice = tmp_path / "once", tmp_path / "twice"
    rewrite(make_file(codec), once, APPEND)
    rewrite(once, twice, wish(["hip hop", "JAZZ"], "append"))
    assert twice.read_bytes() == once.read_bytes()


@pytest.mark.parametrize("codec", WRITABLE)
def test_a_long_genre_in_any_script_comes_back_as_written(make_file, tmp_path, codec):
    long = "\N{PILE OF POO} موسيقى <i>" + "y" * 70_000
    rewrite(make_file(codec), tmp_path / "copy", wish([long], "replace"))
    assert rewrite(tmp_path / "copy", None, REPLACE)[1] == [long]
    assert as_mutagen_reads(tmp_path / "copy") == [long]
    assert audio_of(tmp_path / "copy") == audio_of(tmp_path / "song")


@pytest.mark.parametrize("version", [3, 4])
def test_an_mp3_keeps_the_version_of_its_tag_its_size_and_its_old_tag(make_file, tmp_path, version):
    source, target = make_file("mp3"), tmp_path / "copy"
    tags = mutagen_id3.ID3()
    tags.add(mutagen_id3.TIT2(encoding=1, text="Тест"))
    tags.add(mutagen_id3.TCON(encoding=0, text=["(7)"]))
    tags.save(source, v2_version=version, v1=2)
    _, before, after = rewrite(source, target, APPEND)
    assert (before, after) == (["Hip-Hop"], ["Hip-Hop", "Jazz"])
    assert target.read_bytes()[3] == version
    assert target.read_bytes()[-128:] == source.read_bytes()[-128:]
    assert target.stat().st_size == source.stat().st_size
    assert rewrite(target, None, APPEND)[1] == ["Hip-Hop", "Jazz"]
    expected = {3: ["Hip-Hop/Jazz"], 4: ["Hip-Hop", "Jazz"]}[version]
    assert mutagen_id3.ID3(target, translate=False)["TCON"].text == expected


def test_an_m4a_without_a_place_for_tags_gets_one(make_file, tmp_path):
    source = make_file("m4a")
    source.write_bytes(source.read_bytes().replace(b"udta", b"skip"))
    rewrite(source, tmp_path / "copy", APPEND)
    assert as_mutagen_reads(tmp_path / "copy") == ["Hip-Hop", "Jazz"]
    assert audio_of(tmp_path / "copy") == audio_of(source)


def test_an_m4a_with_its_head_first_keeps_its_audio_in_its_place(tmp_path):
    source = encode(tmp_path / "song", music_like(2), 22_050, "m4a", movflags="+faststart")
    rewrite(source, tmp_path / "copy", wish(["y" * 9000], "replace"))
    assert audio_of(tmp_path / "copy") == audio_of(source)


def test_a_number_for_a_genre_gives_way_to_a_name():
    number = b"\0\0\0\x1agnre\0\0\0\x12data" + bytes(8) + b"\0\x12"
    assert mp4._genres(b"gnre", number) == ["Rock"]
    assert b"gnre" not in mp4._content([(b"gnre", number)], ["Jazz"])


def test_a_slash_within_a_name_of_an_older_tag_is_no_border(make_file, tmp_path):
    source = make_file("mp3")
    tags = mutagen_id3.ID3()
    tags.add(mutagen_id3.TIT2(text="x"))
    tags.save(source, v2_version=3)
    rewrite(source, tmp_path / "copy", wish(["R&B / soul", "Rock"], "replace"))
    assert rewrite(tmp_path / "copy", None, REPLACE)[1] == ["R&B / soul", "Rock"]


def test_a_tag_of_the_first_version_is_taken_over_into_the_new_one(make_file, tmp_path):
    source = make_file("mp3")
    old = b"TAG" + b"So What".ljust(30, b"\0") + b"Miles Davis".ljust(30, b"\0") + bytes(64) + b"\x08"
    source.write_bytes(source.read_bytes() + old)
    assert rewrite(source, tmp_path / "copy", APPEND)[1:] == (["Jazz"], ["Jazz", "Hip-Hop"])
    tags = mutagen_id3.ID3(tmp_path / "copy", load_v1=False)
    assert (str(tags["TIT2"]), str(tags["TPE1"])) == ("So What", "Miles Davis")
    assert (tmp_path / "copy").read_bytes().endswith(old)


def test_a_tag_of_version_2_2_stays_one():
    tag = b"ID3\x02\0\0" + bytes([0, 0, 0, 20]) + b"TT2\0\0\x03\0ab" + b"TCO\0\0\x05\0(17)"
    before, after, new = id3.edited(tag, APPEND)
    assert (before, after) == (["Rock"], ["Rock", "Hip-Hop", "Jazz"])
    assert new[:4] == b"ID3\x02"
    assert b"TT2\0\0\x03\0ab" in new
    assert id3.parse(new).genres() == after


def test_an_unsynchronised_tag_says_the_same_afterwards():
    private = b"PRIV" + (6).to_bytes(4, "big") + b"\0\0" + b"a\0\xff\xe0\xff\x00"
    scrambled = b"PRIV" + (6).to_bytes(4, "big") + b"\0\0" + b"a\0\xff\x00\xe0\xff\x00\x00"
    tag = b"ID3\x03\0\x80" + bytes([0, 0, 0, len(scrambled)]) + scrambled
    new = id3.edited(tag, REPLACE)[2]
    assert new[5] == 0
    assert private in new


def test_lengths_as_itunes_wrote_them_are_understood_and_put_right():
    frame = b"TIT2" + (201).to_bytes(4, "big") + b"\0\0" + b"\0" + b"t" * 200
    tag = b"ID3\x04\0\0" + bytes([0, 0, 1, 211 - 128]) + frame
    new = id3.edited(tag, REPLACE)[2]
    assert str(mutagen_id3.ID3(io.BytesIO(new))["TIT2"]) == "t" * 200


def test_comments_that_are_no_text_stay_as_they_are():
    block = vorbis.Comments(b"v\xff", (b"\xff\xfe", b"Genre=Blues", b"title=a\0b", b"GENRE=Soul", b"x="), b"rest")
    before, after, new = vorbis.edited(block.to_bytes(), REPLACE)
    assert (before, after) == (["Blues", "Soul"], ["Hip-Hop", "Jazz"])
    entries = (b"\xff\xfe", b"GENRE=Hip-Hop", b"GENRE=Jazz", b"title=a\0b", b"x=")
    assert vorbis.parse(new) == vorbis.Comments(b"v\xff", entries, b"rest")


@pytest.mark.parametrize(
    ("codec", "name"), [("wma", "WMA"), ("webm", "WebM or Matroska"), ("aac", "AAC"), ("au", "AU"), ("wv", "WavPack")]
)
def test_formats_without_tags_of_ours_are_refused_by_name(make_file, codec, name):
    with pytest.raises(UnwritableError) as refused:
        rewrite(make_file(codec), None, APPEND)
    assert refused.value.detail == name


@pytest.mark.parametrize("content", [b"", b"x", b"Dear diary, \xff\xfb is how an MP3 begins.\n" * 50, bytes(5000)])
def test_what_is_no_music_is_refused_whatever_its_name(tmp_path, content):
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    with pytest.raises(NoMusicError):
        rewrite(path, None, APPEND)


def test_a_wrong_extension_does_not_matter(make_file, tmp_path):
    assert rewrite(make_file("flac", "song.mp3"), tmp_path / "copy.mp3", APPEND)[0] == "FLAC"
    assert audio_of(tmp_path / "copy.mp3") == audio_of(tmp_path / "song.mp3")


@pytest.mark.parametrize("codec", ["flac", "ogg", "opus", "m4a", "wav", "aiff"])
def test_a_file_that_breaks_off_in_its_head_is_damaged(make_file, tmp_path, codec):
    source = make_file(codec)
    source.write_bytes(source.read_bytes()[:70])
    with pytest.raises(DamagedError):
        rewrite(source, tmp_path / "copy", APPEND)


def test_a_wav_that_breaks_off_is_left_alone_for_a_tag_behind_it_would_sound(make_file, tmp_path):
    source = make_file("wav")
    source.write_bytes(source.read_bytes()[:-100])
    with pytest.raises(DamagedError):
        rewrite(source, tmp_path / "copy", APPEND)


@pytest.mark.parametrize("codec", ["mp3", "flac", "wav", "aiff"])
def test_what_follows_the_music_stays_behind_it(make_file, tmp_path, codec):
    source, target = make_file(codec), tmp_path / "copy"
    source.write_bytes(source.read_bytes() + b"odd bytes after the end")
    rewrite(source, target, APPEND)
    assert target.read_bytes().endswith(b"odd bytes after the end")


@pytest.mark.parametrize("codec", WRITABLE)
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_in_the_head_gives_a_copy_or_a_named_error(make_file, tmp_path, codec, data):
    source, target = make_file(codec), tmp_path / "copy"
    add_many_tags(source, picture=b"p" * 50)
    content = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, min(900, len(content) - 1)))] = data.draw(st.integers(0, 255))
    source.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    target.unlink(missing_ok=True)
    try:
        rewrite(source, target, APPEND)
    except FileError:
        return
    assert rewrite(target, None, APPEND)[1]


def test_modes():
    assert wish(["Rock"], "keep")([]) == ["Rock"]
    assert wish(["Rock"], "keep")(["Pop"]) == ["Pop"]
    assert wish(["Rock", "Hip-Hop"], "append")(["Pop", "hip hop"]) == ["Pop", "hip hop", "Rock"]
    assert wish(["Rock"], "replace")(["Pop", "Soul"]) == ["Rock"]


def as_mutagen_reads(path):
    tags = mutagen.File(path).tags
    if isinstance(tags, mutagen_id3.ID3):
        return tags["TCON"].genres
    return list(tags["\xa9gen" if isinstance(tags, MP4Tags) else "genre"])


def add_many_tags(path, picture=PICTURE):
    file = mutagen.File(path)
    if isinstance(file, MP4):
        file["\xa9nam"], file["\xa9ART"], file["trkn"] = NAMES["title"], NAMES["artist"], [(3, 9)]
        file["covr"] = [MP4Cover(picture, MP4Cover.FORMAT_PNG)]
        file["----:com.apple.iTunes:MOOD"] = [MP4FreeForm(b"calm")]
        file["\xa9gen"] = ["Blues", "Post-Rock"]
    elif isinstance(file, AIFF | WAVE) or path.read_bytes()[:1] in {b"\xff", b"I"}:
        if file.tags is None:
            file.add_tags()
        file.tags.add(mutagen_id3.TIT2(encoding=3, text=NAMES["title"]))
        file.tags.add(mutagen_id3.TPE1(encoding=1, text=NAMES["artist"]))
        file.tags.add(mutagen_id3.APIC(mime="image/png", type=3, desc="front", data=picture))
        file.tags.add(mutagen_id3.TXXX(encoding=3, desc="MOOD", text="calm"))
        file.tags.add(mutagen_id3.TCON(encoding=3, text=["Blues", "Post-Rock"]))
    else:
        file["title"], file["artist"], file["genre"] = NAMES["title"], NAMES["artist"], ["Blues", "Post-Rock"]
        if isinstance(file, FLAC):
            image = Picture()
            image.data = picture
            file.add_picture(image)
    file.save()


def others(path):
    """Return all tags of a file that are no genre, as bytes, in their order."""
    file, content = mutagen.File(path), path.read_bytes()
    if isinstance(file, MP4):
        with path.open("rb") as opened:
            return [entry for entry in mp4._entries(opened) if entry[0] != mp4.NAME]
    if isinstance(file, FLAC):
        with path.open("rb") as opened:
            blocks = vorbis._blocks(opened, 4)[0]
        comments = next(vorbis.parse(block) for kind, block in blocks if kind == vorbis.COMMENTS)
        return [block for block in blocks if block[0] != vorbis.COMMENTS] + not_genres(comments)
    if content.startswith(b"OggS"):
        tags = file.tags
        return [(key, value) for key, value in tags if key.lower() != "genre"] + [tags.vendor]
    at = max(content.find(b"ID3\x03\0"), content.find(b"ID3\x04\0"))
    tag = id3.parse(content[at : at + id3.tag_length(content[at : at + 10])])
    return [frame for frame in tag.frames if frame[0] != b"TCON"]


def not_genres(comments):
    return [comments.vendor, *(entry for entry in comments.entries if not vorbis._is_genre(entry))]
