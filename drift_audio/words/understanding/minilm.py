"""The sentence model all-MiniLM-L6-v2, computed by numpy straight from its 8-bit weights as they lie on disk.

A runtime for ONNX unfolds the weights to 32 bits, which costs 130 MB at least and 0.13 s for one short text (measured). Here one
matrix at a time is unfolded, and of the word list only the rows that the text needs. The tests hold the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from drift_audio.words.understanding.arrays import Bytes, Matrix, SmallInts, Stack, Tensor, Vector

# Architecture of the model (BERT with 6 layers, 12 heads and 384 dimensions); field numbers of ONNX's protobuf messages.
_HEADS: Final = 12
_TINY: Final = 1e-12
# Rows of a product, and its inner size times its columns: from a quarter million multiplications OpenBLAS starts threads, and a
# product of some microseconds then waits for them, now and then for a second.
_ROWS: Final = 16
_PRODUCT: Final = 12_288
_GRAPH, _INITIALIZER, _NAME, _KIND, _DIMS, _RAW = 7, 5, 8, 2, 1, 9
_KINDS: Final = {1: "<f4", 3: "<i1"}
DENSE: Final = ("query", "key", "value", "out", "wide", "narrow")
_ROOT_HALF: Final = 0.7071067811865476


@dataclass(frozen=True)
class Dense:
    """weights: int8 (inputs, outputs); scale: float32 (1, outputs); bias: float32 (outputs,).

    adapter: what was learnt on top, a product of float32 (inputs, rank) and (rank, outputs), or None.
    """

    weights: SmallInts
    scale: Matrix
    bias: Vector
    adapter: tuple[Matrix, Matrix] | None = None

    def __call__(self, values: Matrix) -> Matrix:
        import numpy as np

        weights, width = self.weights.astype("f4"), _PRODUCT // len(self.weights)
        blocks = weights.reshape(len(weights), -1, width).transpose(1, 0, 2)
        rows = [values[at : at + _ROWS] @ blocks for at in range(0, len(values), _ROWS)]
        plain = np.concatenate(rows, axis=1).transpose(1, 0, 2).reshape(len(values), -1) * self.scale + self.bias
        return plain if self.adapter is None else plain + self._adapted(values)

    def _adapted(self, values: Matrix) -> Matrix:
        import numpy as np

        assert self.adapter is not None  # noqa: S101 - asked for only where there is one
        down, up = self.adapter
        return np.concatenate([values[at : at + _ROWS] @ down @ up for at in range(0, len(values), _ROWS)])


@dataclass(frozen=True)
class Norm:
    """Layer normalisation with its learnt gain and bias, float32 (dimensions,)."""

    gain: Vector
    bias: Vector

    def __call__(self, values: Matrix) -> Matrix:
        centred = values - values.mean(axis=-1, keepdims=True)
        spread = (centred * centred).mean(axis=-1, keepdims=True)
        normed: Matrix = centred / (spread + _TINY) ** 0.5 * self.gain + self.bias
        return normed


@dataclass(frozen=True)
class Layer:
    """One transformer layer: attention over all pieces, then two dense steps; each is added to its input and normalised."""

    query: Dense
    key: Dense
    value: Dense
    out: Dense
    after_attention: Norm
    wide: Dense
    narrow: Dense
    after_dense: Norm

    def __call__(self, values: Matrix) -> Matrix:
        values = self.after_attention(values + self.out(self._attended(values)))
        return self.after_dense(values + self.narrow(_gelu(self.wide(values))))

    def _attended(self, values: Matrix) -> Matrix:
        import numpy as np

        query, key, value = (_by_head(step(values)) for step in (self.query, self.key, self.value))
        scores = np.einsum("qhd,khd->hqk", query, key) / np.sqrt(np.float32(query.shape[-1]))
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed: Matrix = np.einsum("hqk,khd->qhd", shares / shares.sum(axis=-1, keepdims=True), value).reshape(values.shape)
        return mixed


@dataclass(frozen=True)
class MiniLM:
    """The whole model. words, places: rows of int8 with a float32 scale each; kind: what is added for a single text."""

    words: tuple[SmallInts, Matrix]
    places: tuple[SmallInts, Matrix]
    kind: Vector
    first: Norm
    layers: tuple[Layer, ...]

    def __call__(self, pieces: Sequence[int]) -> Vector:
        """Mean over the last layer for the ids of a text's pieces (at most 512), float32 (384,)."""
        mean: Vector = self.states(pieces).mean(axis=0)
        return mean

    def states(self, pieces: Sequence[int]) -> Matrix:
        """The last layer for the ids of a text's pieces (at most 512), float32 (pieces, 384)."""
        values = _rows(self.words, list(pieces)) + _rows(self.places, list(range(len(pieces)))) + self.kind
        values = self.first(values)
        for layer in self.layers:
            values = layer(values)
        return values


def adapted(model: MiniLM, adapters: Mapping[str, Tensor]) -> MiniLM:
    """The model with what was learnt on top of its dense steps; what it was loaded from is shared.

    adapters: "0.query.down" and "0.query.up" for the first layer's query, and so on, of any float type.
    """
    return replace(model, layers=tuple(_adapted(layer, f"{at}.", adapters) for at, layer in enumerate(model.layers)))


def _adapted(layer: Layer, at: str, adapters: Mapping[str, Tensor]) -> Layer:
    steps: dict[str, Any] = {}
    for name in DENSE:
        step: Dense = getattr(layer, name)
        pair = (adapters[f"{at}{name}.down"].astype("f4"), adapters[f"{at}{name}.up"].astype("f4"))
        steps[name] = replace(step, adapter=pair)
    return replace(layer, **steps)


def load(file: Path) -> MiniLM:
    """The model over the ONNX file, whose weights stay on disk until they are used.

    Raises:
        ValueError: the file holds another model.
    """
    import numpy as np

    try:
        return _model(dict(_tensors(np.asarray(np.memmap(file, dtype=np.uint8, mode="r")))))
    except (KeyError, IndexError, StopIteration, ValueError) as error:
        raise ValueError(f"{file.name} is not the sentence model this program reads") from error


def _model(tensors: Mapping[str, Tensor]) -> MiniLM:
    # The dense matrices bear only the numbers of their places in the graph, in the order in which they are used.
    dense = iter([name.removesuffix("_q") for name in tensors if re.fullmatch(r"val_\d+_q", name)])
    count = sum(name.endswith("attention.self.query.bias") for name in tensors)

    def norm(name: str) -> Norm:
        return Norm(tensors[f"inner.{name}.weight"], tensors[f"inner.{name}.bias"])

    def step(name: str) -> Dense:
        place = next(dense)
        return Dense(tensors[f"{place}_q"], tensors[f"{place}_scale"], tensors[f"inner.{name}.bias"])

    def layer(at: str) -> Layer:
        query, key, value = (step(f"{at}.attention.self.{name}") for name in ("query", "key", "value"))
        out, after = step(f"{at}.attention.output.dense"), norm(f"{at}.attention.output.LayerNorm")
        wide, narrow = step(f"{at}.intermediate.dense"), step(f"{at}.output.dense")
        return Layer(query, key, value, out, after, wide, narrow, norm(f"{at}.output.LayerNorm"))

    words, places = (
        (tensors[f"inner.embeddings.{name}_embeddings.weight_q"], tensors[f"inner.embeddings.{name}_embeddings.weight_scale"])
        for name in ("word", "position")
    )
    kind = tensors["inner.embeddings.token_type_embeddings.weight"][0]
    layers = tuple(layer(f"encoder.layer.{number}") for number in range(count))
    return MiniLM(words, places, kind, norm("embeddings.LayerNorm"), layers)


def _rows(table: tuple[SmallInts, Matrix], numbers: list[int]) -> Matrix:
    weights, scale = table
    rows: Matrix = weights[numbers].astype("f4") * scale[numbers]
    return rows


def _by_head(values: Matrix) -> Stack:
    """(pieces, dimensions) as (pieces, heads, dimensions of a head)."""
    return values.reshape(len(values), _HEADS, -1)


def _gelu(values: Matrix) -> Matrix:
    return 0.5 * values * (1 + _erf(values * _ROOT_HALF))


def _erf(values: Matrix) -> Matrix:
    """The error function to 2e-7 (Abramowitz and Stegun 7.1.26); scipy's would cost a quarter of a second to import."""
    import numpy as np

    size = np.abs(values)
    t = 1 / (1 + 0.3275911 * size)
    series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    error: Matrix = np.sign(values) * (1 - series * np.exp(-size * size))
    return error


def _tensors(file: Bytes) -> Iterator[tuple[str, Tensor]]:
    """Name and array of every tensor of 8-bit or 32-bit numbers in an ONNX file, as views of it, in the order of the file."""
    graphs = (body for number, _, body in _fields(file) if number == _GRAPH)
    for number, _, body in (field for graph in graphs for field in _fields(graph)):
        if number == _INITIALIZER:
            parts = list(_fields(body))
            bodies = {number: body for number, _, body in parts}
            kind = {number: value for number, value, _ in parts}[_KIND]
            if kind in _KINDS:
                shape = [value for number, value, _ in parts if number == _DIMS]
                yield bytes(bodies[_NAME]).decode(), bodies[_RAW].view(_KINDS[kind]).reshape(shape)


def _fields(message: Bytes) -> Iterator[tuple[int, int, Bytes]]:
    """Each field of a protobuf message: its number, its value where it is an int, else its size, and its bytes as a view."""
    sizes = {1: 8, 5: 4}
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        if key < 8:
            raise ValueError("a field without a number")
        if key & 7 == 0:
            value, at = _number(message, at)
            yield key >> 3, value, message[:0]
            continue
        size, at = _number(message, at) if key & 7 == 2 else (sizes[key & 7], at)
        yield key >> 3, size, message[at : at + size]
        at += size


def _number(message: Bytes, at: int) -> tuple[int, int]:
    """The variable-length number at a place, and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        byte = int(message[at])
        value, at = value | (byte & 127) << shift, at + 1
        if byte < 128:
            return value, at
    raise ValueError("a number of more than ten bytes")
