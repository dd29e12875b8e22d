from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drift_audio.config import installation_key, load_settings
from drift_audio.errors import ConfigError


def settings_with(home: Path, text: str = "", **env: str):
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "config.toml").write_text(text)
    return load_settings(environ={"DRIFT_AUDIO_HOME": str(home), **env})


def test_precedence_is_cli_environment_file_default(tmp_path: Path) -> None:
    env = {"DRIFT_AUDIO_HOME": str(tmp_path), "DRIFT_AUDIO_MINUTES": "7"}
    assert load_settings(environ={"DRIFT_AUDIO_HOME": str(tmp_path)}).minutes == 12
    settings_with(tmp_path, "minutes = 5\nstyle = 'sleep'")
    assert load_settings(environ={"DRIFT_AUDIO_HOME": str(tmp_path)}).minutes == 5
    assert load_settings(environ=env).minutes == 7
    assert load_settings({"minutes": 9}, environ=env).minutes == 9
    assert load_settings({"minutes": None}, environ=env).style == "sleep"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("minutes = 500", "minutes"),
        ("colour = 'red'", "colour"),
        ("minutes =", "TOML"),
        ("llm = 3", "table"),
        ("[llm]\nspeed = 1", "speed"),
    ],
)
def test_a_wrong_setting_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        settings_with(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_model_is_configured_only_when_named(tmp_path: Path) -> None:
    assert not settings_with(tmp_path, OPENAI_API_KEY="secret").llm.configured
    named = settings_with(tmp_path, DRIFT_AUDIO_MODEL="small", OPENAI_BASE_URL="http://127.0.0.1:1/v1")
    assert named.llm.configured
    assert named.llm.named_by_user


def test_a_key_never_shows(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, OPENAI_API_KEY="sk-very-secret", DRIFT_AUDIO_MODEL="m")
    assert "sk-very-secret" not in repr(settings)
    assert "sk-very-secret" not in str(settings.model_dump_json())


def test_the_installation_key_is_private_and_stable(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: installation_key(settings), range(16)))
    assert len(keys) == 1
    assert stat.S_IMODE((settings.data_dir / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700


def test_a_damaged_key_is_told(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    installation_key(settings)
    (settings.data_dir / "key").write_bytes(b"short")
    with pytest.raises(ConfigError, match="32 bytes"):
        installation_key(settings)
