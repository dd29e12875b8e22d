"""An inspected file as a PNG: wave with speech marked, spectrogram, loudness over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from drift_audio.files import check_output, output_file
from drift_audio.sound.inspection.inspect import BANDS, COLUMNS, HIGHEST_HZ, LOWEST_HZ, Picture, Report

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH: Final = COLUMNS + 80
LEFT: Final = 60
WAVE: Final = (30, 190)
SPECTRUM: Final = (210, 210 + 2 * BANDS)
LOUDNESS: Final = (SPECTRUM[1] + 20, SPECTRUM[1] + 180)
HEIGHT: Final = LOUDNESS[1] + 40
RANGE_DB: Final = 70.0
LOUDEST_LUFS: Final = -8.0
QUIETEST_LUFS: Final = -56.0

_PAPER: Final = (250, 249, 246)
_INK: Final = (60, 60, 70)
_PALE: Final = (205, 205, 205)
_SPEECH: Final = (214, 120, 60)
_WAVE: Final = (60, 95, 150)
# Dark to light in even steps of lightness, so that it also reads in grey.
_COLOURS: Final = np.array([[8, 6, 24], [59, 15, 92], [140, 41, 110], [214, 72, 77], [250, 146, 74], [252, 240, 190]], float)


def write_picture(report: Report, picture: Picture, path: Path, *, force: bool = False) -> None:
    """Draw a report into a PNG file, whole or not at all.

    Raises:
        OutputError: a path that cannot be used. ExportError: it could not be written.
    """
    from PIL import Image, ImageDraw

    check_output(path, formats=("png",), force=force)
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    image.paste(Image.fromarray(_spectrogram(picture)), (LEFT, SPECTRUM[0]))
    draw = ImageDraw.Draw(image)
    _title(draw, report)
    _wave(draw, report, picture)
    _pitches(draw, report)
    _loudness(draw, report)
    with output_file(path) as part:
        image.save(part, "PNG", optimize=True)


def _spectrogram(picture: Picture) -> NDArray[np.uint8]:
    top = float(np.percentile(picture.power, 99.8))
    share = np.clip((picture.power - (top - RANGE_DB)) / RANGE_DB, 0, 1)
    place = share.T[::-1].repeat(2, axis=0) * (len(_COLOURS) - 1)
    lower = np.minimum(place.astype(int), len(_COLOURS) - 2)
    part = (place - lower)[..., np.newaxis]
    return np.asarray(_COLOURS[lower] * (1 - part) + _COLOURS[lower + 1] * part).astype(np.uint8)


def _title(draw: ImageDraw, report: Report) -> None:
    lufs = "silent" if report.lufs is None else f"{report.lufs:.1f} LUFS, peak {report.true_peak_dbtp:.1f} dBTP"
    minutes, seconds = divmod(round(report.seconds), 60)
    words = f"{report.file}   {minutes}:{seconds:02d}   {lufs}   speech {report.speech_share:.0%}"
    draw.text((LEFT, 8), words.encode("latin-1", "replace").decode("latin-1"), fill=_INK)


def _wave(draw: ImageDraw, report: Report, picture: Picture) -> None:
    middle, half = sum(WAVE) / 2, (WAVE[1] - WAVE[0]) / 2
    for column in range(COLUMNS):
        high, low = middle - picture.high[column] * half, middle - picture.low[column] * half
        draw.line([(LEFT + column, high), (LEFT + column, max(low, high + 1))], fill=_WAVE)
    for start, end in report.speech:
        left, right = (LEFT + second / report.seconds * COLUMNS for second in (start, end))
        draw.rectangle([left, WAVE[1] + 4, max(right, left + 1), WAVE[1] + 9], fill=_SPEECH)
    draw.text((8, middle - 6), "wave", fill=_INK)


def _pitches(draw: ImageDraw, report: Report) -> None:
    top = min(HIGHEST_HZ, report.rate * 0.49)
    for hertz in (100, 300, 1000, 3000, 10_000):
        if hertz < top:
            height = SPECTRUM[1] - np.log(hertz / LOWEST_HZ) / np.log(top / LOWEST_HZ) * (SPECTRUM[1] - SPECTRUM[0])
            draw.text((8, height - 6), f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz} Hz", fill=_INK)
            draw.line([(LEFT - 5, height), (LEFT, height)], fill=_INK)


def _loudness(draw: ImageDraw, report: Report) -> None:
    def height(lufs: float) -> float:
        share = (lufs - QUIETEST_LUFS) / (LOUDEST_LUFS - QUIETEST_LUFS)
        return LOUDNESS[1] - float(np.clip(share, 0, 1)) * (LOUDNESS[1] - LOUDNESS[0])

    for lufs in (-16, -30, -45):
        draw.line([(LEFT, height(lufs)), (LEFT + COLUMNS, height(lufs))], fill=_PALE)
        draw.text((8, height(lufs) - 6), f"{lufs} LUFS", fill=_INK)
    points = [(LEFT + (second + 1.5) / report.seconds * COLUMNS, height(value)) for second, value in enumerate(report.curve)]
    if len(points) > 1:
        draw.line(points, fill=_SPEECH, width=2)
    every = max(1, round(report.seconds / 60 / 12))
    for minute in range(0, int(report.seconds / 60 - 0.3) + 1, every):
        place = LEFT + minute * 60 / report.seconds * COLUMNS
        draw.text((place, LOUDNESS[1] + 6), f"{minute} min", fill=_INK)
