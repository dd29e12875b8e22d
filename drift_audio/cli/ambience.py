"""`drift-audio ambience`: which beds there are, how they sound, mixing your own, and what each keeps of its promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from drift_audio.catalog import Catalog
    from drift_audio.sound.beds.measure import Figures
    from drift_audio.sound.beds.spec import Ambience

app = typer.Typer(no_args_is_help=True, help="List, hear, mix and measure beds.")

Bed = Annotated[
    str, typer.Argument(help="A bed, a mix ('rain + fire:-6dB'), a sound file or a folder of them.", show_default=False)
]
Names = Annotated[list[str] | None, typer.Argument(help="Beds to measure. (default: all)", show_default=False)]
Seconds = Annotated[float, typer.Option("--seconds", help="Length of the preview.", min=1, max=7200)]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write: wav, flac, ogg, mp3. (default: NAME.wav)")]
Seed = Annotated[int, typer.Option("--seed", help="Another seed, another stretch of it.", min=0, max=2**32 - 1)]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
SaveAs = Annotated[str | None, typer.Option("--save", "-s", help="Name of your bed. (default: only check the mix)")]
About = Annotated[str, typer.Option("--description", help="One line for the list.")]
Minutes = Annotated[float, typer.Option("--minutes", help="How much of each bed to measure.", min=0.25, max=120)]
Judge = Annotated[
    Path | None, typer.Option("--recordings", help="Folder of field recordings CLASS__name.wav that name the beds.")
]


@app.command("list")
def list_beds(as_json: Json = False) -> None:
    """Show every bed with what it is and its tags."""
    from drift_audio.cli.output import console, emit_json, show_table
    from drift_audio.config import load_settings
    from drift_audio.sound.beds.beats import BANDS_HZ, HEADPHONE_NOTE

    catalog = _catalog()
    beds, broken = catalog.readable()
    if as_json:
        rows = [bed.model_dump(include={"name", "description", "tags", "key", "licence", "mix"}) for bed in beds]
        rows += [{"name": name, "broken": why} for name, why in broken.items()]
        emit_json({"ambience": rows, "default": load_settings().ambience})
        return
    show_table(("bed", "what it is", "tags"), [(bed.name, bed.description, ", ".join(bed.tags)) for bed in beds])
    beats = ", ".join(f"binaural-{band}, monaural-{band}" for band in BANDS_HZ)
    notes = ("", "Mix them: 'rain + fire:-6dB'; name any sound file or folder of files in place of a bed.")
    wrong = [f"{name} cannot be used: {why}" for name, why in broken.items()]
    console().print("\n".join([*wrong, *notes, f"Over a bed also {beats}: {HEADPHONE_NOTE}."]), markup=False)


@app.command()
def preview(
    bed: Bed, seconds: Seconds = 30.0, output: Output = None, seed: Seed = 1, force: Force = False, as_json: Json = False
) -> None:
    """Write a stretch of a bed to a file."""
    from drift_audio.cli.output import emit_json, err_console
    from drift_audio.config import load_settings
    from drift_audio.sound.beds.preview import write_preview
    from drift_audio.sound.beds.table import check_bed, open_bed

    catalog, user_dir = _catalog(), load_settings().user_ambience
    check_bed(bed, catalog=catalog, user_dir=user_dir)
    path = output or Path(f"{bed if bed in catalog else 'preview'}.wav")
    opened = open_bed(bed, seed=seed, catalog=catalog, user_dir=user_dir)
    write_preview(opened, path, seconds=seconds, force=force)
    if as_json:
        emit_json({"path": str(path), "ambience": bed, "seconds": seconds, "seed": seed})
    else:
        err_console().print(f"{path}: {seconds:g} s of {bed}", markup=False)


@app.command()
def mix(expression: Bed, save: SaveAs = None, description: About = "", force: Force = False, as_json: Json = False) -> None:
    """Check a mix and save it as a bed of your own."""
    from drift_audio.cli.output import emit_json, err_console
    from drift_audio.config import load_settings
    from drift_audio.sound.beds.expression import parse
    from drift_audio.sound.beds.preview import save_mix
    from drift_audio.sound.beds.table import check_bed

    settings = load_settings()
    check_bed(expression, catalog=_catalog(), user_dir=settings.user_ambience)
    path = save_mix(expression, save, settings.user_ambience, description=description, force=force) if save else None
    if as_json:
        parts = [{"source": part.source, "level_db": part.level_db} for part in parse(expression)]
        emit_json({"expression": expression, "name": save, "path": path and str(path), "parts": parts})
        return
    use = f"saved; use it with: --ambience {save}" if save else "can be mixed; keep it with: --save NAME"
    err_console().print(f"{expression}: {use}", markup=False)


@app.command()
def measure(
    names: Names = None, minutes: Minutes = 10.0, recordings: Judge = None, seed: Seed = 1, as_json: Json = False
) -> None:
    """Measure what beds promise: level, steadiness, no seam, no click, width, speed; exit 1 when one is broken."""
    from drift_audio.cli.output import console, emit_json, show_table

    found = list(_measured(names, minutes * 60, recordings, seed))
    if as_json:
        emit_json({"minutes": minutes, "beds": [figures.model_dump() for figures in found]})
    else:
        show_table(tuple(COLUMNS), [tuple(show(figures) for show in COLUMNS.values()) for figures in found])
        console().print(LEGEND, markup=False)
    if any(figures.broken for figures in found):
        raise typer.Exit(1)


def _measured(names: list[str] | None, seconds: float, recordings: Path | None, seed: int) -> Iterator[Figures]:
    from drift_audio.config import load_settings
    from drift_audio.sound.beds import measure as measuring
    from drift_audio.sound.beds.table import check_bed, open_bed

    catalog, user_dir = _catalog(), load_settings().user_ambience
    for name in names or ():
        check_bed(name, catalog=catalog, user_dir=user_dir)
    judge = measuring.judge(recordings) if recordings else None
    for name in names or list(catalog):
        open_it = partial(open_bed, name, seed=seed, catalog=catalog, user_dir=user_dir)
        noise_like = name in catalog and catalog[name].noise_like
        figures = measuring.measure(name, open_it, seconds=seconds, noise_like=noise_like)
        expected = catalog[name].texture if name in catalog else None
        if judge and expected:
            figures = judge.named(figures, open_it(), expected)
        yield figures


def _catalog() -> Catalog[Ambience]:
    from drift_audio.catalog import Catalog
    from drift_audio.config import load_settings
    from drift_audio.sound.beds.spec import Ambience

    return Catalog("ambience", Ambience, user_folder=load_settings().user_ambience)


COLUMNS: Final[dict[str, Callable[[Figures], str]]] = {
    "bed": lambda f: f.name,
    "texture": lambda f: f"{f.texture} {f.texture_share:.0%}" if f.texture else "-",
    "LUFS": lambda f: f"{f.lufs:.1f}",
    "level": lambda f: f"{f.level_db:.2f}",
    "octaves": lambda f: f"{f.spectrum_db:.2f}",
    "seam": lambda f: f"{f.seam:.3f}",
    "click": lambda f: f"{f.click:.1f}",
    "ears": lambda f: f"{f.ears:.2f}",
    "mono": lambda f: f"{f.mono_db:.1f}",
    "speed": lambda f: f"{f.speed:,.0f}x",
    "verdict": lambda f: f"breaks {', '.join(f.broken)}" if f.broken else "holds",
}
LEGEND: Final = """
texture  what the recordings (--recordings) take it for, and in how many of its excerpts
level    dB that a fifth of the time is off the mean at most; octaves: the same in any octave that matters (noise-like: at most 1)
seam     highest autocorrelation beyond one second (at most 0.3 for noise-like beds; tones and rhythms repeat by nature)
click    largest isolated jump between two samples against those around it (at most 12)
ears     correlation of left and right; mono: dB lost when both are summed; speed: times real time"""
