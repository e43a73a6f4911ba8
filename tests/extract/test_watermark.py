"""Windows on columns without a zone, on days, and on text: nothing is lost between two of them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from crm_migration.extract.source import Window
from crm_migration.extract.watermark import within
from tests.contract.source import ENTITY
from tests.extract.databases import over, run

BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN = datetime(2026, 10, 25, tzinfo=UTC)
SPRING = datetime(2026, 3, 29, tzinfo=UTC)
FORMATS = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S+00:00",
]

QUARTERS = st.integers(0, 4 * 24).map(lambda n: timedelta(minutes=15 * n))


def holds(text: str, start: datetime, end: datetime) -> bool:
    """Return whether the window holds a row whose watermark reads `text`, as a source in Berlin writes it."""
    clause = within(Window(start, end), sa.column("changed"), "text", BERLIN, "sqlite")
    select = (
        sa.select(sa.literal(1)).select_from(sa.text("(SELECT :text AS changed)").bindparams(text=text)).where(clause)
    )
    return connection.execute(select).first() is not None


engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
connection = engine.connect()


@pytest.fixture(autouse=True, scope="module")
def _closed():
    yield
    connection.close()
    engine.dispose()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("day", [AUTUMN, SPRING], ids=["clocks go back", "clocks go forward"])
@given(written=QUARTERS, start=QUARTERS, length=QUARTERS)
@example(written=timedelta(minutes=75), start=timedelta(minutes=30), length=timedelta(minutes=60))
def test_a_row_written_inside_a_window_is_read_by_it_or_a_later_one(form, day, written, start, length) -> None:
    """A run reads up to its end and never looks back: what is written after a start must not sort before it."""
    moment, begin = day + written, day + start
    if moment < begin:
        return
    zone = UTC if form.endswith(("Z", "+00:00")) else BERLIN
    text = moment.astimezone(zone).strftime(form)
    end = begin + length
    assert holds(text, begin, end) or holds(text, end, day + timedelta(days=3))


def test_a_zone_shifts_the_window_of_times_that_carry_none(any_database_url: str) -> None:
    run(
        any_database_url,
        "CREATE TABLE things (id varchar(9), changed timestamp NULL)",
        "INSERT INTO things VALUES ('a', '2026-06-30 23:59:59')",
        "INSERT INTO things VALUES ('b', '2026-07-01 00:00:00'), ('c', '2026-07-01 23:59:59')",
    )
    if any_database_url.startswith("mysql"):
        run(any_database_url, "ALTER TABLE things MODIFY changed datetime")
    source = over(any_database_url, ["id"], zone="Europe/Berlin", watermark="changed")
    day = Window(datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 7, 1, 22, tzinfo=UTC))
    assert sorted(key for frame in source.read(ENTITY, day) for key in frame["id"]) == ["b", "c"]


@pytest.mark.parametrize("moment", ["0000-00-00 00:00:00", None])
def test_zero_dates_are_in_every_window(mariadb_url: str, moment: str | None) -> None:
    run(mariadb_url, "CREATE TABLE things (id int, a datetime, b timestamp null, c date, d varchar(20))")
    value = "NULL" if moment is None else f"'{moment}'"
    run(mariadb_url, f"INSERT INTO things VALUES (1, {value}, {value}, {value}, {value})")
    for column in "abcd":
        assert (
            over(mariadb_url, watermark=column, fields={"x": {"kind": "text", "from": "id"}}).count(
                ENTITY, Window(AUTUMN, AUTUMN + timedelta(days=1))
            )
            == 1
        ), column


def test_infinite_moments_are_in_every_window(postgres_url: str) -> None:
    run(postgres_url, "CREATE TABLE things (id int, a timestamp, b timestamptz, c date)")
    run(
        postgres_url,
        "INSERT INTO things VALUES (1, 'infinity', 'infinity', 'infinity'), (2, '-infinity', '-infinity', '-infinity')",
    )
    for column in "abc":
        source = over(postgres_url, ["id"], watermark=column)
        assert source.count(ENTITY, Window(AUTUMN, AUTUMN + timedelta(days=1))) == 2


def test_a_day_is_read_by_every_window_that_touches_it(any_database_url: str) -> None:
    run(any_database_url, "CREATE TABLE things (id int, changed date)", "INSERT INTO things VALUES (1, '2026-10-25')")
    source = over(any_database_url, ["id"], watermark="changed")
    noon = AUTUMN + timedelta(hours=12)
    assert source.count(ENTITY, Window(noon, noon + timedelta(hours=1))) == 1
    assert source.count(ENTITY, Window(AUTUMN - timedelta(days=1), AUTUMN - timedelta(seconds=1))) == 0
    assert source.count(ENTITY, Window(AUTUMN + timedelta(days=1), None)) == 0


@pytest.mark.parametrize("value", ["1772359200", "''", "'yesterday'", "'03/01/2026'"])
def test_what_says_no_moment_is_in_every_window(sqlite_url: str, value: str) -> None:
    run(sqlite_url, "CREATE TABLE things (id, changed)", f"INSERT INTO things VALUES (1, {value})")
    assert over(sqlite_url, ["id"], watermark="changed").count(ENTITY, Window(SPRING, AUTUMN)) == 1


def test_a_window_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="whose end carries a time zone"):
        Window(AUTUMN, AUTUMN.replace(tzinfo=None))
