"""Beds that are begun early are the beds that would have been opened, each given away once."""

import threading
from pathlib import Path

import numpy as np
import pytest

from drift_audio.catalog import Catalog
from drift_audio.errors import CatalogError
from drift_audio.sound.beds.base import Bed
from drift_audio.sound.beds.prefetch import BedPrefetch
from drift_audio.sound.beds.spec import Ambience
from drift_audio.sound.beds.table import open_bed

CATALOG = Catalog("ambience", Ambience)


def opener(expression: str) -> Bed:
    return open_bed(expression, seed=5, catalog=CATALOG, user_dir=Path("/nowhere"))


def test_it_is_the_same_bed_and_another_one_the_next_time() -> None:
    beds = BedPrefetch()
    beds.begin("pink-noise", opener)
    take = beds.or_else(opener)
    first, second = take("pink-noise"), take("pink-noise")
    assert first is not second
    expected = opener("pink-noise").read(5000)
    np.testing.assert_array_equal(first.read(5000), expected)
    np.testing.assert_array_equal(second.read(5000), expected)


def test_it_is_opened_once_in_a_thread_of_its_own() -> None:
    threads: list[str] = []

    def named(expression: str) -> Bed:
        threads.append(threading.current_thread().name)
        return opener(expression)

    beds = BedPrefetch()
    beds.begin("", named)
    for _ in range(2):
        beds.begin("white-noise", named)
    beds.or_else(named)("white-noise")
    assert threads == ["early-bed"]


def test_what_goes_wrong_shows_where_the_bed_is_taken() -> None:
    beds = BedPrefetch()
    beds.begin("nowhere-at-all", opener)
    with pytest.raises(CatalogError, match="nowhere-at-all"):
        beds.or_else(opener)("nowhere-at-all")
