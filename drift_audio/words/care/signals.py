"""Signals as data: reads the YAML files, opens their small notation, and tries them on normalised sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, NotRequired, TypedDict, cast

from drift_audio.words.care.own_files import SIGNALS_FILE, own_file, read_own
from drift_audio.words.lazy_pattern import LazyPattern, Pieces, pieces_of
from drift_audio.yamlfile import Route, read_mapping

if TYPE_CHECKING:
    from drift_audio.words.care.violence import Blows

DATA: Final = Path(__file__).parent / "data"
# A gap never leaps over a denial ("I want you to know I would never ...").
_GAP: Final = (
    r"(?!never\b|not (?!stop|control|be able|able|know|resist|help|trust|sure|want|there|here|real|even|sleep|slept"
    r"|remember|recall|feel))"
)
_NEAR: Final = 7  # words: what excuses a match stands near it ("I lost my job, my house, and I see no reason to live")
_NEAR_CAUTION: Final = 12
_ANY_WORD: Final = r"(\w+ )?"
_UNDENIED: Final = r"(?:(?!(?:never|not|nearly|almost|no) )\w+ )?"
_NEGATED: Final = re.compile(
    r"(?:^| )(?:never|not|no|nor|without|nobody|neither|hardly|zero)"
    r"(?: (?:ever|even|really|actually|currently|at all|any|thoughts?|plans?|intentions?|intend|intent|desire|wish|urge"
    r"|urges|of|to"
    r"|about|going|have|had|want|wanting|thinking|thought|considering|consider|would|planning|be|been|a|an|feel|feeling"
    r"|like|the|do"
    r"|am|is|are|risk|here|once|actively|in any way|seriously|got|or|someone with|ideas?|history|signs?|diagnosed with"
    r"|suffer from|suffering from))*$"
)


class Pattern(LazyPattern):
    """A pattern in the gate's notation."""

    def __init__(self, text: str, macros: Mapping[str, str]) -> None:
        super().__init__(text)
        self._macros = macros

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return _compile(opened(self.text, self._macros))

    @cached_property
    def pieces(self) -> Pieces:
        return pieces_of(self.text, lambda name: _macro_pieces(self._macros[name]))

    def check(self) -> None:
        """Compile it now.

        Raises:
            re.error, KeyError: it is broken, or names a macro that there is not.
        """
        _ = self.compiled


class _Entry(TypedDict):
    """A rule as the files of signals have it; `third_person_past` is `Rule.gentle`. users: it stands in the user's own file."""

    outcome: NotRequired[str]
    reason: str
    needs: Sequence[str]
    patterns: Sequence[str]
    unless: NotRequired[Sequence[str]]
    together: NotRequired[Sequence[str]]
    hint: NotRequired[bool]
    helper: NotRequired[bool]
    third_person_past: NotRequired[bool]
    playful: NotRequired[bool]
    users: NotRequired[bool]


@dataclass(frozen=True)
class Rule:
    """One class of signals. `helper`: the danger is another's. `gentle`: other people's past is grief, not danger.

    `together`: patterns that must stand in the sentence too, before or after. `hint`: one of the second net. `users`: of the
    user's own file.
    """

    outcome: str
    reason: str
    needs: tuple[str, ...]
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    hint: bool = False
    helper: bool = False
    gentle: bool = False
    playful: bool = False
    users: bool = False
    macros: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False, compare=False)

    @cached_property
    def wanted(self) -> re.Pattern[str]:
        """Matches a sentence that holds one of the words the rule needs."""
        return _words(self.needs)

    @cached_property
    def listened(self) -> tuple[Pattern, ...]:
        return tuple(Pattern(pattern.replace(_ANY_WORD, _UNDENIED), self.macros) for pattern in self.patterns)

    @cached_property
    def excused(self) -> tuple[Pattern, ...]:
        return tuple(Pattern(pattern, self.macros) for pattern in self.unless)

    @cached_property
    def others(self) -> tuple[Pattern, ...]:
        return tuple(Pattern(pattern, self.macros) for pattern in self.together)

    def found(self, sentence: str) -> Iterator[re.Match[str]]:
        """Matches in a sentence that nothing excuses and no negation stands before."""
        if self.needs and not self.wanted.search(sentence):
            return
        if not all(pattern.search(sentence) for pattern in self.others):
            return
        for pattern in self.listened:
            for match in pattern.finditer(sentence):
                before, after = sentence[: match.start()], sentence[match.end() :]
                if _NEGATED.search(before.rstrip().rpartition(" but ")[2]):
                    continue
                reach = 1 + (_NEAR_CAUTION if self.outcome == "caution" else _NEAR)
                near = " ".join(before.split(" ")[-reach:]) + match[0] + " ".join(after.split(" ")[:reach])
                if not any(pattern.search(near) for pattern in self.excused):
                    yield match


@dataclass(frozen=True)
class Signals:
    """Everything the gate listens for, from the packaged files and the user's own."""

    rules: tuple[Rule, ...]
    idioms: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    settings: Mapping[str, str]
    bereaved: tuple[str, ...]
    weak: tuple[str, ...]
    long_past: tuple[str, ...]
    untold: tuple[str, ...]
    helper: tuple[str, ...]
    blows: Blows
    distance: Mapping[str, str]
    foreign: Mapping[str, Mapping[str, tuple[str, ...]]]
    macros: Mapping[str, str]
    mistakes: tuple[str, ...] = ()
    _patterns: dict[str, Pattern] = field(default_factory=dict, repr=False, compare=False)

    def masked(self, sentence: str) -> str:
        """The sentence with its everyday idioms blanked out."""
        for trigger, patterns in self.idioms:
            if trigger.search(sentence):
                for pattern in patterns:
                    sentence = self.pattern(pattern).sub("~", sentence)
        return sentence

    def pattern(self, text: str) -> Pattern:
        return self._patterns.setdefault(text, Pattern(text, self.macros))

    def distant(self, kind: str, text: str) -> bool:
        """Whether the text says what `kind` of `data/distance.yaml` describes."""
        return self.pattern(self.distance[kind]).search(text) is not None

    def without_hints(self) -> Signals:
        """The rules that need no guessing: a figure of speech in our own prose must not look like a hint."""
        return replace(self, rules=tuple(rule for rule in self.rules if not rule.hint))

    def any_of(self, patterns: tuple[str, ...], sentence: str) -> bool:
        return any(self.pattern(pattern).search(sentence) for pattern in patterns)


def load_signals(folder: Path | None = None) -> Signals:
    """Packaged signals, with what can be used of the user's `signals.yaml` of `folder` added; `mistakes` tells the rest.

    That file may hold `idioms: {word: [pattern]}` and `rules: [...]`, each rule with `outcome` (crisis, abuse, caution),
    `reason`, `needs` and `patterns`, in the notation described at the head of `data/idioms.yaml`. An idiom that would hide a
    plain danger sign (`data/plain_signs.yaml`) is left out.
    """
    return _load(own_file(folder, SIGNALS_FILE))


@cache
def _load(own: Path | None) -> Signals:
    base = read_mapping(DATA / "idioms.yaml")
    macros = _resolve(base["macros"])
    parts = {name: read_mapping(DATA / f"{name}.yaml") for name in ("crisis", "abuse", "caution")}
    rules = [_rule(entry, macros, outcome=name) for name, part in parts.items() for entry in _sharing_needs(part["rules"])]
    rules += _frames(macros)
    idioms = dict(base["idioms"])
    own_signals = OwnSignals(own, macros) if own is not None else None
    if own_signals is not None:
        rules += own_signals.rules
        idioms |= own_signals.idioms
    foreign = {
        outcome: {tongue: tuple(p) for tongue, p in t.items()} for outcome, t in read_mapping(DATA / "foreign.yaml").items()
    }
    return Signals(
        rules=tuple(rules),
        idioms=tuple((_words(tuple(str(key).split("|"))), tuple(patterns)) for key, patterns in idioms.items()),
        settings=base["settings"],
        bereaved=tuple(parts["crisis"]["bereaved"]),
        weak=tuple(parts["crisis"]["weak"]),
        long_past=tuple(parts["abuse"]["long_past"]),
        untold=tuple(parts["abuse"]["untold"]),
        helper=tuple(parts["crisis"]["helper"]),
        blows=cast("Blows", read_mapping(DATA / "violence.yaml")),
        distance=read_mapping(DATA / "distance.yaml"),
        foreign=foreign,
        macros=macros,
        mistakes=own_signals.mistakes if own_signals is not None else (),
    )


def _frames(macros: Mapping[str, str]) -> list[Rule]:
    table = read_mapping(DATA / "frames.yaml")
    slots = {**macros, **_resolve({**macros, **table["slots"]})}
    rules = []
    for entry in table["frames"]:
        found, *others = (pattern.replace(_ANY_WORD, _UNDENIED) for pattern in entry["all"])
        whole = {**entry, "needs": (), "patterns": (found,), "together": others, "hint": True}
        rules.append(_rule(cast("_Entry", whole), slots, outcome=entry["outcome"]))
    return rules


def _sharing_needs(entries: list[_Entry]) -> list[_Entry]:
    """Rules of one reason are tried together: what calls one calls all of them."""
    needs: dict[str, list[str]] = {}
    for entry in entries:
        needs.setdefault(entry["reason"], []).extend(str(word) for word in entry["needs"])
    return [{**entry, "needs": sorted(set(needs[entry["reason"]]))} for entry in entries]


class OwnSignals:
    """What can be used of a user's `signals.yaml`. mistakes: "PATH:LINE:COLUMN: what is wrong" of everything else."""

    def __init__(self, file: Path, macros: Mapping[str, str]) -> None:
        own = read_own(file)
        self._file, self._macros, self._own = file, macros, own
        self._mistakes: list[str] = list(own.mistakes)
        data = own.data or {}
        for name in set(data) - {"idioms", "rules"}:
            self._blame((name,), f"unknown entry {name!r}; allowed are idioms and rules", key=True)
        self.idioms = dict(self._read_idioms(data.get("idioms") or {}))
        self.rules = list(self._read_rules(data.get("rules") or []))

    @property
    def mistakes(self) -> tuple[str, ...]:
        return tuple(self._mistakes)

    def _read_idioms(self, idioms: object) -> Iterator[tuple[str, list[str]]]:
        if not isinstance(idioms, dict):
            self._blame(("idioms",), "must be a mapping of a word to a list of patterns")
            return
        for word, patterns in idioms.items():
            route: Route = ("idioms", word)
            if not isinstance(patterns, list):
                self._blame(route, "must be a list of patterns")
            else:
                read = [self._own_text((*route, at), pattern) for at, pattern in enumerate(patterns)]
                yield f"{word}|", [text for at, text in enumerate(read) if self._is_idiom((*route, at), text)]

    def _is_idiom(self, route: Route, text: str) -> bool:
        if not self._compiles(route, text):
            return False
        hidden = next((sign for sign in plain_signs() if Pattern(text, self._macros).search(sign)), None)
        if hidden is not None:
            self._blame(route, f"would hide {hidden!r} from the care gate; make it narrower")
        return hidden is None

    def _read_rules(self, rules: object) -> Iterator[Rule]:
        if not isinstance(rules, list):
            self._blame(("rules",), "must be a list, each with outcome, reason, needs and patterns")
            return
        for number, entry in enumerate(rules):
            if (rule := self._read_rule(("rules", number), entry)) is not None:
                yield rule

    def _read_rule(self, route: Route, entry: object) -> Rule | None:
        lists = ("needs", "patterns", "unless", "together")
        if not isinstance(entry, dict) or any(not isinstance(entry.get(name, []), list) for name in lists):
            self._blame(route, "must be a mapping with outcome, reason, and lists of needs and patterns")
            return None
        missing = next((name for name in ("outcome", "reason", "needs", "patterns") if not entry.get(name)), None)
        if missing is not None:
            self._blame(route, f"{missing!r} is missing or empty; a rule needs outcome, reason, needs and patterns")
            return None
        if entry["outcome"] not in {"crisis", "abuse", "caution"}:
            self._blame((*route, "outcome"), "must be crisis, abuse or caution")
            return None
        texts = {name: [self._own_text((*route, name, at), one) for at, one in enumerate(entry.get(name, []))] for name in lists}
        if not all(self._compiles((*route, name, at), one) for name in lists[1:] for at, one in enumerate(texts[name])):
            return None
        reason = self._own_text((*route, "reason"), entry["reason"])
        return _rule(cast("_Entry", {**entry, **texts, "reason": reason, "users": True}), self._macros, outcome=entry["outcome"])

    def _own_text(self, route: Route, value: object) -> str:
        """A scalar as it was written: a number needs no quotes."""
        return self._own.located.texts.get(route, str(value))

    def _compiles(self, route: Route, text: str) -> bool:
        try:
            Pattern(text, self._macros).check()
        except KeyError as error:
            self._blame(route, f"unknown name <{error.args[0]}> in a pattern; the known ones stand in idioms.yaml")
        except (re.error, RecursionError, OverflowError, IndexError) as error:
            self._blame(route, f"this pattern cannot be used ({error})")
        else:
            return True
        return False

    def _blame(self, route: Route, message: str, *, key: bool = False) -> None:
        line, column = self._own.located.place(route, key=key)
        self._mistakes.append(f"{self._file}:{line}:{column}: {message}")


@cache
def plain_signs() -> tuple[str, ...]:
    """Plain danger signs in the gate's normal form, which nothing that a user writes may hide."""
    return tuple(read_mapping(DATA / "plain_signs.yaml")["signs"])


def _rule(entry: _Entry, macros: Mapping[str, str], *, outcome: str) -> Rule:
    return Rule(
        outcome=outcome,
        reason=entry["reason"],
        needs=tuple(str(word) for word in entry["needs"]),
        patterns=tuple(entry["patterns"]),
        unless=tuple(entry.get("unless", ())),
        together=tuple(entry.get("together", ())),
        hint=bool(entry.get("hint")),
        helper=bool(entry.get("helper")),
        gentle=bool(entry.get("third_person_past")),
        playful=bool(entry.get("playful")),
        users=bool(entry.get("users")),
        macros=macros,
    )


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w']){pattern}(?![\w'])" if not pattern.startswith("(^") else pattern)


def opened(pattern: str, macros: Mapping[str, str]) -> str:
    """The notation as a regular expression: macros and gaps written out."""
    full = re.sub(r"<(\w+)>", lambda m: f"(?:{macros[m[1]]})", pattern)
    full = full.replace(" ... ", rf"(?: {_GAP}[\w',;]+){{0,9}}? ").replace("( ..)?", r"(?: [\w']+){0,4}?")
    full = full.replace(" .. ", rf"(?: {_GAP}[\w']+){{0,4}}? ")
    return f"(?:{_whole_words(full)})"


@cache
def _macro_pieces(body: str) -> Pieces:
    return pieces_of(body)


def _whole_words(pattern: str) -> str:
    """Let every "not followed by" end at a word's end ("a" must not refuse "anymore")."""
    start = pattern.find("(?! ")
    while start >= 0:
        depth, end = 1, start + 1
        while depth:
            depth += {"(": 1, ")": -1}.get(pattern[end], 0) if pattern[end - 1] != "\\" else 0
            end += 1
        pattern = f"{pattern[:start]}(?!(?:{pattern[start + 3 : end - 1]})\\b){pattern[end:]}"
        start = pattern.find("(?! ", start + 1)
    return pattern


def _resolve(macros: Mapping[str, str]) -> dict[str, str]:
    done: dict[str, str] = {}
    for name, body in macros.items():
        done[name] = re.sub(r"<(\w+)>", lambda m: done[m[1]], body)
    return done


@cache
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    ends = (re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in words if word)
    return re.compile(rf"(?<![\w'])(?:{'|'.join(ends)})(?![\w'])")
