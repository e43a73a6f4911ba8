"""The matcher on labelled sets, with one configuration per kind: the floors that it must never fall below."""

from pathlib import Path

import pytest

from benchmarks.matching import run_set
from benchmarks.matching_sets import LIKELY_F1, NEVER, PLANTED_PRECISION
from demo.duplicates.sets import SETS, write

ROWS = {"persons_western": 10_000, "persons_chinese": 10_000}
FEWER, SEED = 4_000, 7
LEAST_F1, MOST_WRONG = 0.95, 3


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the generated sets, each written when a test first asks for it."""
    return tmp_path_factory.mktemp("labelled")


@pytest.mark.parametrize("name", LIKELY_F1)
def test_real_sets_reach_their_floors(shared_data, name):
    outcome, _ = run_set(shared_data / "dedupe" / name)
    assert outcome.missed() == []


@pytest.mark.parametrize("name", SETS)
def test_planted_duplicates_are_found_and_hard_cases_stay_apart(planted, name):
    outcome, _ = run_set(write(name, ROWS.get(name, FEWER), SEED, planted))
    assert outcome.wrong, "the set has no hard cases: this test would prove nothing"
    # Two who share an initial or a nickname and a mailbox are beyond telling; draws differ in how much is found.
    assert outcome.merged.precision > PLANTED_PRECISION
    assert outcome.merged.f1 > LEAST_F1
    assert sum(outcome.wrong.get(kind, 0) for kind in NEVER) <= MOST_WRONG
