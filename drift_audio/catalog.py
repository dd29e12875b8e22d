"""Finds and validates declarations (voices, ambience): one YAML file each, packaged ones first, the user's own win by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from drift_audio.errors import CatalogError
from drift_audio.near_match import hint
from drift_audio.yamlfile import read_mapping

Kind = Literal["voices", "ambience"]
SINGULAR: Final[dict[str, str]] = {"voices": "voice", "ambience": "ambience"}

M = TypeVar("M", bound=BaseModel)


def packaged_folder(kind: Kind) -> Path:
    """The folder of the installed package, or the one beside the package in a source tree."""
    package = Path(__file__).resolve().parent
    inside = package / "_data" / kind
    return inside if inside.is_dir() else package.parent / kind


class Catalog(Mapping[str, M], Generic[M]):
    """Declarations of one kind by name, read when first looked at.

    A file `NAME.yaml` declares NAME. Files of `user_folder` (may be missing) override packaged ones of the same name.

    Raises:
        CatalogError: an unknown name (with near matches) or a declaration that does not validate (with file and field).
    """

    def __init__(self, kind: Kind, model: type[M], *, user_folder: Path | None = None) -> None:
        self.kind = kind
        self._model = model
        self._user_folder = user_folder
        self._files: dict[str, Path] | None = None
        self._ready: dict[str, M] = {}

    def __getitem__(self, name: str) -> M:
        if name not in self._ready:
            self._ready[name] = self._read(name)
        return self._ready[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._found()))

    def __len__(self) -> int:
        return len(self._found())

    def __contains__(self, name: object) -> bool:
        return name in self._found()

    def readable(self) -> tuple[list[M], dict[str, str]]:
        """Every declaration that can be read, and by name why another cannot: one broken file of the user's hides no other."""
        ready: list[M] = []
        broken: dict[str, str] = {}
        for name in self:
            try:
                ready.append(self[name])
            except CatalogError as error:
                broken[name] = str(error)
        return ready, broken

    def reload(self) -> None:
        """Forget what was read; the next look reads the folders anew."""
        self._files = None
        self._ready.clear()

    def path(self, name: str) -> Path:
        """The file that declares `name`."""
        try:
            return self._found()[name]
        except KeyError:
            raise CatalogError(self._unknown(name)) from None

    def _found(self) -> dict[str, Path]:
        if self._files is None:
            folders = [packaged_folder(self.kind)] + ([self._user_folder] if self._user_folder else [])
            self._files = {file.stem: file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.yaml"))}
        return self._files

    def _read(self, name: str) -> M:
        file = self.path(name)
        try:
            return self._model.model_validate({"name": name, **read_mapping(file, error=CatalogError)})
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise CatalogError(f"{file}: {field}: {first['msg']}") from None

    def _unknown(self, name: str) -> str:
        return f"unknown {SINGULAR[self.kind]} {name!r}; {hint(name, self)} (list them with: drift-audio {self.kind} list)"
