"""Fingerprints of records that several streams feed."""

import numpy as np
import polars as pl

from crm_migration.load.accounts import Account, brought_by, closed, opened, patched, shared_heads
from crm_migration.load.fingerprint import covered, fingerprints, layout
from crm_migration.mapping.model import Entity

PLAIN = {"legacy_id": {"from": "id", "kind": "text"}}


def entity(**fields: dict[str, object]) -> Entity:
    target = {"object": "contact", "external_id": "legacy_id"}
    return Entity.model_validate({"table": "t", "key": "id", "target": target, "fields": PLAIN | fields})


LARGE = entity(city={"from": "c", "kind": "text"}, worth={"from": "w", "kind": "money"})
SHORT = entity(worth={"from": "w", "kind": "money"}, title={"from": "t", "kind": "text"})
OTHER = entity(worth={"from": "w", "kind": "decimal", "precision": 9, "scale": 1})
GOLDEN = pl.Series("_golden", ["large.contact:1", "large.contact:2"])


def first() -> tuple[pl.Series, dict[int, list[str]]]:
    frame = pl.DataFrame({"legacy_id": ["1", "2"], "city": ["Bonn", None], "worth": ["1.00", "2.00"]})
    return fingerprints(frame, LARGE), {layout(LARGE): covered(LARGE)}


def account(kept: pl.Series, layouts: dict[int, list[str]], stream: str, spec: Entity) -> Account:
    return Account.of(opened(kept, GOLDEN, layouts), stream, spec, len(kept))


def test_what_was_not_shared_is_all_its_founders() -> None:
    kept, layouts = first()
    founder, newcomer = account(kept, layouts, "large.contact", LARGE), account(kept, layouts, "short.contact", SHORT)
    assert founder.stands.tolist() == [[True, True, True], [True, True, True]]
    assert newcomer.has_brought.any() == np.False_
    assert newcomer.has_loaded.tolist() == [[True, True, False]] * 2
    assert newcomer.others_same.tolist() == newcomer.others_have.tolist() == [[True, True, False]] * 2
    assert shared_heads(layouts) == []


def test_each_stream_keeps_what_it_brought_beside_what_was_loaded() -> None:
    kept, layouts = first()
    loaded = np.array([[1, 20, 30], [2, 21, 31]], dtype="<u4")
    brought = np.array([[7, 20, 30], [8, 21, 31]], dtype="<u4")
    shared, more = closed(opened(kept, GOLDEN, layouts), "short.contact", SHORT, loaded, brought)
    layouts |= more
    assert len(shared_heads(layouts)) == len(more) == 1
    short, large = account(shared, layouts, "short.contact", SHORT), account(shared, layouts, "large.contact", LARGE)
    assert short.loaded.tolist() == loaded.tolist()
    assert short.brought.tolist() == brought.tolist()
    assert short.stands.tolist() == [[False, True, True]] * 2
    assert large.brought.tolist() == account(kept, first()[1], "large.contact", LARGE).brought.tolist()
    assert large.loaded[:, [0, 2]].tolist() == loaded[:, :2].tolist()
    again, same = closed(opened(shared, GOLDEN, layouts), "short.contact", SHORT, loaded, brought)
    assert (again.to_list(), same) == (shared.to_list(), more)


def test_a_field_in_another_type_takes_the_place_of_what_was_loaded() -> None:
    kept, layouts = first()
    other = np.array([[1, 5], [2, 6]], dtype="<u4")
    shared, more = closed(opened(kept, GOLDEN, layouts), "other.contact", OTHER, other, other)
    large = account(shared, layouts | more, "large.contact", LARGE)
    assert large.has_loaded.tolist() == [[True, True, False]] * 2
    assert large.has_brought.all()
    assert large.others_have[:, 2].all()


def test_hashes_are_set_in_fingerprints_of_either_kind() -> None:
    kept, layouts = first()
    empty = np.zeros((1, 3), dtype="<u4")
    shared, more = closed(opened(kept[:1], GOLDEN[:1], layouts), "short.contact", SHORT, empty, empty)
    mixed, layouts = pl.concat([shared.rename("kept"), kept[1:].rename("kept")]), layouts | more
    worth = covered(SHORT)[1]
    done = patched(mixed, layouts, "short.contact", {worth: (np.array([True, True]), np.array([4, 5]))})
    short = account(done, layouts, "short.contact", SHORT)
    assert short.loaded[:, 1].tolist() == [4, 5]
    assert short.brought[:, 1].tolist() == [4, 0]
    untouched = patched(mixed, layouts, "short.contact", {worth: (np.array([False, False]), np.array([4, 5]))})
    assert untouched.to_list() == mixed.to_list()
    assert brought_by("short.contact", worth) == f"short.contact\t{worth}"
