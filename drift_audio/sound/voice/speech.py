"""Items to spoken items: each sentence voiced once, kept in the cache, checked by the guard, in order."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from drift_audio.errors import EngineError, SpeechError
from drift_audio.language_tags import primary_language
from drift_audio.machine import usable_cores
from drift_audio.script.model import Breath, Utterance
from drift_audio.script.shapes import Arc
from drift_audio.sound import clip_guard
from drift_audio.sound.audio import RATE, gain
from drift_audio.sound.clip import Clip
from drift_audio.sound.engines.base import Engine, Voice
from drift_audio.sound.engines.table import backend, open_engine
from drift_audio.sound.score import Item, Spoken
from drift_audio.sound.voice.clip_cache import ClipCache
from drift_audio.sound.voice.lexicon import Lexicon, plain
from drift_audio.sound.voice.normalise_text import spoken_form

ARC_STEP: Final = 0.02
SPEED_STEP: Final = 0.005
ROOM_IN_PHASE: Final = 0.9
CUED_CYCLES: Final = 2

Progress = Callable[[int, int], None]
Key = tuple[str, str, float]

# Spoken breath cues by language: the first cycle is guided, the second only touched; later ones are the listener's own.
BREATH_CUES: Final[Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]]] = {
    "en": {
        "in": (("Breathe in.", "A slow breath in.", "Let the breath come in."), ("And in.", "Breathe in.", "In again.")),
        "hold": (("Hold, softly.", "Hold it gently.", "Rest here."), ()),
        "out": (("And breathe out.", "Breathe out slowly.", "And let it go."), ("And out.", "Breathe out.", "Let it go.")),
    }
}


@dataclass(frozen=True, slots=True)
class Request:
    """One clip to be had. text: as the engine gets it. shown: the words for captions. sentence: its number in the script."""

    voice: str
    text: str
    speed: float
    shown: str
    sentence: int

    @property
    def key(self) -> Key:
        return (self.voice, self.text, self.speed)

    @property
    def seed(self) -> int:
        """Follows from the text, so that a sentence keeps its sound wherever it stands; even, so that a retry's is odd."""
        return zlib.crc32(self.text.encode()) & ~1


class VoiceBox:
    """Voices, their loaded engines and the cache; made once, reused over many sessions, safe in threads.

    voices: the catalogue. data_dir: where weights stand. lexicon: the user's pronunciations. workers: threads at most.
    """

    def __init__(
        self,
        voices: Mapping[str, Voice],
        cache: ClipCache,
        data_dir: Path,
        *,
        lexicon: Lexicon | None = None,
        workers: int | None = None,
    ) -> None:
        self.voices = voices
        self._engines: dict[str, Engine] = {}
        self._versions: dict[str, str] = {}
        self._lock = threading.Lock()
        self.cache = cache
        self.data_dir = data_dir
        self.lexicon = lexicon or Lexicon()
        self.workers = workers or usable_cores()

    def voice(self, name: str) -> Voice:
        """The declaration of a voice; the catalogue raises CatalogError for an unknown one."""
        return self.voices[name]

    def engine(self, name: str) -> Engine:
        """The loaded engine of a voice.

        Raises:
            EngineMissing: its package or weights are not here.
        """
        with self._lock:
            if name not in self._engines:
                self._engines[name] = open_engine(self.voice(name), data_dir=self.data_dir)
            return self._engines[name]

    def warm(self, name: str) -> threading.Thread:
        """Begin to load a voice while something else is done; what goes wrong shows when the voice is used."""

        def load() -> None:
            with suppress(Exception):  # the same error comes again where somebody listens
                self.engine(name)

        thread = threading.Thread(target=load, name=f"warm-{name}", daemon=True)
        thread.start()
        return thread

    def clip_name(self, request: Request) -> str:
        """The cache's name for a request."""
        voice = self.voice(request.voice)
        if request.voice not in self._versions:
            self._versions[request.voice] = backend(voice).version(voice, data_dir=self.data_dir)
        made_by = (voice.engine, self._versions[request.voice], voice.model)
        trimmed = (repr(sorted(voice.options.items())), f"{voice.level_db:g}", f"{request.speed:.4f}", str(request.seed))
        return self.cache.name(*made_by, *trimmed, request.text)

    def rest(self) -> None:
        """Let go of all engines; they load again when they are needed."""
        with self._lock:
            for engine in self._engines.values():
                engine.close()
            self._engines.clear()
            self._versions.clear()

    def close(self) -> None:
        """Let go of all engines and bring the cache under its bound."""
        self.rest()
        self.cache.prune()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def speak(
    items: Sequence[Item],
    studio_voices: VoiceBox,
    *,
    seed: int,
    pace: float = 1.0,
    arc: Arc | None = None,
    language: str = "en",
    on_clip: Progress | None = None,
) -> tuple[Spoken, ...]:
    """Voice every item that speaks; the rest passes through. Order and length are those of `items`.

    seed: chooses among the breath cues. pace: factor on every voice's own pace. language: of the words (BCP 47).
    on_clip(done, total) is called in this thread, also for clips that the cache held.

    Raises:
        SpeechError: an engine kept failing at a sentence; its number is named, its words are not.
        EngineMissing: a voice cannot speak here.
    """
    plan = _Plan(studio_voices, seed=seed, pace=pace, arc=arc or Arc(), language=language)
    requests = [plan.requests(item) for item in items]
    clips = voice_all([request for group in requests for _, request in group], studio_voices, on_clip=on_clip)
    return tuple(_spoken(item, group, clips, plan) for item, group in zip(items, requests, strict=True))


def voice_all(requests: Sequence[Request], voices: VoiceBox, *, on_clip: Progress | None = None) -> dict[Key, Clip]:
    """A clip for every distinct request, by its key: from the cache, else synthesised in parallel where the engine gains."""
    distinct = {request.key: request for request in requests}
    names = {key: voices.clip_name(request) for key, request in distinct.items()}
    held = ((key, voices.cache.get(names[key], text=request.shown)) for key, request in distinct.items())
    clips = {key: clip for key, clip in held if clip is not None}
    report = on_clip or (lambda _done, _total: None)
    report(len(clips), len(distinct))
    missing = [request for key, request in distinct.items() if key not in clips]
    for request, clip in _synthesised(missing, voices, names):
        clips[request.key] = clip
        report(len(clips), len(distinct))
    return clips


def _synthesised(requests: Sequence[Request], voices: VoiceBox, names: Mapping[Key, str]) -> Iterator[tuple[Request, Clip]]:
    """Pairs as they are done, a voice after the other. At most a few sentences are under way; leaving cancels the rest."""
    for voice in dict.fromkeys(request.voice for request in requests):
        engine = voices.engine(voice)
        queue = iter([request for request in requests if request.voice == voice])
        workers = min(engine.threads, voices.workers)
        pool = ThreadPoolExecutor(workers, thread_name_prefix="speak")
        work = partial(_voiced, engine=engine, voices=voices, names=names)
        try:
            yield from _drain(pool, queue, work, depth=2 * workers)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _drain(
    pool: ThreadPoolExecutor, queue: Iterator[Request], work: Callable[[Request], Clip], *, depth: int
) -> Iterator[tuple[Request, Clip]]:
    under_way: dict[Future[Clip], Request] = {}
    while True:
        for request in queue:
            under_way[pool.submit(work, request)] = request
            if len(under_way) >= depth:
                break
        if not under_way:
            return
        done, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in done:
            yield under_way.pop(future), future.result()


def _voiced(request: Request, *, engine: Engine, voices: VoiceBox, names: Mapping[Key, str]) -> Clip:
    voice = voices.voice(request.voice)
    fault = "it was not tried"
    for text, seed in _takes(request):
        try:
            made = engine.synthesize(text, speed=request.speed, seed=seed)
        except SpeechError as error:
            fault = str(error)
            continue
        except EngineError as error:
            raise type(error)(f"sentence {request.sentence} (voice {voice.name}): {error}") from error
        verdict = clip_guard.inspect(made, engine.rate, text=plain(text), speed=request.speed)
        if verdict.fault is None:
            samples = verdict.samples * np.float32(gain(voice.level_db))
            return voices.cache.put(names[request.key], samples, engine.rate, text=request.shown)
        fault = verdict.fault
    raise SpeechError(
        f"sentence {request.sentence} of the script cannot be voiced by {voice.name}: {fault}, also after retries; "
        f"reword that sentence or choose another voice"
    )


def _takes(request: Request) -> Iterator[tuple[str, int]]:
    """What to try in turn: the text, another seed, plainer punctuation, both."""
    plainer = repunctuate(request.text)
    yield request.text, request.seed
    yield request.text, request.seed + 1
    yield plainer, request.seed
    yield plainer, request.seed + 1


def repunctuate(text: str) -> str:
    """The same words with the plainest punctuation: commas and one full stop."""
    words = text.replace('"', "").replace("(", "").replace(")", "")
    for mark in ("...", ";", ":", "!"):
        words = words.replace(mark, ",")
    return words.rstrip(" ,.!?") + "."


class _Plan:
    """What to ask of which voice at which speed; knows how often a breath was guided before."""

    def __init__(self, voices: VoiceBox, *, seed: int, pace: float, arc: Arc, language: str) -> None:
        self._voices = voices
        self._language = language
        self._seed = seed
        self._pace = pace
        self._arc = arc
        self._sentences = 0
        self._breaths = 0

    def requests(self, item: Item) -> list[tuple[str, Request]]:
        if isinstance(item.part, Utterance):
            self._sentences += 1
            request = self._request(item, item.part.text, self._sentences)
            return [("say", request)] if request.text else []
        if isinstance(item.part, Breath):
            self._breaths += 1
            return [(phase, self._request(item, cue, self._sentences)) for phase, cue in self._cues(item.part)]
        return []

    def level_db(self, item: Item) -> float:
        return round(self._arc.level_at(item.place), 2)

    def _request(self, item: Item, text: str, sentence: int) -> Request:
        voice = self._voices.voice(item.voice)
        reads_ipa = backend(voice).READS_IPA
        spoken = self._voices.lexicon.apply(spoken_form(text, language=self._language), language=self._language, ipa=reads_ipa)
        # Steps keep clips in the cache when a place shifts a little.
        arc = _step(self._arc.speed_at(item.place if item.stage is None else item.stage), ARC_STEP)
        return Request(item.voice, spoken, _step(voice.pace * item.speed * self._pace * arc, SPEED_STEP), text, sentence)

    def _cues(self, breath: Breath) -> Iterator[tuple[str, str]]:
        words = BREATH_CUES.get(primary_language(self._language), {})
        phases = [("in", breath.in_s), ("hold", breath.hold_s), ("out", breath.out_s)]
        for cycle in range(min(breath.cycles, CUED_CYCLES)):
            for phase, seconds in phases:
                variants = words[phase][cycle] if phase in words else ()
                if variants and seconds >= 1:
                    yield phase, variants[(self._seed + self._breaths) % len(variants)]


def _step(value: float, step: float) -> float:
    return round(round(value / step) * step, 4)


def _spoken(item: Item, requests: list[tuple[str, Request]], clips: Mapping[Key, Clip], plan: _Plan) -> Spoken:
    level = plan.level_db(item)
    made = [(label, _placed(clips[request.key], request, level)) for label, request in requests]
    if isinstance(item.part, Breath):
        return Spoken(item, cues=_that_fit(item.part, made))
    return Spoken(item, clip=made[0][1] if made else None)


def _placed(clip: Clip, request: Request, level_db: float) -> Clip:
    return replace(clip, text=request.shown, gain_db=level_db, level_lufs=clip.level_lufs + level_db)


def _that_fit(breath: Breath, cues: Sequence[tuple[str, Clip]]) -> tuple[tuple[str, Clip], ...]:
    """Cues short enough for their phase; the first that is not ends its phase's row, so that cycles stay counted."""
    room = {"in": breath.in_s, "hold": breath.hold_s, "out": breath.out_s}
    kept: list[tuple[str, Clip]] = []
    ended: set[str] = set()
    for phase, clip in cues:
        if clip.frames > ROOM_IN_PHASE * room[phase] * RATE:
            ended.add(phase)
        if phase not in ended:
            kept.append((phase, clip))
    return tuple(kept)
