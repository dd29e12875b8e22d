"""The user's pronunciations: word to respelling or IPA, per language, from `lexicon.yaml`.

::

    en:
      Siobhan: shi-vawn            # a respelling, read like any word
      Nguyen: /nwˈɪn/              # IPA between slashes, for engines that read phonemes; others get the word itself
      Caoimhe: {say: keeva, ipa: /kwˈiːvə/}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError

from drift_audio.errors import ConfigError
from drift_audio.language_tags import primary_language
from drift_audio.scenario import Frozen
from drift_audio.yamlfile import read_mapping

LINK: Final = re.compile(r"\[([^\]]+)\]\(/([^)]*)/\)")
MAX_ENTRIES: Final = 5_000


class Pronunciation(Frozen):
    """say: a respelling in ordinary letters. ipa: phonemes without slashes. At least one is given."""

    say: Annotated[str, Field(max_length=200)] = ""
    ipa: Annotated[str, Field(max_length=200)] = ""


class Lexicon(Frozen):
    """Pronunciations by language ("en") and word (without regard to case); whole words only."""

    words: Mapping[str, Mapping[str, Pronunciation]] = Field(default_factory=dict)

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        def pattern(words: Mapping[str, Pronunciation]) -> re.Pattern[str]:
            longest_first = sorted(words, key=len, reverse=True)
            return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)

        return {language: pattern(words) for language, words in self.words.items() if words}

    def apply(self, text: str, *, language: str, ipa: bool) -> str:
        """`text` with its words respelled; where `ipa` is understood, IPA entries become `[word](/ipa/)` links."""
        short = primary_language(language)
        if short not in self._patterns:
            return text
        table = self.words[short]

        def put(match: re.Match[str]) -> str:
            entry = table[match[1].lower()]
            if entry.ipa and ipa:
                return f"[{match[1]}](/{entry.ipa}/)"
            return entry.say or match[1]

        return self._patterns[short].sub(put, text)


def plain(text: str) -> str:
    """`text` with every link replaced by its word."""
    return LINK.sub(r"\1", text)


def load_lexicon(file: Path) -> Lexicon:
    """Read `lexicon.yaml`; a missing file is an empty lexicon.

    Raises:
        ConfigError: it is not YAML or not of the shape above, naming the word.
    """
    if not file.exists():
        return Lexicon()
    data = read_mapping(file)
    if not all(isinstance(words, dict) for words in data.values()):
        raise ConfigError(f"{file}: must map a language (en) to words and their pronunciations")
    if sum(map(len, data.values())) > MAX_ENTRIES:
        raise ConfigError(f"{file}: holds more than {MAX_ENTRIES} words")
    words = {
        primary_language(str(language)): {str(word).lower(): _entry(file, word, value) for word, value in table.items()}
        for language, table in data.items()
    }
    return Lexicon(words=words)


def _entry(file: Path, word: object, value: object) -> Pronunciation:
    if isinstance(value, str):
        bare = value.strip()
        value = {"ipa": bare} if len(bare) > 2 and bare[0] == bare[-1] == "/" else {"say": bare}
    try:
        entry = Pronunciation.model_validate(value)
    except ValidationError:
        raise ConfigError(f"{file}: {word!r}: write a respelling, /ipa/, or {{say: ..., ipa: ...}}") from None
    if not (entry.say.strip(" /") or entry.ipa.strip(" /")):
        raise ConfigError(f"{file}: {word!r}: the pronunciation is empty")
    return Pronunciation(say=_speakable(entry.say), ipa=re.sub(r"[()\[\]/]", "", entry.ipa).strip())


def _speakable(say: str) -> str:
    return " ".join(re.sub(r"[\[\]()<>/{}*_]", " ", say).split())
