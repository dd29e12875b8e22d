"""Which session a date gets: deterministic, rested, and honest when the rules leave no choice."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.delivery.daily.rotation import Daily, Look, Made, Theme, load_daily, plan_day, plan_days, season_of
from drift_audio.errors import ConfigError

MONDAY = date(2026, 3, 2)


def daily(names: str = "abcdef", **fields) -> Daily:
    themes = tuple(Theme(name=name, situations=(f"{name} one", f"{name} two")) for name in names)
    return Daily(output=Path("out"), themes=themes, **fields)


def themes(plans) -> list[str]:
    return [plan.theme.name for plan in plans]


@given(st.integers(0, 2**32 - 1), st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 4))
def test_no_theme_comes_back_within_its_rest(seed: int, first: date, rest: int) -> None:
    names = themes(plan_days(daily(seed=seed, rest_days=rest), first, 30, ()))
    for place, name in enumerate(names):
        assert name not in names[max(0, place - rest) : place]


def test_the_same_file_date_and_past_give_the_same_session() -> None:
    rules = daily(seed=7)
    assert plan_days(rules, MONDAY, 20, ()) == plan_days(rules, MONDAY, 20, ())
    assert themes(plan_days(rules, MONDAY, 20, ())) != themes(plan_days(daily(seed=8), MONDAY, 20, ()))
    made = [Made(day=plan.day, theme=plan.theme.name, situation=plan.situation) for plan in plan_days(rules, MONDAY, 5, ())]
    assert plan_days(rules, MONDAY, 20, ())[5:] == plan_days(rules, MONDAY, 20, made)[5:], "what was planned is what comes"


def test_rotation_takes_whatever_rested_longest_and_situations_take_turns() -> None:
    plans = plan_days(daily("abc", order="rotate", rest_days=1), MONDAY, 9, ())
    assert themes(plans) == list("abcabcabc")
    assert [plan.situation for plan in plans] == [0, 0, 0, 1, 1, 1, 0, 0, 0]


def test_weights_decide_how_often() -> None:
    rare, often = Theme(name="rare", situations=("x",)), Theme(name="often", situations=("y",), weight=9)
    rules = Daily(output=Path("o"), themes=(rare, often), rest_days=0)
    count = Counter(themes(plan_days(rules, MONDAY, 400, ())))
    assert 320 < count["often"] < 395


def test_themes_keep_to_their_weekdays_and_seasons() -> None:
    work = Theme(name="work", situations=("x",), weekdays=("mon", "tue"))
    snow = Theme(name="snow", situations=("x",), seasons=("winter",))
    rules = Daily(output=Path("o"), themes=(work, snow, Theme(name="any", situations=("x",))), rest_days=0)
    for plan in plan_days(rules, date(2026, 1, 1), 365, ()):
        if plan.theme.name == "work":
            assert plan.day.weekday() < 2
        if plan.theme.name == "snow":
            assert plan.day.month in (12, 1, 2)


def test_the_nearer_wish_wins_and_a_day_can_be_off() -> None:
    rules = daily(
        "a",
        look=Look(minutes=12, voice="heart"),
        weekdays={"mon": {"minutes": 8}, "sun": {"off": True}},
        seasons={"spring": {"ambience": "rain"}},
    )
    monday = plan_day(rules, MONDAY, ())
    assert (monday.look.minutes, monday.look.voice, monday.look.ambience) == (8, "heart", "rain")
    sunday = plan_day(rules, MONDAY - timedelta(days=1), ())
    assert sunday.theme is None
    assert "sun" in sunday.why


def test_too_few_themes_repeat_and_say_so() -> None:
    plans = plan_days(daily("ab", rest_days=3), MONDAY, 4, ())
    assert len(set(themes(plans)[2:])) == 2
    assert "within 3 days" in plans[3].why


def test_seasons_turn_with_the_hemisphere() -> None:
    assert [season_of(date(2026, month, 1), "north") for month in (1, 3, 6, 9, 12)] == [
        "winter",
        "spring",
        "summer",
        "autumn",
        "winter",
    ]
    assert season_of(date(2026, 1, 1), "south") == "summer"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("output: x\nthemes: []\n", "2:9: themes"),
        ("output: x\nthemes:\n  - {name: a, situations: ['']}\n", r"3:\d+: situations: .*empty"),
        ("output: x\ntheme: []\nthemes: [{name: a, situations: [b]}]\n", "2:1: unknown key 'theme'; did you mean 'themes'"),
        ("output: x\nkeep: 0\nthemes: [{name: a, situations: [b]}]\n", "2:7: keep"),
        ("output: x\nweekdays: {monday: {}}\nthemes: [{name: a, situations: [b]}]\n", "2:12: "),
        ("themes: [{name: a, situations: [secret], style: waltz}, {name: a, situations: [b]}]\n", "output"),
        ("[]", "must be a mapping"),
    ],
)
def test_mistakes_are_told_with_line_and_column_and_no_private_word(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "daily.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_daily(tmp_path / "daily.yaml")
    assert "secret" not in str(caught.value)
