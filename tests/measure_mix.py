"""Sessions over every bed in two styles and over the user's own files, each judged on what the decoder gives back: promises of
length, loudness, true peak and chapters, words heard in the finished mix beside the dry voice, depth and slopes of the duck.

    python -m tests.measure_mix [minutes] [bed ...]

It takes a quarter of an hour; exit code 1 when a promise is broken.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from drift_audio import pipeline, preflight
from drift_audio.config import load_settings
from drift_audio.output_spec import OutputSpec, stem_files
from drift_audio.render_options import RenderOptions
from drift_audio.scenario import Scenario
from drift_audio.script.model import Optional, Script, Utterance
from drift_audio.sound.mixing import ducking
from drift_audio.sound.mixing.stems import write_stems
from drift_audio.studio import open_studio
from tests import instruments as hear

SITUATION = "I snapped at my husband over the dishes this morning and he left without a word"
STYLES = ("meditation", "sleep")
STEEPEST_FALL, STEEPEST_RISE = 22.0, 7.0  # dB a second: a raised cosine over the deepest duck of a style


@dataclass(frozen=True)
class Row:
    """What one session measured; wrong, dry: shares of words. duck: deepest in dB; fall, rise: steepest in dB a second."""

    seconds: float
    lufs: float
    peak: float
    wrong: float
    dry: float
    duck: float
    fall: float
    rise: float
    chapters: bool

    def broken(self, minutes: float, depth: float) -> list[str]:
        checks = {
            "length": abs(self.seconds - 60 * minutes) <= 0.5,
            "loudness": abs(self.lufs + 16) <= 0.5,
            "true peak": self.peak <= -1.0,
            "chapters": self.chapters,
            "duck": abs(self.duck + depth) <= 0.5,
            "slopes": self.fall <= STEEPEST_FALL + 0.01 and self.rise <= STEEPEST_RISE,
        }
        return [name for name, kept in checks.items() if not kept]


def words(script: Script) -> str:
    parts = [part for section in script.sections for part in section.parts]
    atoms = [atom for part in parts for atom in (part.parts if isinstance(part, Optional) else (part,))]
    return " ".join(atom.text for atom in atoms if isinstance(atom, Utterance))


def own_files(folder: Path) -> list[str]:
    """Three beds of the user's own: a short loop, a format that only ffmpeg reads, a folder of two."""
    noise = np.random.default_rng(3).standard_normal((12 * 44_100, 2)).astype(np.float32)
    soft = np.cumsum(noise, axis=0)
    soft = 0.2 * (soft - soft.mean(axis=0)) / np.abs(soft).max()
    soundfile.write(folder / "loop.flac", soft, 44_100)
    convert = [hear.ffmpeg(), "-v", "error", "-y", "-i", str(folder / "loop.flac"), "-c:a", "aac", str(folder / "loop.m4a")]
    subprocess.run(convert, check=True)
    (folder / "list").mkdir()
    for name, part in (("a", soft[: 6 * 44_100]), ("b", 0.05 * noise)):
        soundfile.write(folder / "list" / f"{name}.wav", part, 44_100)
    return [str(folder / name) for name in ("loop.flac", "loop.m4a", "list")]


def measure(bed: str, style: str, minutes: float, folder: Path, heard: dict[str, float]) -> tuple[Row, float]:
    """One session; `heard` keeps the dry figure of each script, which the bed does not change."""
    scenario = Scenario(situation=SITUATION, style=style, minutes=minutes, ambience=bed, seed=12)  # type: ignore[arg-type]
    target = OutputSpec(output=folder / "session.mp3", force=True)
    with open_studio(load_settings({}), writer="offline") as studio:
        made = pipeline.create(scenario, studio, target)
        said = words(made.script)
        options = preflight.fit(RenderOptions.of(made.script, target), made.script, studio)
        if said not in heard:
            opener = preflight.bed_opener(made.script.seed, studio)
            parts = stem_files(folder, "dry")
            write_stems(made.timeline, opener, replace(options.mix, bells=False), parts)
            dry = parts["voice"]
            heard[said] = hear.word_errors(said, hear.heard(dry))
    loud = hear.loudness(made.path)
    gain = ducking.bed_db(made.timeline, options.mix.duck, options.mix.fades)
    fall, rise = ducking.steepest(gain)
    marks = [(mark["title"], round(mark["start"], 1)) for mark in hear.chapters(made.path)]
    row = Row(
        seconds=loud.seconds,
        lufs=loud.lufs,
        peak=loud.true_peak_dbtp,
        wrong=hear.word_errors(said, hear.heard(made.path)),
        dry=heard[said],
        duck=float((gain - ducking.follow(made.timeline)).min()),
        fall=fall,
        rise=rise,
        chapters=marks == [(part.name, round(part.start, 1)) for part in made.sections],
    )
    return row, options.mix.duck.depth_db


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=3.0)
    parser.add_argument("beds", nargs="*")
    asked = parser.parse_args()
    heard: dict[str, float] = {}
    failures = 0
    print(f"{'bed':<18}{'style':<12}{'s':>8}{'LUFS':>7}{'dBTP':>7}{'wrong':>7}{'dry':>7}{'duck':>7}{'fall':>6}{'rise':>6}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_studio(load_settings({}), writer="offline") as studio:
            beds = asked.beds or [*studio.ambience, *own_files(folder)]
        for bed in beds:
            rows = []
            for style in STYLES:
                row, depth = measure(bed, style, asked.minutes, folder, heard)
                rows.append(row)
                broken = row.broken(asked.minutes, depth)
                # A word is half a point of three minutes: the bed is judged on its sessions together.
                if len(rows) == len(STYLES) and sum(each.wrong - each.dry for each in rows) > 0.01 * len(rows):
                    broken.append("words")
                failures += bool(broken)
                print(
                    f"{Path(bed).name:<18}{style:<12}{row.seconds:8.2f}{row.lufs:7.2f}{row.peak:7.2f}{row.wrong:7.1%}{row.dry:7.1%}"
                    f"{row.duck:7.1f}{row.fall:6.1f}{row.rise:6.1f}  {'; '.join(broken)}",
                    flush=True,
                )
    print(f"{len(beds) * len(STYLES)} sessions, {failures} with a broken promise")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
