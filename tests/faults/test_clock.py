"""Windows across the nights in which clocks change: no row is lost between two, none is loaded twice."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from crm_migration.connections import from_url
from crm_migration.extract.open_source import open_source
from crm_migration.extract.source import Window
from crm_migration.extract.text_watermark import CLOCK_CHANGE
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import RunFolder
from tests.cases import target
from tests.cases.line import Case
from tests.faults.conftest import SQL_KINDS, Note
from tests.faults.crew import Crew
from tests.faults.databases import Databases
from tests.faults.invariants import answer, one_to_one
from tests.faults.place import Place

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = {"spring": datetime(2026, 3, 28, 12, tzinfo=UTC), "autumn": datetime(2026, 10, 24, 12, tzinfo=UTC)}
HOURS, ROWS_AN_HOUR = 24, 4
MAPPING = """\
version: "1"
source: {name: clocks, connection: clocks, timezone: Europe/Berlin}
target: {name: target_crm, connection: target_crm, schema: crm}
sample: {minimum: 3}
entities:
  account:
    table: accounts
    key: id
    watermark: changed
    target: {object: account, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true, max_length: 64}
      name: {from: id, kind: text, required: true, max_length: 255}
"""


@pytest.fixture(params=["Europe/Berlin", "America/New_York"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone of the machine that the run is on."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield str(request.param)
    monkeypatch.undo()
    time.tzset()


def moments(night: str) -> list[datetime]:
    """Return four moments an hour, through the whole night."""
    return [NIGHTS[night] + timedelta(minutes=15 * number) for number in range(HOURS * ROWS_AN_HOUR)]


def make_source(url: str, night: str, zoned: bool) -> None:
    """Create the table with a row for each moment, as local time or with its zone."""
    engine = sa.create_engine(url)
    kind = sa.Text() if engine.dialect.name == "sqlite" else sa.DateTime(timezone=zoned)
    table = sa.Table("accounts", sa.MetaData(), sa.Column("id", sa.String(20)), sa.Column("changed", kind))
    values = [moment if zoned else moment.astimezone(BERLIN).replace(tzinfo=None) for moment in moments(night)]
    texts = [str(value) for value in values] if engine.dialect.name == "sqlite" else values
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"id": f"r{at}", "changed": value} for at, value in enumerate(texts)])
    engine.dispose()


def windows(night: str) -> list[tuple[datetime, datetime]]:
    """Return the hours of the night."""
    return [(NIGHTS[night] + timedelta(hours=at), NIGHTS[night] + timedelta(hours=at + 1)) for at in range(HOURS)]


def twice_told(night: str) -> set[str]:
    """Return the rows from some hours before to an hour after a local time that comes twice.

    Those of that hour cannot be told apart, and so that none is lost, windows begin an hour earlier from there on
    where clocks go back soon after.
    """
    local = [moment.astimezone(BERLIN).replace(tzinfo=None) for moment in moments(night)]
    doubled = [value for value in local if local.count(value) > 1]
    hour = timedelta(hours=1)
    near = [doubled and min(doubled) - hour - CLOCK_CHANGE <= value <= max(doubled) + hour for value in local]
    return {f"r{at}" for at, one in enumerate(near) if one}


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("zoned", [False, True], ids=["local", "zoned"])
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(f"faults-{kind}")) for kind in SQL_KINDS]
)
def test_windows_lose_no_row_and_read_none_twice_that_can_be_told_apart(
    kind: str,
    zoned: bool,
    night: str,
    machine_zone: str,
    databases_of: Callable[[str], Databases],
    note: Note,
    tmp_path: Path,
) -> None:
    if kind == "mariadb" and zoned:
        pytest.skip("a DATETIME of MariaDB carries no zone")
    databases = databases_of(kind)
    url = databases.create()
    make_source(url, night, zoned)
    (tmp_path / "clocks.yaml").write_text(MAPPING, encoding="utf-8")
    mapping = read_mapping(tmp_path / "clocks.yaml").mapping
    source = open_source(mapping, from_url(url), RunFolder(str(tmp_path), "clocks", "one"))
    read = Counter(
        str(key)
        for start, end in windows(night)
        for frame in source.read("account", Window(start, end))
        for key in frame["id"]
    )
    databases.drop(url)
    lost = [f"r{at}" for at in range(HOURS * ROWS_AN_HOUR) if not read[f"r{at}"]]
    found = [f"conservation: {len(lost)} rows are in no window"] if lost else []
    again = {key for key, times in read.items() if times > 1} - (set() if zoned else twice_told(night))
    found += [f"duplicate: {len(again)} rows are read twice"] if again else []
    note(f"clocks change in {night}, {'zoned' if zoned else 'local'} times, machine in {machine_zone}", kind, found)


@pytest.mark.xdist_group("faults-sqlite")
def test_runs_with_windows_across_the_night_load_each_row_once(
    databases_of: Callable[[str], Databases], crew: Crew, note: Note, tmp_path: Path
) -> None:
    """Three runs meet in the doubled hour of autumn, on a machine in the source's own zone."""
    databases, night = databases_of("sqlite"), NIGHTS["autumn"]
    source, crm = databases.create(), databases.create()
    make_source(source, "autumn", zoned=False)
    target.create(crm, [])
    bounds = [night, *(datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)), night + timedelta(hours=HOURS)]
    (tmp_path / "clocks.yaml").write_text(MAPPING.replace(", schema: crm", ""), encoding="utf-8")
    case = Case(read_mapping(tmp_path / "clocks.yaml"), source, crm, tmp_path)
    found = []
    for at, (start, end) in enumerate(pairwise(bounds)):
        place = Place(case, f"run{at}", "clocks")
        window = [str(start), str(end)]
        ended = crew.carry_out(place.order(("line",), window=window, zone="Europe/Berlin"))
        found += [] if ended.well and ended.results == ("green",) else [f"window {at}: {ended}"]
    keys = Counter(key for (key,) in answer(place, "SELECT legacy_id FROM crm.account"))
    missing = [at for at in range(HOURS * ROWS_AN_HOUR) if keys[f"r{at}"] != 1]
    found += [f"conservation: {len(missing)} rows are not there once"] if missing else []
    found += [fault for fault in one_to_one(place) if "account" in fault]
    databases.drop(source)
    databases.drop(crm)
    note("three windows in the night of autumn", "sqlite", found)
