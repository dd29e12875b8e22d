"""The table of generator families, and the one way to open a bed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drift_audio.errors import CatalogError
from drift_audio.sound.audio import gain
from drift_audio.sound.beds.base import Bed
from drift_audio.sound.beds.expression import Part, is_path, parse
from drift_audio.sound.beds.spec import Ambience

if TYPE_CHECKING:
    from drift_audio.sound.beds.streams import Stream

FAMILIES: Final[Mapping[str, str]] = {
    "noise": "noise",
    "impacts": "impacts",
    "waves": "waves",
    "insects": "insects",
    "calls": "calls",
    "thunder": "thunder",
    "pad": "tonal",
    "strikes": "strikes",
    "pulse": "pulse",
}
_HERE: Final = __name__.rpartition(".")[0]
_DEEPEST: Final = 6


def open_bed(expression: str, *, seed: int, catalog: Mapping[str, Ambience], user_dir: Path | None) -> Bed:
    """An endless bed at -30 LUFS: a catalogue name, the path of a file or folder, or a mix of them ("rain + fire:-6dB").

    user_dir: the user's folder; audio files and folders in it or in its `ambience` can be named without suffix; may be missing.

    Raises:
        CatalogError: unknown name, unreadable file or malformed expression, in one line.
    """
    from drift_audio.sound.beds.streams import StreamBed

    return StreamBed(_mixed(expression, _Opener(seed, catalog, user_dir), ()))


def check_bed(expression: str, *, catalog: Mapping[str, Ambience], user_dir: Path | None) -> None:
    """Find everything that `open_bed` would complain of, without rendering: names, levels, files and what is in them.

    Raises:
        CatalogError: as `open_bed`.
    """
    for part in sources(expression, catalog=catalog, user_dir=user_dir):
        if isinstance(part, Path):
            from drift_audio.sound.beds import files

            files.check(part)


def sources(expression: str, *, catalog: Mapping[str, Ambience], user_dir: Path | None) -> Iterator[Ambience | Path | str]:
    """What an expression comes down to: declared beds with layers, files and folders, and names of beats; mixes resolved.

    Raises:
        CatalogError: as `open_bed`.
    """
    finder = _Opener(0, catalog, user_dir)
    yield from _resolved(expression, finder, ())


def bed_key(expression: str, *, catalog: Mapping[str, Ambience], user_dir: Path | None) -> str | None:
    """Tonic ("A2") of the first tuned bed of an expression, for the bells; None when nothing in it is tuned."""
    found = sources(expression, catalog=catalog, user_dir=user_dir)
    return next((item.key for item in found if isinstance(item, Ambience) and item.key), None)


class _Opener:
    def __init__(self, seed: int, catalog: Mapping[str, Ambience], user_dir: Path | None) -> None:
        self.seed = seed
        self.catalog = catalog
        self.user_dir = user_dir

    def find(self, source: str) -> Ambience | Path | str:
        """A declared bed, a path, or the name of beats."""
        from drift_audio.sound.beds.beats import is_beats

        if is_beats(source):
            return source
        if source in self.catalog:
            return self.catalog[source]
        if is_path(source):
            return Path(source).expanduser()
        return self._own(source) or self._named(source)

    def _named(self, source: str) -> Ambience:
        try:
            return self.catalog[source]
        except CatalogError as error:
            if Path(source).is_dir():
                raise CatalogError(f"unknown ambience {source!r}; to play the folder of that name, write './{source}'") from error
            raise

    def _own(self, name: str) -> Path | None:
        if self.user_dir is None:
            return None
        folders = [folder for folder in (self.user_dir / "ambience", self.user_dir) if folder.is_dir()]
        hits = (path for folder in folders for path in sorted(folder.iterdir()) if path.stem == name and _is_sound(path))
        return next(hits, None)


def _is_sound(path: Path) -> bool:
    from drift_audio.sound.decode import SUFFIXES

    return path.is_dir() or path.suffix[1:].lower() in SUFFIXES


def _resolved(expression: str, opener: _Opener, above: tuple[str, ...]) -> Iterator[Ambience | Path | str]:
    parts = _parts(expression)
    for part in parts:
        found = opener.find(part.source)
        if isinstance(found, Ambience) and found.mix is not None:
            yield from _resolved(found.mix, opener, _deeper(above, found.name))
        else:
            yield found


def _mixed(expression: str, opener: _Opener, above: tuple[str, ...]) -> list[Stream]:
    from drift_audio.sound.beds.streams import GainStream

    parts = _parts(expression)
    if len(parts) == 1:
        return _part(parts[0], opener, above)
    total = -10 * math.log10(sum(10 ** (part.level_db / 10) for part in parts))
    return [GainStream(_part(part, opener, above), gain(part.level_db + total)) for part in parts]


def _parts(expression: str) -> tuple[Part, ...]:
    from drift_audio.sound.beds.beats import is_beats

    parts = parse(expression)
    if all(is_beats(part.source) for part in parts):
        example = f"brown-noise + {parts[0].source}:-12dB"
        raise CatalogError(f"ambience {expression!r}: beats only go over a bed; write for example {example!r}")
    return parts


def _part(part: Part, opener: _Opener, above: tuple[str, ...]) -> list[Stream]:
    found = opener.find(part.source)
    if isinstance(found, Ambience):
        if found.mix is not None:
            return _mixed(found.mix, opener, _deeper(above, found.name))
        return _declared(found, opener.seed)
    if isinstance(found, Path):
        from drift_audio.sound.beds import files

        return [files.open_files(found, seed=opener.seed)]
    from drift_audio.sound.beds.beats import Beats

    return [Beats.named(found)]


def _deeper(above: tuple[str, ...], name: str) -> tuple[str, ...]:
    if name in above:
        raise CatalogError(f"ambience {name!r} mixes itself ({' > '.join((*above, name))}); take it out of its mix")
    if len(above) >= _DEEPEST:
        raise CatalogError(f"ambience {name!r}: mixes within mixes, more than {_DEEPEST} deep")
    return (*above, name)


def _declared(bed: Ambience, seed: int) -> list[Stream]:
    from drift_audio.sound.beds.random_draws import generator_for
    from drift_audio.sound.beds.streams import GainStream

    streams: list[Stream] = []
    for index, layer in enumerate(bed.layers):
        family = import_module(f"{_HERE}.{FAMILIES[layer.generator]}")
        streams.append(family.build(layer, generator_for(seed, bed.name, index)))
    return [GainStream(streams, gain(bed.gain_db))]
