"""Rejected rows are closed, counted and opened again the same way on every database."""

from collections.abc import Iterator

import pytest

from crm_migration.extract.dialect import engine_for
from crm_migration.ledger import Ledger
from crm_migration.ledger import rejected as rejected_rows_module
from crm_migration.ledger.rejected import (
    Settled,
    close_lines,
    known_keys,
    label_of,
    ledger_key,
    listed_keys,
    open_lines,
    open_rejected,
    rejected_rows,
    reopen,
    settled,
)

KEYS = ["1", "A", "a", "ä", "键", "⟨row 7⟩", "k|\\|"]


@pytest.fixture
def ledger(any_database_url: str) -> Iterator[Ledger]:
    engine = engine_for(any_database_url)
    made = Ledger(engine)
    made.migrate()
    yield made
    engine.dispose()


def lines(keys: list[str]) -> list[dict[str, str | None]]:
    told = {"step": "clean", "field": "f", "reason": "email", "message": "m", "raw": '{"id": null}'}
    return [{"source_key": key, **told} for key in keys]


def test_rows_are_closed_once_and_opened_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (ledger.begin_run("old", name, {"mapping_sha256": "0" * 64}) for name in ("one", "two"))
    stream = ledger.stream_no("old", "person", "person")
    ledger.write_rejected(first, stream, lines(KEYS))
    monkeypatch.setattr(rejected_rows_module, "PAGE", 2)
    assert sorted(row.source_key for row in rejected_rows(ledger, first, stream)) == sorted(KEYS)
    assert sorted(listed_keys(ledger, first, stream)) == sorted(KEYS)
    assert listed_keys(ledger, first, stream, without_raw=True) == []

    with ledger.engine.begin() as connection:
        close_lines(connection, ledger.tables, stream, [(first, "A"), (first, "键")], (second, "reloaded"))
        close_lines(connection, ledger.tables, stream, [(first, "A"), (first, "no such")], (second, "superseded"))
    closed = {row.source_key: row.closed_how for row in rejected_rows(ledger, first, stream)}
    assert {key: how for key, how in closed.items() if how} == {"A": "reloaded", "键": "reloaded"}
    assert len(list(rejected_rows(ledger, first, stream, only_open=True))) == 5
    told = sorted(settled(ledger, first), key=lambda line: line.rows)
    assert told == [Settled("person", 2, "reloaded", "two"), Settled("person", 5)]
    assert open_rejected(ledger, "old") == {"person": 5}
    # To the run that has closed them they are open: it closes anew.
    assert len(open_lines(ledger, stream, second)) == 7
    assert len(open_lines(ledger, stream, second + 1)) == 5

    ledger.write_rejected(first, stream, lines([*KEYS, "new"]))
    assert open_rejected(ledger, "old") == {"person": 6}
    with ledger.engine.begin() as connection:
        reopen(connection, ledger.tables, second)
    assert settled(ledger, first) == [Settled("person", 8)]
    ledger.update_run(first, status="rolled_back")
    assert open_rejected(ledger, "old") == {}
    assert known_keys(ledger, stream, ["A"], None) == set()


def test_a_row_is_open_in_the_last_run_that_lists_it(ledger: Ledger) -> None:
    one, two, three = (ledger.begin_run("old", name, {"mapping_sha256": "0" * 64}) for name in ("one", "two", "three"))
    stream, other = (ledger.stream_no("old", name, name) for name in ("person", "firm"))
    unnamed = [{**lines([key])[0], "raw": raw} for key, raw in (("⟨row 7⟩", "x"), ("A⟨row 3⟩", "y"), ("⟨row 9⟩", "z"))]
    moved = [{**lines([key])[0], "raw": raw} for key, raw in (("⟨row 8⟩", "x"), ("A⟨row 4⟩", "y"), ("⟨row 9⟩", "new"))]
    ledger.write_rejected(one, stream, [*lines(["1", "a", "键"]), *unnamed])
    ledger.write_rejected(one, other, lines(["1"]))
    ledger.write_rejected(two, stream, [*lines(["1", "A", "键"]), *moved])
    # Of the first run are left `a`, and a row without a key whose values the second has not met.
    assert open_keys(ledger, one, stream) == {"a", "⟨row 9⟩"}
    assert Settled("person", 4, "superseded", "two") in settled(ledger, one)
    assert open_rejected(ledger, "old") == {"person": 8, "firm": 1}
    # The second lists less when it is repeated; the third lists one of them again.
    ledger.write_rejected(two, stream, lines(["1", "A"]))
    assert open_keys(ledger, one, stream) == {"a", "键", "A⟨row 3⟩", "⟨row 7⟩", "⟨row 9⟩"}
    ledger.write_rejected(three, stream, lines(["1"]))
    assert open_rejected(ledger, "old") == {"person": 7, "firm": 1}
    roll_back(ledger, two)
    assert open_rejected(ledger, "old") == {"person": 6, "firm": 1}, "the third run still lists it"
    assert Settled("person", 1, "superseded", "three") in settled(ledger, one)
    roll_back(ledger, three)
    assert open_rejected(ledger, "old") == {"person": 6, "firm": 1}
    assert settled(ledger, one) == [Settled("firm", 1), Settled("person", 6)]


def test_a_run_that_is_repeated_after_a_later_one_leaves_rows_to_that_one(ledger: Ledger) -> None:
    one, two, three = (ledger.begin_run("old", name, {"mapping_sha256": "0" * 64}) for name in ("one", "two", "three"))
    stream = ledger.stream_no("old", "person", "person")
    for run_no in (one, two, three):
        ledger.write_rejected(run_no, stream, lines(["A", "B"]))
    # The second does not list one of them any more, and lists one that it did not list before.
    ledger.write_rejected(three, stream, lines(["A", "B", "C"]))
    ledger.write_rejected(two, stream, lines(["B", "C"]))
    assert open_rejected(ledger, "old") == {"person": 3}
    assert open_keys(ledger, three, stream) == {"A", "B", "C"}


def test_a_row_without_a_key_is_not_taken_for_its_like_in_another_file(ledger: Ledger) -> None:
    one, two = (ledger.begin_run("old", name, {"mapping_sha256": "0" * 64}) for name in ("one", "two"))
    stream = ledger.stream_no("old", "person", "person")

    def blank(place: str, row: int) -> dict[str, str]:
        return {**lines([f"⟨row {row}⟩"])[0], "raw": "{}", "message": f"{place}: key: expected a value in column 'id'"}

    ledger.write_rejected(one, stream, [blank("jan.csv, line 3", 2), blank("a, b.xlsx, sheet S, row 7", 9)])
    ledger.write_rejected(two, stream, [blank("feb.csv, line 3", 2), blank("a, b.xlsx, sheet S, row 8", 10)])
    assert open_keys(ledger, one, stream) == {"⟨row 2⟩"}
    assert open_rejected(ledger, "old") == {"person": 3}


def test_what_a_reload_rejects_again_is_open_in_its_own_run_from_the_first(ledger: Ledger) -> None:
    one = ledger.begin_run("old", "one", {"mapping_sha256": "0" * 64})
    stream = ledger.stream_no("old", "person", "person")
    ledger.write_rejected(one, stream, lines(["1", "A"]))
    fix = ledger.begin_run("old", "fix", {"mapping_sha256": "0" * 64, "reload_of": one})
    ledger.write_rejected(fix, stream, lines(["A"]))
    assert settled(ledger, fix) == [Settled("person", 1, "superseded", "one")]
    assert open_rejected(ledger, "old") == {"person": 2}


def open_keys(ledger: Ledger, run_no: int, stream_no: int) -> set[str]:
    return {row.source_key for row in rejected_rows(ledger, run_no, stream_no, only_open=True)}


def roll_back(ledger: Ledger, run_no: int) -> None:
    with ledger.engine.begin() as connection:
        reopen(connection, ledger.tables, run_no)
    ledger.update_run(run_no, status="rolled_back")


def test_labels_and_long_keys_are_told_apart() -> None:
    assert (label_of("A⟨row 7⟩"), label_of("⟨row 7⟩"), label_of("A"), label_of("⟨row 7⟩A")) == ("A", "", None, None)
    one, other = ledger_key("k" * 300), ledger_key("k" * 301)
    assert one != other
    assert len(one) == len(other) == 255
    assert ledger_key("k" * 255) == "k" * 255
