"""What `create`, `script` and `render` share: reading the request and asking the pipeline."""

from __future__ import annotations

import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from drift_audio.errors import BadInput, ScenarioError
from drift_audio.files import located
from drift_audio.output_spec import Format, OutputSpec
from drift_audio.scenario import STYLES, Scenario

if TYPE_CHECKING:
    from drift_audio.config import Settings
    from drift_audio.session import Session

WriterChoice = Literal["auto", "offline", "llm"]
LoudnessChoice = Literal["-16", "-19", "-23", "off"]

MAX_BYTES: Final = 1_000_000

Situation = Annotated[str | None, typer.Argument(help="What is going on, in your own words.", show_default=False)]
File = Annotated[str | None, typer.Option("--file", "-f", help="Read the situation from a file, or '-' for standard input.")]
StyleName = Annotated[str | None, typer.Option("--style", help=f"One of {', '.join(STYLES)}. (default: meditation)")]
Minutes = Annotated[str | None, typer.Option("--minutes", "-m", help="Length, 1 to 90; decimals allowed. (default: 12)")]
Voice = Annotated[str | None, typer.Option("--voice", help="A voice (drift-audio voices list).")]
Ambience = Annotated[str | None, typer.Option("--ambience", help="A bed, a mix ('rain + fire:-6dB') or your own sound file.")]
Language = Annotated[str | None, typer.Option("--language", help="Language of the words (BCP 47).")]
Seed = Annotated[int | None, typer.Option("--seed", help="The same seed gives the same session. (default: a new one)")]
WriterName = Annotated[WriterChoice, typer.Option("--writer", help="Who writes: our offline writer, or a model you configured.")]
Discreet = Annotated[bool, typer.Option("--discreet", help="Say nothing back of what you told.")]
Model = Annotated[str | None, typer.Option("--model", help="Language model to write with.")]
BaseUrl = Annotated[str | None, typer.Option("--base-url", help="Server of the language model (OpenAI-compatible).")]
ModelFile = Annotated[Path | None, typer.Option("--llm-model-file", help="A .gguf model to run here for this session.")]
Steady = Annotated[bool, typer.Option("--steady", help="Make the self-steadying session.")]
Output = Annotated[str | None, typer.Option("--output", "-o", help="A file, or a folder ending in /. (default: current folder)")]
FormatName = Annotated[Format | None, typer.Option("--format", help="mp3, wav, flac or ogg. (default: mp3)")]
Bitrate = Annotated[int, typer.Option("--bitrate", help="kbit/s of MP3.")]
BedLevel = Annotated[float, typer.Option("--bed-level", help="Level of the bed under the voice in dB.", min=-60, max=0)]
NoBed = Annotated[bool, typer.Option("--no-bed", help="The voice alone, with no bed.")]
NoBell = Annotated[bool, typer.Option("--no-bell", help="No bells.")]
LoudnessName = Annotated[LoudnessChoice, typer.Option("--loudness", help="LUFS of the finished file, or off.")]
Stems = Annotated[Path | None, typer.Option("--stems", help="Also write the dry voice and the bed as WAV into this folder.")]
Captions = Annotated[bool, typer.Option("--captions", help="Also write WebVTT and LRC beside the audio, and tag the words.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the session shall be, and who writes it."""

    situation: Situation = None
    file: File = None
    style: StyleName = None
    minutes: Minutes = None
    voice: Voice = None
    ambience: Ambience = None
    language: Language = None
    writer: WriterName = "auto"
    seed: Seed = None


@dataclass(frozen=True, slots=True)
class Encoded:
    """Where the audio goes, and in what format."""

    output: Output = None
    format: FormatName = None
    bitrate: Bitrate = 128


@dataclass(frozen=True, slots=True)
class Mixed:
    """How voice, bed and bells are mixed, and what is written beside."""

    bed_level: BedLevel = -15.0
    no_bed: NoBed = False
    no_bell: NoBell = False
    loudness: LoudnessName = "-16"
    stems: Stems = None
    captions: Captions = False


@dataclass(frozen=True, slots=True)
class WrittenBy:
    """The language model, the session that needs none, and whether what was told is said back."""

    steady: Steady = False
    discreet: Discreet = False
    model: Model = None
    base_url: BaseUrl = None
    llm_model_file: ModelFile = None


def read_situation(situation: str | None, file: str | None) -> str:
    """The situation from the argument, a file or standard input; exactly one of them.

    Raises:
        ScenarioError: none or both were given, or the file cannot be read as text.
    """
    if (situation is None) == (file is None):
        raise ScenarioError('say what is going on: drift-audio create "...", or --file FILE (- for standard input); one of them')
    if situation is not None:
        return situation
    raw = sys.stdin.buffer.read(MAX_BYTES + 1) if file == "-" else read_bytes(Path(str(file)))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError(f"{file}: is not text in UTF-8") from None


def read_bytes(path: Path) -> bytes:
    """At most a megabyte of a file the user named.

    Raises:
        BadInput: it cannot be read, is a folder, or is too large to be words.
    """
    try:
        with path.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    if len(raw) > MAX_BYTES:
        raise BadInput(f"{path}: is larger than a megabyte; that is no text for one session")
    return raw


def number(minutes: str | None) -> float | None:
    """Minutes as the user typed them.

    Raises:
        ScenarioError: not a number.
    """
    if minutes is None:
        return None
    try:
        return float(minutes)
    except ValueError:
        raise ScenarioError(f"minutes must be a number from 1 to 90, not {minutes!r}") from None


def fresh_seed(seed: int | None) -> int:
    """The seed asked for, or a new one that the summary tells."""
    return secrets.randbelow(2**32) if seed is None else seed


def load(written: WrittenBy) -> Settings:
    """The settings, with the language model that was named on the command line.

    Raises:
        ConfigError: an unknown or invalid setting.
    """
    from drift_audio.config import load_settings

    named = {"model": written.model, "base_url": written.base_url, "model_file": written.llm_model_file}
    return load_settings({}, llm=named)


def make_target(settings: Settings, encoded: Encoded, mixed: Mixed, *, force: bool, script_out: Path | None = None) -> OutputSpec:
    """A target from options; a path that ends in a slash is a folder even before it exists.

    Raises:
        OutputError: the folder cannot be made. ScenarioError: a bitrate that MP3 does not have.
    """
    from pydantic import ValidationError

    try:
        return OutputSpec(
            output=settings.output if encoded.output is None else located(encoded.output), format=encoded.format,
            bitrate=encoded.bitrate, script_out=script_out, bed_level_db=mixed.bed_level, bed=not mixed.no_bed,
            bells=not mixed.no_bell, loudness=None if mixed.loudness == "off" else int(mixed.loudness), stems=mixed.stems,
            captions=mixed.captions, force=force,
        )  # fmt: skip
    except ValidationError as error:
        first = error.errors()[0]
        raise ScenarioError(f"{first['loc'][0]}: {first['msg']} (got {first['input']!r})") from None


def build_scenario(settings: Settings, asked: Asked, written: WrittenBy) -> Scenario:
    """A scenario from options, what was not given from the settings; it is heard on the day it was told.

    Raises:
        ScenarioError: no situation, or a field that is out of range or unknown.
    """
    given = {
        "situation": read_situation(asked.situation, asked.file), "style": asked.style, "minutes": number(asked.minutes),
        "voice": asked.voice, "ambience": asked.ambience, "language": asked.language, "seed": fresh_seed(asked.seed),
    }  # fmt: skip
    usual = {"style": settings.style, "minutes": settings.minutes, "voice": settings.voice, "language": settings.language}
    chosen = {key: value for key, value in given.items() if value is not None}
    return Scenario.build(**{**usual, **chosen}, steady=written.steady, discreet=written.discreet, same_day=True)


def deliver(session: Session, target: OutputSpec) -> None:
    """What belongs beside a finished file: captions when asked for; feed and page of a folder that sessions are collected in."""
    from drift_audio.delivery.feed.collection import publish
    from drift_audio.delivery.feed.record import record, write_captions

    if target.is_folder and target.output != Path():
        publish(session, with_captions=target.captions)
    elif target.captions:
        write_captions(record(session), session.path.parent)


def tell_destination(settings: Settings, writer: WriterChoice) -> None:
    """Say on standard error where the words go before a model is asked; the offline writer sends nothing and says nothing."""
    if writer == "offline" or not settings.llm.configured:
        return
    from drift_audio.words.writers.llm.destination import destination

    typer.echo(f"drift-audio: {destination(settings.llm).sentence}", err=True)


def report(session: Session, *, as_json: bool, quiet: bool) -> None:
    """Show a finished session the way it was asked for."""
    from drift_audio.cli.output import emit_json, session_json, show_session

    if as_json:
        emit_json(session_json(session))
    elif not quiet:
        show_session(session)
    elif others := [part for part in session.reports if part.writer != session.writer]:
        # Nobody's words are replaced in silence.
        total = len(session.reports)
        typer.echo(f"drift-audio: note: {len(others)} of {total} sections were written by {others[0].writer}", err=True)
