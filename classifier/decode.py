"""Untrusted bytes to mono float32 samples, block by block: the only reader of untrusted bytes in this package.

What belongs here: every limit, and the translation of every foreign error into one of ours. Not here: anything about
music. FFmpeg (through PyAV) reads all formats; it sees an open file, never a name, and may open nothing else.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from classifier.constants import (
    MAX_BYTES,
    MAX_CHANNELS,
    MAX_SECONDS,
    MIN_SECONDS,
    SAMPLE_RATE,
    SAMPLE_RATE_RANGE,
    SILENCE_PEAK,
)
from classifier.errors import Silent, TooLarge, TooLong, TooShort, UnreadableAudio, UnsupportedAudio
from classifier.values import Waveform

BLOCK = 2**15
"""Frames (samples of all channels) that are mixed and resampled at once: few enough to stay in a processor's cache."""

PATIENCE = 500
"""Packets in a row that may yield nothing before a stream is given up."""

LOUDEST = 2.0**32
"""Amplitude beyond which a sample is damage. Float files scaled like 32-bit integers stay below it."""

CONTAINERS = "aac,aiff,ape,asf,au,flac,matroska,mov,mp3,ogg,wav,wv"
"""FFmpeg's demuxers that may run; those that open other files or addresses (playlists, concat) are not among them."""

CODECS = (
    "aac,ac3,adpcm_ima_wav,adpcm_ms,alac,ape,eac3,flac,mp2,mp2float,mp3,mp3float,opus,pcm_alaw,pcm_f32be,pcm_f32le,"
    "pcm_f64be,pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,vorbis,"
    "wavpack,wmalossless,wmapro,wmav1,wmav2"
)
"""FFmpeg's decoders that may run: sound only, so that a film's pictures are never decoded."""

OPTIONS = {"format_whitelist": CONTAINERS, "codec_whitelist": CODECS, "protocol_whitelist": "none"}

SLACK = 0.1
"""Seconds. Encoders' delay and padding, which some headers count and some do not."""

PIPED = 0x7FFF_0000
"""Bytes. A RIFF header that announces this or more was written to a pipe, by a program that did not know."""

MPEG1_RATE = 32_000
"""Hz. From here on a frame of MPEG layer 3 has 1152 samples, below (MPEG 2 and 2.5) 576."""

NOT_AUDIO = (
    (0, b"version https://git-lfs", "it is a Git LFS pointer, not the file itself"),
    (0, b"\x89PNG", "it is a picture"),
    (0, b"\xff\xd8\xff", "it is a picture"),
    (0, b"GIF8", "it is a picture"),
    (8, b"WEBP", "it is a picture"),
    (0, b"%PDF", "it is a PDF document"),
    (0, b"PK\x03\x04", "it is a zip archive or an office document"),
    (0, b"Rar!", "it is an archive"),
    (0, b"7z\xbc\xaf", "it is an archive"),
    (0, b"\x1f\x8b", "it is an archive"),
    (0, b"MThd", "it is a MIDI file: notes, not sound"),
    (4, b"ftypM4P", "it is protected against copying"),
)
"""What people upload by mistake: (offset, bytes found there, what to tell them)."""

CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))
"""Bytes that text has no use for and that audio cannot do without."""

FULL_SCALE = {"u1": 2.0**7, "i2": 2.0**15, "i4": 2.0**31, "f4": 1.0, "f8": 1.0}
"""Full-scale amplitude of each sample type that FFmpeg's decoders yield."""

FOREIGN_ERRORS = (
    av.FFmpegError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What the libraries raise on hostile bytes. A plain OSError is not among them: it tells of the disk, not the song."""


def decode(source: Path | str | BinaryIO, *, max_bytes: int = MAX_BYTES, max_seconds: float = MAX_SECONDS) -> Waveform:
    """Decode a whole song at once: what ``Decoder`` yields, in one piece.

    Parameters
    ----------
    source : Path, str or binary file object
        A path, or a seekable file, which is read from its beginning and left open.
    max_bytes, max_seconds
        As of ``Decoder``.

    Returns
    -------
    Waveform
        Mono float32 at SAMPLE_RATE; ``truncated`` where the file is damaged or announces clearly more than it holds.

    Raises
    ------
    AudioError
        As ``Decoder.blocks`` does.
    """
    decoder = Decoder(source, max_bytes=max_bytes, max_seconds=max_seconds)
    samples = bytearray()  # grows without a second copy of the song
    for block in decoder.blocks():
        samples += block.data
    return Waveform(np.frombuffer(samples, np.float32), truncated=decoder.truncated)


class Decoder:
    """Decodes a song as it is asked for, whatever its name claims it to be; it never holds more than a block.

    All channels weigh the same, but a low-frequency effects channel is left out. Two channels in opposite phase
    cancel each other, as they do on any mono loudspeaker.

    Parameters
    ----------
    source : Path, str or binary file object
        A path, or a seekable file, which is read from its beginning and left open.
    max_bytes : int
        Larger files are refused unread.
    max_seconds : float
        Decoding stops as soon as more sound than this has come, whatever the header said.

    Attributes
    ----------
    expected : float
        Seconds that the song probably lasts, from the first block on; 0 where nobody can tell.
    truncated : bool
        Whether the file is damaged or announces clearly more than it holds; known after the last block.
    """

    def __init__(
        self, source: Path | str | BinaryIO, *, max_bytes: int = MAX_BYTES, max_seconds: float = MAX_SECONDS
    ) -> None:
        self.expected = 0.0
        self.truncated = False
        self._source = source
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield the song, mono at SAMPLE_RATE, in blocks of shape (n,) of any length.

        Raises
        ------
        TooLarge, TooLong
            As soon as it is known.
        TooShort, Silent
            After the last block: only then it is known.
        UnsupportedAudio
            For sample rates and numbers of channels that no music has.
        UnreadableAudio
            For everything else that is wrong with the bytes.
        """
        with _opened(self._source) as file:
            size = _inspect(file, self._max_bytes)
            with (
                _foreign_errors(),
                av.open(_Reader(file), "r", options=OPTIONS, metadata_errors="replace") as container,
            ):
                stream = _audio_stream(container)
                self.expected = _guessed_seconds(container, stream)
                song = _Song(self._max_seconds)
                packets = _Packets(container, stream)
                for block in _blocks(packets.frames()):
                    yield from song.add(block)
                announced = _announced_seconds(file, size, container, stream, song.seconds)
        missing = announced - song.seconds
        # Packets that fail where nothing is missing are padding behind the song.
        damaged = packets.damaged and not (announced and missing < SLACK)
        self.truncated = damaged or missing > max(1.0, 0.01 * announced)
        yield song.rest(truncated=self.truncated)


def _opened(source: Path | str | BinaryIO) -> AbstractContextManager[BinaryIO]:
    if not isinstance(source, (Path, str)):
        return nullcontext(source)
    if not Path(source).is_file():
        raise UnreadableAudio("there is no such file")
    try:
        return Path(source).open("rb")
    except OSError as error:
        raise UnreadableAudio("it cannot be opened") from error


def _inspect(file: BinaryIO, max_bytes: int) -> int:
    """Return the file's size, or refuse what is too large or plainly no audio."""
    file.seek(0, 2)
    size = file.tell()
    if size == 0:
        raise UnreadableAudio("it is empty")
    if size > max_bytes:
        raise TooLarge(max_bytes)
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    for offset, magic, detail in NOT_AUDIO:
        if head.startswith(magic, offset):
            raise UnreadableAudio(detail)
    if len(head.translate(None, CONTROLS)) == len(head):
        raise UnreadableAudio("it is text")
    return size


@contextmanager
def _foreign_errors() -> Iterator[None]:
    try:
        yield
    except FOREIGN_ERRORS as error:
        raise UnreadableAudio from error


def _container(file: BinaryIO) -> av.container.InputContainer:
    return av.open(_Reader(file), "r", options=OPTIONS, metadata_errors="replace")


class _Reader:
    """The file as FFmpeg sees it: without its name, and with seeks that fail as C does, by a negative number."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.tell = file.tell
        self._file = file

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return -1


def _audio_stream(container: av.container.InputContainer) -> av.AudioStream:
    stream = container.streams.best("audio")
    if not isinstance(stream, av.AudioStream):
        raise UnreadableAudio("it holds no sound")
    if stream.codec_context is None or stream.codec_context.name not in CODECS.split(","):
        raise UnreadableAudio("its sound is coded in a way we do not know")
    for other in container.streams:
        if other is not stream:
            other.discard = av.stream.Discard.all
    return stream


class _Packets:
    """The packets of one stream; ``damaged`` tells, at the end, whether any of them could not be decoded."""

    def __init__(self, container: av.container.InputContainer, stream: av.AudioStream) -> None:
        self._packets = container.demux(stream)
        self.damaged = False

    def frames(self) -> Iterator[av.AudioFrame]:
        """Yield what decodes and skip what does not, as long as there is hope."""
        fruitless = 0
        while fruitless < PATIENCE:
            fruitless += 1
            try:
                packet = next(self._packets, None)
                if packet is None:
                    return
                frames = packet.decode()
            except FOREIGN_ERRORS:
                self.damaged = True
                continue
            for frame in frames:
                fruitless = 0
                yield frame
        self.damaged = True


def _blocks(frames: Iterator[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    """Join frames to blocks of about BLOCK samples; a block ends where the rate, type or channels change.

    The FIFO itself would read beyond the planes of a frame that has fewer channels than its first.
    """
    fifo = av.AudioFifo()
    shape = None
    for frame in frames:
        new_shape = (frame.sample_rate, frame.format.name, frame.layout.nb_channels)
        if (new_shape != shape or fifo.samples >= BLOCK) and (block := fifo.read()):
            yield block
        if new_shape != shape:
            fifo, shape = av.AudioFifo(), new_shape
        frame.pts = None
        fifo.write(frame)
    if block := fifo.read():
        yield block


class _Song:
    """Turns blocks into mono samples at SAMPLE_RATE, and knows what was heard so far."""

    def __init__(self, max_seconds: float) -> None:
        self.seconds = 0.0
        self._max_seconds = max_seconds
        self._rate = 0
        self._resampler = soxr.ResampleStream(SAMPLE_RATE, SAMPLE_RATE, 1)
        self._low, self._high = np.inf, -np.inf

    def add(self, block: av.AudioFrame) -> Iterator[NDArray[np.float32]]:
        """Mix and resample one block."""
        if block.sample_rate != self._rate:
            yield self._change_rate(block.sample_rate)
        if not 1 <= block.layout.nb_channels <= MAX_CHANNELS:
            raise UnsupportedAudio(f"The song has {block.layout.nb_channels} channels; we read up to {MAX_CHANNELS}.")
        self.seconds += block.samples / self._rate
        if self.seconds > self._max_seconds:
            raise TooLong(self._max_seconds)
        mono = _mix(block)
        self._low, self._high = min(self._low, mono.min()), max(self._high, mono.max())
        yield self._resampler.resample_chunk(mono)

    def rest(self, *, truncated: bool) -> NDArray[np.float32]:
        """Return what the resampler still holds, or refuse the song."""
        if self.seconds < MIN_SECONDS and truncated:
            raise UnreadableAudio("it is damaged or incomplete")
        if self.seconds < MIN_SECONDS:
            raise TooShort(MIN_SECONDS)
        # Half of the distance from trough to crest is the peak without the constant part.
        if (self._high - self._low) / 2 <= SILENCE_PEAK:
            raise Silent
        return self._drained()

    def _change_rate(self, rate: int) -> NDArray[np.float32]:
        lowest, highest = SAMPLE_RATE_RANGE
        if not lowest <= rate <= highest:
            raise UnsupportedAudio(f"The song has {rate} samples a second; we read {lowest} to {highest}.")
        before = self._drained()
        self._resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
        self._rate = rate
        return before

    def _drained(self) -> NDArray[np.float32]:
        rest: NDArray[np.float32] = self._resampler.resample_chunk(np.empty(0, np.float32), last=True)
        return rest


def _mix(block: av.AudioFrame) -> NDArray[np.float32]:
    """Downmix, shape (channels, n) to (n,); samples that are no numbers, or absurd ones, become 0."""
    channels = block.layout.nb_channels
    raw = block.to_ndarray()
    full_scale = FULL_SCALE[raw.dtype.str[1:]]
    weights = _weights(block.layout) / np.float32(full_scale)
    with np.errstate(all="ignore"):
        planes = (raw if block.format.is_planar else raw.reshape(-1, channels).T).astype(np.float32, copy=False)
        if raw.dtype == np.uint8:
            planes = planes - np.float32(full_scale)
        mono: NDArray[np.float32] = weights @ planes
        if not (mono.min() > -LOUDEST and mono.max() < LOUDEST):
            mono = weights @ np.where(np.abs(planes) < LOUDEST * full_scale, planes, np.float32(0))
    return mono


def _weights(layout: av.AudioLayout) -> NDArray[np.float32]:
    weights = np.array([channel.name != "LFE" for channel in layout.channels], np.float32)
    weights /= max(float(weights.sum()), 1.0)
    return weights


def _announced_seconds(
    file: BinaryIO,
    size: int,
    container: av.container.InputContainer,
    stream: av.AudioStream,
    decoded: float,
) -> float:
    """Return the length that the file's header promises, 0 where it promises nothing.

    For WAV, MP3 and AAC, FFmpeg's duration is a guess from the number of bytes that are there; for Ogg it tells
    where the last page that is there ends.
    """
    match container.format.name:
        case "wav":
            return decoded * _riff_bytes(file) / size
        case "mp3":
            frame_length = 1152 if stream.sample_rate >= MPEG1_RATE else 576
            return _xing_frames(file) * frame_length / stream.sample_rate
        case "aac" | "ogg":
            return 0.0
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    # The container's own length is that of its longest stream.
    return (container.duration or 0) / av.time_base if len(container.streams) == 1 else 0.0


def _guessed_seconds(container: av.container.InputContainer, stream: av.AudioStream) -> float:
    """Return FFmpeg's guess of the length: good enough to tell how far the analysis is, not to judge a file by."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


def _riff_bytes(file: BinaryIO) -> int:
    file.seek(0)
    name, length = struct.unpack(">4s4s", file.read(8))
    announced = int.from_bytes(length, "big" if name == b"RIFX" else "little")
    return announced if name in {b"RIFF", b"RIFX"} and announced < PIPED else 0


def _xing_frames(file: BinaryIO) -> int:
    """Return the number of MPEG frames that the Xing (or Info) header of an MP3 announces, else 0."""
    file.seek(0)
    head = file.read(10)
    tag = head[6:] if head.startswith(b"ID3") else b""
    file.seek(len(head) + sum((byte & 0x7F) << 7 * place for place, byte in enumerate(reversed(tag))) if tag else 0)
    xing = re.search(rb"(?:Xing|Info)\0\0\0[\x01-\x0f](.{4})", file.read(4096), re.DOTALL)
    return int.from_bytes(xing[1], "big") if xing else 0
