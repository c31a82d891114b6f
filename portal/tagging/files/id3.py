"""ID3v2 tags (2.2, 2.3 and 2.4) with another genre, every other frame as it was, byte for byte.

What belongs here: one tag as bytes. Not here: where it lies in a file (``mp3``, ``chunks``). mutagen reads what a genre
frame says, with its numbers, its compression and its odd spellings; the frames around it are only cut apart.
Source: the informal standards ID3v2.2.0, 2.3.0 and 2.4.0 at id3.org.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from itertools import groupby

import mutagen

from .errors import DamagedError, TooBigError
from .untyped import ID3, ParseID3v1
from .wishes import Edit

HEADER = 10
PADDING = 1024
MAX_BODY = 2**28 - 1
UNSYNCHRONISED, EXTENDED = 0x80, 0x40
KEPT_FLAGS = {2: 0, 3: 0x20, 4: 0xA0}
"""Header flags that stay true: not the extended header, which only has checks of the old bytes, nor the footer."""

GENRE = {2: b"TCO", 3: b"TCON", 4: b"TCON"}
FRAME_NAME = re.compile(rb"[A-Z][A-Z0-9 \0]{2,3}")
JOINT = re.compile("(?<! )/(?! )")
"""What stands between several values in 2.2 and 2.3. Slashes between spaces belong to a name, as in "R&B / soul"."""


@dataclass(frozen=True)
class Tag:
    """A tag taken apart; ``frames`` are names with all their bytes, headers included."""

    version: int = 4
    flags: int = 0
    frames: tuple[tuple[bytes, bytes], ...] = ()

    def genres(self) -> list[str]:
        """Return what the genre frames say, each value of its own."""
        own = [frame for frame in self.frames if frame[0] == GENRE[self.version]]
        if not own:
            return []
        try:
            read = ID3(io.BytesIO(replace(self, frames=tuple(own)).to_bytes(0)))
        except mutagen.MutagenError as error:
            raise DamagedError from error
        values = [value for frame in read.getall("TCON") for value in frame.genres]
        if self.version < 4:  # noqa: PLR2004 - the version that has a separator of its own
            values = [part for value in values for part in JOINT.split(value)]
        return [value.strip() for value in values if value.strip()]

    def with_genres(self, genres: list[str]) -> Tag:
        """Return the tag with these genres in the place of the present ones, or behind all else."""
        name = GENRE[self.version]
        new, placed = (name, self._genre_frame(genres)), False
        kept: list[tuple[bytes, bytes]] = []
        for is_genre, frames in groupby(self.frames, lambda frame: frame[0] == name):
            if not is_genre:
                kept += frames
            elif not placed:
                kept.append(new)
                placed = True
        return replace(self, frames=tuple(kept if placed else [*kept, new]))

    def to_bytes(self, room: int) -> bytes:
        """Return the tag, padded to ``room`` bytes if it fits into them, else with some room to grow."""
        frames = b"".join(content for _, content in self.frames)
        if len(frames) + PADDING > MAX_BODY:
            raise TooBigError
        length = room - HEADER if room >= HEADER + len(frames) else len(frames) + (PADDING if room else 0)
        return b"ID3" + bytes([self.version, 0, self.flags]) + _synchsafe(length) + frames.ljust(length, b"\0")

    def _genre_frame(self, genres: list[str]) -> bytes:
        text = ("\0" if self.version == 4 else "/").join(genres)  # noqa: PLR2004 - see ``genres``
        encodings = [(0, "latin-1"), (3, "utf-8") if self.version == 4 else (1, "utf-16")]  # noqa: PLR2004
        number, encoding = next(pair for pair in encodings if pair[0] or text.isascii())
        content = bytes([number]) + text.encode(encoding)
        if self.version == 2:  # noqa: PLR2004 - three letters, three bytes of length, no flags
            return GENRE[2] + len(content).to_bytes(3, "big") + content
        length = _synchsafe(len(content)) if self.version == 4 else len(content).to_bytes(4, "big")  # noqa: PLR2004
        return GENRE[self.version] + length + b"\0\0" + content


def tag_length(start: bytes) -> int:
    """Return how many bytes the tag has that ``start`` begins; 0 where it begins none."""
    if len(start) < HEADER or start[:3] != b"ID3" or start[3] == 0xFF or max(start[6:10]) > 0x7F:  # noqa: PLR2004
        return 0
    footer = HEADER if start[3] == 4 and start[5] & 0x10 else 0  # noqa: PLR2004 - only 2.4 has one
    return HEADER + _from_synchsafe(start[6:10]) + footer


def parse(content: bytes) -> Tag:
    """Take a whole tag apart; raise DamagedError where it does not hold what it announces."""
    if len(content) < max(HEADER, tag_length(content)) or content[3] not in GENRE:
        raise DamagedError
    version, flags = content[3], content[5]
    body = content[HEADER : HEADER + _from_synchsafe(content[6:10])]
    if version < 4 and flags & UNSYNCHRONISED:  # noqa: PLR2004 - in 2.4 each frame is for itself
        body = body.replace(b"\xff\x00", b"\xff")
    if flags & EXTENDED:
        body = _after_extension(version, body)
    frames = _frames(version, body, synchsafe=version == 4)  # noqa: PLR2004
    if frames is None and version == 4:  # noqa: PLR2004 - iTunes wrote 2.4 with the plain lengths of 2.3
        frames = _frames(version, body, synchsafe=False)
        if frames is not None:
            frames = [(name, _with_right_length(frame)) for name, frame in frames]
    if frames is None:
        raise DamagedError
    return Tag(version, flags & KEPT_FLAGS[version], tuple(frames))


def edited(content: bytes | None, edit: Edit, old: bytes = b"") -> tuple[list[str], list[str], bytes | None]:
    """Return the genres before and after, and the tag to write; None where it stays as it is.

    ``content`` is the present tag, ``old`` an ID3v1 tag whose fields a first ID3v2 tag takes over: players that find
    a newer tag do not look at the older one.
    """
    tag = parse(content) if content else _from_old(old)
    before = tag.genres()
    after = edit(before)
    if after == before:
        return before, after, None
    return before, after, tag.with_genres(after).to_bytes(len(content) if content else HEADER)


def _from_old(old: bytes) -> Tag:
    fields = ParseID3v1(old) if old else None
    if not fields:
        return Tag()
    made, file = ID3(), io.BytesIO()
    for frame in fields.values():
        made.add(frame)
    made.save(file)
    return parse(file.getvalue())


def _frames(version: int, body: bytes, *, synchsafe: bool) -> list[tuple[bytes, bytes]] | None:
    """Cut the body into frames up to the padding; None if these lengths do not lead there."""
    frames, at, letters, head = [], 0, 3 if version == 2 else 4, 6 if version == 2 else HEADER  # noqa: PLR2004
    while at + head <= len(body) and body[at]:
        name, length = body[at : at + letters], body[at + letters : at + letters + (3 if head != HEADER else 4)]
        if synchsafe and max(length) > 0x7F:  # noqa: PLR2004
            return None
        end = at + head + (_from_synchsafe(length) if synchsafe else int.from_bytes(length, "big"))
        if end > len(body) or not FRAME_NAME.fullmatch(name):
            return None
        frames.append((name, body[at:end]))
        at = end
    return frames if not any(body[at:]) else None


def _after_extension(version: int, body: bytes) -> bytes:
    if version == 2 or len(body) < 4:  # noqa: PLR2004 - in 2.2 the flag stands for a compression nobody defined
        raise DamagedError
    length = _from_synchsafe(body[:4]) if version == 4 else 4 + int.from_bytes(body[:4], "big")  # noqa: PLR2004
    return body[length:]


def _with_right_length(frame: bytes) -> bytes:
    return frame[:4] + _synchsafe(len(frame) - HEADER) + frame[8:]


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _from_synchsafe(four: bytes) -> int:
    return sum((byte & 0x7F) << shift for byte, shift in zip(four, (21, 14, 7, 0), strict=True))
