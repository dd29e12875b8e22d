"""MP3 by several encoders at once, spliced into one stream without a seam.

The stream is cut into stretches of `STRETCH` frames. Each is encoded by an encoder of its own, which starts `WARM_UP`
frames early and runs `OVERLAP` frames on, so that at the border two encodings of the same frames exist and both have
settled. One frame after another is then taken from the first, and from the splice on from the second.

An MP3 frame keeps part of its data in the frames before it (the bit reservoir: `main_data_begin` bytes back). At the
splice those bytes are copied over the ones that the first encoder had set aside there for its own next frame, which is
not used; a frame where they suffice is chosen, and where none does the frame before grows by a higher bit rate. The
layout depends on the length alone, never on how many workers there are: the same samples give the same bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np

from drift_audio.errors import ExportError
from drift_audio.machine import usable_cores
from drift_audio.sound.audio import CHANNELS, RATE, Samples

FRAME: Final = 1152
STRETCH: Final = 960
WARM_UP: Final = 16
MOST_WORKERS: Final = 8  # each holds some seconds of sound
OVERLAP: Final = 24

BITRATES: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)

_HEADER = 36
_SETTLED = 6
_SUM_AT_ONCE = 1 << 22


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames of one encoder, its info frame before them.

    `data[starts[i]:starts[i + 1]]` is frame `first + i` of the session.
    """

    data: bytes
    starts: tuple[int, ...]
    first: int

    @property
    def end(self) -> int:
        return self.first + len(self.starts) - 1

    def frame(self, number: int) -> bytes:
        index = number - self.first
        return self.data[self.starts[index] : self.starts[index + 1]]


@dataclass(frozen=True, slots=True)
class Side:
    """What the splice needs of a frame's side information.

    begin: bytes back to its data. windows: block type of each granule and channel.
    """

    begin: int
    windows: tuple[int, ...]


def frame_size(header: bytes) -> int:
    """Length in bytes of an MPEG-1 layer III frame at 44.1 kHz, from its first four bytes."""
    if header[0] != 0xFF or header[1] & 0xFE != 0xFA:
        raise ExportError("the MP3 encoder gave something that is no MP3 frame")
    return 144_000 * BITRATES[header[2] >> 4] // RATE + (header[2] >> 1 & 1)


def read_side(frame: bytes) -> Side:
    """Read `Side` from a stereo frame without checksum."""
    bits = int.from_bytes(frame[4:_HEADER], "big")
    width = (_HEADER - 4) * 8

    def field(offset: int, length: int) -> int:
        return bits >> (width - offset - length) & ((1 << length) - 1)

    windows = []
    for part in range(4):  # two granules of two channels, 59 bits each, behind main_data_begin, private bits and scfsi
        offset = 9 + 3 + 8 + 59 * part
        switched = field(offset + 33, 1)
        windows.append(field(offset + 34, 2) if switched else 0)
    return Side(field(0, 9), tuple(windows))


def encode(blocks: Iterable[Samples], *, bitrate: int = 128) -> Iterator[bytes]:
    """Encode stereo blocks at `RATE`.

    Yields:
        A placeholder for the info frame, then the frames in pieces, last the info frame itself: as long as its
        placeholder, and to be written over it.
    """
    splicer = _Splicer()
    workers = min(MOST_WORKERS, usable_cores())
    with ThreadPoolExecutor(workers, thread_name_prefix="drift-mp3") as pool:
        waiting: deque[Future[Stretch]] = deque()
        total = 0
        for samples, first, last in stretches(blocks):
            total = first * FRAME + samples.shape[0]
            waiting.append(pool.submit(encode_stretch, samples, first, bitrate=bitrate))
            while len(waiting) > workers or (last and waiting):
                yield splicer.add(waiting.popleft().result())
        yield splicer.finish()
    yield splicer.info_frame(total)


def stretches(blocks: Iterable[Samples]) -> Iterator[tuple[Samples, int, bool]]:
    """Cut a stream: samples of each stretch with its margins, the number of its first frame, and whether it is the last."""
    held: list[Samples] = []
    have, first = 0, 0
    for block in blocks:
        held.append(block)
        have += block.shape[0]
        while have > (_length(first) + OVERLAP) * FRAME:
            joined = np.concatenate(held)
            yield joined[: _length(first) * FRAME], first, False
            # The next one begins an overlap and its own warm-up before this one's end: in the overlap both know every frame.
            step = _length(first) - OVERLAP - WARM_UP
            held = [joined[step * FRAME :]]
            first, have = first + step, have - step * FRAME
    rest = np.concatenate(held) if held else np.zeros((0, CHANNELS), np.float32)
    yield rest, first, True


def _length(first: int) -> int:
    """Frames of a stretch with its margins."""
    return STRETCH + OVERLAP + (WARM_UP if first else 0)


def preset_scale(bitrate: int) -> np.float32:
    """The factor by which LAME's presets turn a rate down against clipping (its `scale`); the limiter has seen to that."""
    return np.float32(0.95 if bitrate <= 160 else {192: 0.97, 224: 0.98}.get(bitrate, 1.0))


def encode_stretch(samples: Samples, first: int, *, bitrate: int) -> Stretch:
    """One encoder over one stretch."""
    from pedalboard.io import AudioFile

    buffer = BytesIO()
    with AudioFile(buffer, "w", samplerate=RATE, num_channels=CHANNELS, quality=bitrate, format="mp3") as file:
        for start in range(0, max(1, samples.shape[0]), 64 * FRAME):
            file.write(np.ascontiguousarray(samples[start : start + 64 * FRAME].T / preset_scale(bitrate)))
    data = buffer.getvalue()
    starts = [frame_size(data[:4])]
    while starts[-1] < len(data):
        starts.append(starts[-1] + frame_size(data[starts[-1] : starts[-1] + 4]))
    if starts[-1] != len(data):
        raise ExportError("the MP3 encoder left a frame unfinished")
    return Stretch(data, tuple(starts), first)


class _Splicer:
    """Takes stretches in order and gives the bytes that are certain."""

    def __init__(self) -> None:
        self._tail: Stretch | None = None
        self._from = 0
        self._info = b""
        self._sizes: list[int] = []
        self._checksum = Checksum()
        self._unsummed = bytearray()

    def add(self, stretch: Stretch) -> bytes:
        """The frames of the stretch before, up to the splice."""
        before, self._tail = self._tail, stretch
        if before is None:
            self._info = stretch.data[: stretch.starts[0]]
            return self._info
        cut = find_splice(before, stretch)
        frames = [before.frame(number) for number in range(self._from, cut)]
        side = read_side(stretch.frame(cut))
        spare = read_side(before.frame(cut)).begin
        # The new frame's data reaches further back than the old one had set aside: room is made in the frame before.
        if side.begin > spare:
            frames[-1] = enlarge(frames[-1])
        wanted = _payload_before(stretch, cut, side.begin)
        self._from = cut
        return self._give(overwrite(frames, wanted))

    def finish(self) -> bytes:
        if self._tail is None:
            return b""
        return self._give([self._tail.frame(number) for number in range(self._from, self._tail.end)])

    def _give(self, frames: list[bytes]) -> bytes:
        self._sizes += [len(frame) for frame in frames]
        joined = b"".join(frames)
        self._unsummed += joined
        if len(self._unsummed) > _SUM_AT_ONCE:
            self._sum()
        return joined

    def _sum(self) -> None:
        self._checksum.add(bytes(self._unsummed))
        self._unsummed.clear()

    def info_frame(self, samples: int) -> bytes:
        """The first encoder's info frame, which told of its own stretch, made true of the whole.

        Players read from it how many frames and bytes there are, where to seek, and how much silence the encoder put
        before and behind the sound.
        """
        self._sum()
        frame = bytearray(self._info)
        at = frame.index(b"Info")
        sizes = np.cumsum([len(frame), *self._sizes])
        total, count = int(sizes[-1]), len(self._sizes)
        frame[at + 8 : at + 16] = count.to_bytes(4, "big") + total.to_bytes(4, "big")
        frame[at + 16 : at + 116] = bytes(int(sizes[point * count // 100]) * 256 // total for point in range(100))
        delay = int.from_bytes(frame[at + 141 : at + 144], "big") >> 12
        frame[at + 141 : at + 144] = (delay << 12 | count * FRAME - delay - samples).to_bytes(3, "big")
        frame[at + 148 : at + 154] = total.to_bytes(4, "big") + self._checksum.value.to_bytes(2, "big")
        own = Checksum()
        own.add(bytes(frame[: at + 154]))
        frame[at + 154 : at + 156] = own.value.to_bytes(2, "big")
        return bytes(frame)


def find_splice(before: Stretch, after: Stretch) -> int:
    """The frame at which to change over: both transforms agree on their windows, and there is room for the data."""
    last = min(before.end, after.end) - _SETTLED
    candidates = range(after.first + WARM_UP, last)
    agreeing = []
    for number in candidates:
        here, there = read_side(before.frame(number)), read_side(after.frame(number))
        past = read_side(before.frame(number - 1)).windows, read_side(after.frame(number - 1)).windows
        # The transform overlaps frame by frame: where both chose other windows, now or just before, the halves do not add up.
        if here.windows != there.windows or past[0] != past[1]:
            continue
        if there.begin <= here.begin:
            return number
        agreeing.append(number)
    return agreeing[0] if agreeing else candidates[0]


def enlarge(frame: bytes) -> bytes:
    """The same frame at the highest bit rate: 381 bytes of payload become a thousand, free for the next frame's data."""
    header = bytes([frame[0], frame[1], frame[2] & 0x0F | 14 << 4, frame[3]])
    return header + frame[4:] + bytes(frame_size(header) - len(frame))


def _payload_before(stretch: Stretch, number: int, wanted: int) -> bytes:
    """The last `wanted` bytes of payload in front of a frame."""
    found = b""
    while len(found) < wanted:
        number -= 1
        found = stretch.frame(number)[_HEADER:] + found
    return found[len(found) - wanted :]


def overwrite(frames: list[bytes], wanted: bytes) -> list[bytes]:
    """Write `wanted` over the end of the frames' payload, headers skipped."""
    result = list(frames)
    index = len(result) - 1
    while wanted:
        room = len(result[index]) - _HEADER
        piece = wanted[-room:]  # from the end backwards: data of a frame lies directly before it
        result[index] = result[index][: len(result[index]) - len(piece)] + piece
        wanted = wanted[: len(wanted) - len(piece)]
        index -= 1
    return result


class Checksum:
    """CRC-16 (polynomial 0x8005 reflected, zero start) of a stream, as the info frame wants it; many lanes at once."""

    LANES: Final = 8192

    def __init__(self) -> None:
        self.value = 0
        self._table = np.array([_crc_byte(value) for value in range(256)], np.uint16)

    def add(self, data: bytes) -> None:
        length = len(data) // self.LANES
        lanes = np.frombuffer(data, np.uint8, length * self.LANES).reshape(self.LANES, length)
        crcs = np.zeros(self.LANES, np.uint16)
        for column in np.ascontiguousarray(lanes.T):
            crcs = (crcs >> 8) ^ self._table[(crcs ^ column) & 0xFF]
        skip = self._skip(length)
        low, high = skip[:256], skip[256:]
        for crc in crcs.tolist():
            self.value = low[self.value & 0xFF] ^ high[self.value >> 8] ^ crc if length else self.value
        for byte in data[length * self.LANES :]:
            self.value = (self.value >> 8) ^ int(self._table[(self.value ^ byte) & 0xFF])

    def _skip(self, length: int) -> list[int]:
        """What becomes of a checksum over `length` zero bytes: of its low byte alone, then of its high byte alone."""
        values = np.concatenate([np.arange(256), np.arange(256) << 8]).astype(np.uint16)
        for _ in range(length):
            values = (values >> 8) ^ self._table[values & 0xFF]
        return [int(value) for value in values]


def _crc_byte(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value
