"""`drift-audio inspect`: what an audio file is like, drawn and judged against our own promises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

if TYPE_CHECKING:
    from drift_audio.sound.inspection.inspect import Picture, Report

File = Annotated[Path, typer.Argument(help="Any audio file.", show_default=False)]
Png = Annotated[Path | None, typer.Option("--png", help="Draw wave, spectrogram and loudness into this PNG file.")]
Loudness = Annotated[Literal["-16", "-19", "-23", "off"], typer.Option("--loudness", help="Loudness it was made for, in LUFS.")]
Plot = Annotated[bool, typer.Option("--plot/--no-plot", help="Draw in the terminal.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]

BARS: Final = " ▁▂▃▄▅▆▇█"
SHADES: Final = " ░▒▓█"
TALL: Final = 12


def inspect(
    file: File, png: Png = None, loudness: Loudness = "-16", plot: Plot = True, force: Force = False, as_json: Json = False
) -> None:
    """Show loudness, peak, speech, silence and the bed under the voice; exit 1 when a promise is broken."""
    from drift_audio.cli.output import console, emit_json
    from drift_audio.files import check_output
    from drift_audio.sound.inspection import inspect as inspecting
    from drift_audio.sound.inspection.picture import write_picture

    if png:
        check_output(png, formats=("png",), force=force)
    report, picture = inspecting.inspect(file, target_lufs=None if loudness == "off" else float(loudness))
    if png:
        write_picture(report, picture, png, force=force)
    if as_json:
        emit_json(report.model_dump() | {"kept": report.kept, "png": png and str(png)})
    else:
        page = console()
        if plot:
            page.print(drawn(report, picture, width=min(page.width, 100) - 12), markup=False)
        page.print("\n".join(described(report)), markup=False)
        for verdict in report.verdicts:
            mark = "[green]kept  [/green]" if verdict.kept else "[red]BROKEN[/red]"
            page.print(f"{mark} {verdict.name}: {verdict.detail}")
    if not report.kept:
        raise typer.Exit(1)


def described(report: Report) -> list[str]:
    """The report in a few lines."""
    lines = [f"{report.file}: {report.seconds:.1f} s, {report.rate} Hz, {report.channels} channel{'s' * (report.channels > 1)}"]
    if report.speech:
        pauses = [after - end for (_, end), (after, _) in zip(report.speech, report.speech[1:], strict=False)]
        longest = f", longest pause {max(pauses):.1f} s" if pauses else ""
        lines.append(f"speech {report.speech_share:.0%} in {len(report.speech)} stretches{longest}")
    else:
        lines.append("no speech found")
    named = (("voice", report.voice_lufs), ("bed alone", report.bed_rest_lufs), ("bed under the voice", report.bed_speech_lufs))
    levels = [f"{name} {value:.1f} LUFS" for name, value in named if value is not None]
    return lines + ([", ".join(levels)] if levels else [])


def drawn(report: Report, picture: Picture, *, width: int) -> str:
    """Spectrogram in shades, loudness in bars and a line that marks speech, as text."""
    import numpy as np

    columns = np.array_split(np.arange(picture.power.shape[0]), width)
    bands = np.array_split(np.arange(picture.power.shape[1]), TALL)
    grid = np.array([[picture.power[np.ix_(column, band)].mean() for column in columns] for band in bands])
    share = np.clip((grid - grid.max() + 60) / 60, 0, 0.999)
    rows = ["".join(SHADES[int(cell * len(SHADES))] for cell in row) for row in share[::-1]]
    names = {0: "16 kHz", TALL // 2: " 1 kHz", TALL - 1: " 50 Hz"}
    text = [f"{names.get(index, ''):>10} {row}" for index, row in enumerate(rows)]
    text.append(f"{'loudness':>10} {_bars(report.curve, width)}")
    text.append(f"{'speech':>10} {_marks(report, width)}")
    return "\n".join(text)


def _bars(curve: tuple[float, ...], width: int) -> str:
    import numpy as np

    values = np.interp(np.linspace(0, max(0, len(curve) - 1), width), np.arange(len(curve)), curve) if curve else np.zeros(0)
    steps = np.clip((values + 50) / 40, 0, 0.999) * len(BARS)
    return "".join(BARS[int(step)] for step in steps)


def _marks(report: Report, width: int) -> str:
    marks = [" "] * width
    for start, end in report.speech:
        first, last = (int(second / report.seconds * (width - 1)) for second in (start, end))
        marks[first : last + 1] = "━" * (last + 1 - first)
    return "".join(marks)
