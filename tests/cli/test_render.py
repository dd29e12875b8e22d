from __future__ import annotations

from pathlib import Path

import pytest

from drift_audio.cli.main import main_code

HEAD = "---\ntitle: T\nstyle: breathing\nminutes: 1\nvoice: {voice}\nambience: {bed}\n---\n\n## A\n\nHello there.\n{mark}\n"


@pytest.mark.parametrize(
    ("voice", "bed", "mark", "line", "words"),
    [
        ("tonne", "rain", "", 5, "unknown voice 'tonne'; did you mean tone"),
        ("tone", "ocan", "", 6, "unknown ambience 'ocan'; did you mean ocean"),
        ("tone", "rain", "[voice hart]", 12, "unknown voice 'hart'"),
        ("tone", "rain", "[ambience strem]", 12, "unknown ambience 'strem'"),
    ],
)
def test_an_unknown_name_in_a_script_is_told_with_its_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    voice: str,
    bed: str,
    mark: str,
    line: int,
    words: str,
) -> None:
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.md").write_text(HEAD.format(voice=voice, bed=bed, mark=mark))
    assert main_code(["render", "s.md", "-o", "s.mp3"]) == 2
    told = capsys.readouterr().err
    assert f"s.md:{line}: {words}" in told.replace("\n", " ")
    assert not (tmp_path / "s.mp3").exists()
