"""What refused rows cost: write attempts, counted where they arrive."""

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.load.small import Bench, account, make_target, mapping

ROWS = 5_000
COUNTING = [
    "CREATE SEQUENCE attempts",
    # A sequence is not set back when the statement that drew from it is undone.
    "CREATE FUNCTION count_attempt() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN PERFORM nextval('attempts'); RETURN NULL; END $$",
    "CREATE TRIGGER counted BEFORE INSERT ON account FOR EACH STATEMENT EXECUTE FUNCTION count_attempt()",
]


@pytest.fixture(params=["postgres", "sqlite"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    url = request.getfixturevalue(f"{request.param}_url")
    make_target(url).dispose()
    made = Bench(url, tmp_path / "staging", mapping())
    yield made
    made.target.close()


def counted(bench: Bench) -> Callable[[], int]:
    """Begin to count the INSERT statements that reach the table of accounts; return what tells how many there were."""
    engine = bench.target.engine
    if bench.target.dialect == "postgresql":
        with engine.begin() as connection:
            for statement in COUNTING:
                connection.exec_driver_sql(statement)
        return lambda: int(bench.rows("SELECT nextval('attempts') - 1")[0][0])
    seen: list[str] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _note(_connection, _cursor, statement, *_rest) -> None:
        if statement.startswith("INSERT INTO account "):
            seen.append(statement)

    return lambda: len(seen)


def staged(bench: Bench, refused: set[int], rows_in_all: int = ROWS) -> None:
    minus = Decimal(-1)
    rows = [account(f"a{n}", revenue=minus) if n in refused else account(f"a{n}") for n in range(rows_in_all)]
    bench.stage("one", "account", rows)
    bench.stage("one", "contact", [])


@pytest.mark.parametrize("place", [0, 3_333, ROWS - 1])
def test_one_refused_row_costs_few_attempts_and_no_other_row(bench: Bench, place: int) -> None:
    attempts = counted(bench)
    staged(bench, {place})
    done = bench.load("one")["account"]
    assert done.facts["records"] == {"inserted": ROWS - 1, "rejected": 1}
    assert done.facts["batches"] == 1
    assert bench.rows("SELECT count(*) FROM account") == [(ROWS - 1,)]
    faultless = 1 if bench.target.dialect == "postgresql" else 3
    assert attempts() - faultless <= 2 * math.log2(ROWS) + 2


def test_many_refused_rows_cost_a_few_attempts_each(bench: Bench) -> None:
    attempts = counted(bench)
    refused = {10 * number + number % 7 for number in range(50)}
    staged(bench, refused, 500)
    done = bench.load("one")["account"]
    assert done.facts["records"] == {"inserted": 450, "rejected": 50}
    assert attempts() <= len(refused) * (2 * math.log2(10) + 2)


def test_a_batch_of_which_every_row_is_refused_costs_two_attempts_a_row(bench: Bench) -> None:
    attempts = counted(bench)
    staged(bench, set(range(100)), 100)
    assert bench.load("one")["account"].facts["records"] == {"rejected": 100}
    assert attempts() <= 200
