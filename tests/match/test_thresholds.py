"""Where merging and review begin is learned from people's judgements: enough of them, within bounds, in any order."""

from math import sqrt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.mapping.matching import MatchModel
from crm_migration.match.thresholds import LABELS, LEAST_LABELS, Bands, bands, thresholds

MAPPED = 0.99, 0.5


def labels(*groups):
    """Return labels out of groups of (how many, probability, same) or (…, guarded)."""
    rows = [(group[1], group[2], *(group[3:] or [False])) for group in groups for _ in range(group[0])]
    return pl.DataFrame(rows, schema=LABELS, orient="row")


def model(**more):
    return MatchModel.model_validate(
        {"kind": "company", "fields": {"company": "name", "phone": "phone"}, "merge": 0.99, **more}
    )


def wilson(same, every, z=1.959964):
    """Return the interval's lower bound as the textbook writes it (Wilson 1927)."""
    share = same / every
    middle = share + z * z / (2 * every)
    return (middle - z * sqrt(share * (1 - share) / every + z * z / (4 * every**2))) / (1 + z * z / every)


def test_fewer_than_a_hundred_judgements_change_nothing():
    assert thresholds(labels((99, 0.995, False)), *MAPPED) == MAPPED
    assert thresholds(labels((100, 0.995, False)), *MAPPED) != MAPPED
    assert bands(model(), labels((99, 0.995, False))) == Bands(0.99, 0.5, 0)
    assert bands(model(), None) == Bands(0.99, 0.5, 0)


def test_merging_begins_at_the_lowest_probability_that_keeps_the_precision():
    judged = labels((250, 0.97, True), (50, 0.94, True), (30, 0.92, False), (40, 0.91, True))
    assert wilson(300, 300) >= 0.98 > wilson(340, 370)
    assert thresholds(judged, *MAPPED)[0] == 0.94


def test_too_few_judgements_for_the_precision_leave_the_mapping_its_own():
    assert wilson(188, 188) < 0.98 <= wilson(189, 189)
    assert thresholds(labels((188, 0.95, True)), *MAPPED)[0] == 0.99
    assert thresholds(labels((189, 0.95, True)), *MAPPED)[0] == 0.95


def test_persons_ask_for_more_than_companies():
    judged = labels((250, 0.95, True))
    person = MatchModel.model_validate({"kind": "person", "fields": {"full_name": "name", "phone": "phone"}})
    assert bands(model(), judged).merge_at == 0.95
    assert bands(person, judged).merge_at == 0.99
    assert bands(person, labels((400, 0.95, True))) == Bands(0.95, 0.95, 400)


def test_merging_never_begins_below_nine_tenths_unless_the_mapping_says_so():
    judged = labels((300, 0.95, True), (300, 0.85, True))
    assert thresholds(judged, *MAPPED)[0] == 0.95
    assert thresholds(judged, 0.8, 0.5)[0] == 0.8


def test_a_pair_above_the_threshold_that_was_judged_different_raises_it():
    judged = labels((100, 0.97, True), (1, 0.993, False), (1, 0.991, False))
    assert thresholds(judged, *MAPPED)[0] == 0.993001
    assert thresholds(labels((99, 0.97, True), (1, 1.0, False)), *MAPPED)[0] == 1.0
    assert thresholds(labels((1000, 0.995, True), (1, 0.993, False)), *MAPPED)[0] == 0.99, "the precision holds"


def test_a_pair_that_a_guard_forbids_says_nothing_of_merging():
    different = labels((100, 0.97, True), (50, 0.999, False, True))
    assert thresholds(different, *MAPPED)[0] == 0.99
    assert thresholds(labels((400, 0.97, True, True)), *MAPPED)[0] == 0.99


def test_review_begins_where_one_in_a_hundred_of_one_customer_lies_below():
    judged = labels((2, 0.6, True), (198, 0.8, True), (50, 0.55, False))
    assert thresholds(judged, *MAPPED)[1] == 0.8
    judged = labels((3, 0.6, True), (197, 0.8, True))
    assert thresholds(judged, *MAPPED)[1] == 0.6


def test_a_few_pairs_of_one_customer_may_only_let_review_begin_earlier():
    assert thresholds(labels((5, 0.8, True), (100, 0.6, False)), *MAPPED)[1] == 0.5
    assert thresholds(labels((5, 0.8, True), (100, 0.6, False)), 0.99, 0.9)[1] == 0.8
    assert thresholds(labels((100, 0.6, False)), *MAPPED)[1] == 0.5


PROBABILITIES = st.one_of(
    st.sampled_from([0.5, 0.89, 0.9, 0.95, 0.985, 0.99, 0.995, 0.999999, 1.0]),
    st.floats(0.3, 1.0).map(lambda probability: round(probability, 6)),
)
GROUPS = st.lists(st.tuples(st.integers(1, 400), PROBABILITIES, st.booleans(), st.booleans()), min_size=1, max_size=8)
MAPPINGS = st.sampled_from([(0.99, 0.5), (0.999, 0.5), (0.8, 0.6), (0.95, 0.94), (1.0, 0.9)])


def enough(groups):
    return labels((LEAST_LABELS, 0.7, True, True), *groups)


@given(GROUPS, MAPPINGS)
def test_thresholds_keep_their_bounds(groups, mapped):
    judged = enough(groups)
    merge, review = thresholds(judged, *mapped)
    assert min(0.9, mapped[0]) <= merge <= 1
    assert 0 < review <= merge
    free = judged.filter(~pl.col("guarded"))
    wrong = free.filter(~pl.col("same") & (pl.col("probability") >= mapped[0]))
    if wrong.is_empty():
        assert merge <= mapped[0]
    else:
        assert merge <= min(round(wrong["probability"].max() + 1e-6, 6), 1)
    if merge < mapped[0]:
        above = free.filter(pl.col("probability") >= merge)
        assert wilson(above["same"].sum(), above.height) >= 0.98 - 1e-12
    same = judged.filter("same")["probability"]
    assert (same < review).sum() <= len(same) / 100


@given(GROUPS, MAPPINGS, st.integers(0, 2**32))
def test_the_order_of_labels_makes_no_difference(groups, mapped, seed):
    judged = enough(groups)
    assert thresholds(judged.sample(fraction=1, shuffle=True, seed=seed), *mapped) == thresholds(judged, *mapped)


@given(GROUPS, MAPPINGS, st.integers(1, 50), PROBABILITIES)
def test_judgements_move_merging_their_own_way_only(groups, mapped, count, probability):
    judged = enough(groups)
    merge = thresholds(judged, *mapped)[0]
    assert thresholds(pl.concat([judged, labels((count, probability, False))]), *mapped)[0] >= merge
    assert thresholds(pl.concat([judged, labels((count, probability, True))]), *mapped)[0] <= merge


@pytest.mark.parametrize("kind", ["person", "company"])
def test_bands_tell_by_how_many_judgements(kind):
    judged = labels((500, 0.95, True))
    asked = MatchModel.model_validate({"kind": kind, "fields": {"company": "name", "full_name": "name", "phone": "p"}})
    assert bands(asked, judged) == Bands(0.95, 0.95, 500)
