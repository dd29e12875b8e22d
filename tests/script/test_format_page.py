"""Every example of docs/script-format.md runs."""

import re
from pathlib import Path

import pytest

from drift_audio.errors import ScriptError
from drift_audio.scenario import STYLES
from drift_audio.script.format import format_script
from drift_audio.script.front_matter import KEYS
from drift_audio.script.markup import parse
from drift_audio.script.model import Utterance
from drift_audio.script.word_lists import lexicon

PAGE = (Path(__file__).parents[2] / "docs" / "script-format.md").read_text("utf-8")
HEAD = "---\ntitle: T\n---\n\nHere. "


def rows(title: str) -> list[tuple[str, str]]:
    part = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^\| `(.+?)` \| (.+?) \|(?: .* \|)?$", part, re.MULTILINE)
    assert found, title
    return found


def test_the_whole_script_parses_and_comes_back() -> None:
    for block in re.findall(r"```markdown\n(.*?)```", PAGE, re.DOTALL):
        script = parse(block, file="script-format.md")
        assert parse(format_script(script)) == script


def test_every_key_and_style_is_described() -> None:
    assert tuple(key for key, _ in rows("Front matter")) == KEYS
    assert all(f"`{style}`" in PAGE for style in STYLES)


@pytest.mark.parametrize("marker", [marker for marker, _ in rows("Markers")])
def test_every_marker_is_read_and_silent(marker: str) -> None:
    close = " more [/optional]" if marker == "[optional]" else ""
    parts = parse(f"{HEAD}{marker}{close} There.").sections[0].parts
    assert len(parts) == 3
    assert [part.text for part in parts if isinstance(part, Utterance)] == ["Here.", "There."]


def test_every_known_tag_is_described() -> None:
    described = " ".join(marker for marker, _ in rows("Markers")) + PAGE
    assert not [tag for tag in lexicon().tags if f"[{tag}" not in described]


@pytest.mark.parametrize(("written", "meant"), rows("What is understood as well"))
def test_lenient_forms_mean_what_the_page_says(written: str, meant: str) -> None:
    script = parse(f"{HEAD}{written} There.")
    section = script.sections[0].model_copy(update={"parts": script.sections[0].parts[1:2]})
    alone = format_script(script.model_copy(update={"sections": (section,)}))
    assert alone.splitlines()[-1] == meant.strip("`")


@pytest.mark.parametrize(("written", "answer"), rows("Mistakes"))
def test_mistakes_are_answered_as_the_page_says(written: str, answer: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse(f"{HEAD}{written} There.")
    assert answer.strip("`") in str(caught.value)
    assert caught.value.line == 5
