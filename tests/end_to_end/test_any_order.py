"""The windows of a source in any order make the target that they make one after the other."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.connections import ConnectionFields
from crm_migration.job import Job
from crm_migration.mapping.reader import read_mapping
from tests.end_to_end import days
from tests.servers import fresh_database

# What these tests share is dear: one process makes it, once.
pytestmark = pytest.mark.xdist_group("either-order-windows")

NAME = "days"
Content = dict[str, days.Rows]


def run_window(folder: Path, target: str, day: int) -> None:
    """Run the line on the window of one day."""
    source = ConnectionFields(f"{NAME}_source", "sqlite", host=str(folder / "old.sqlite"))
    job = Job(
        read_mapping(folder / "days.yaml"), f"day {day}", str(folder / "staging"), source, target, days.window(day)
    )
    try:
        made, _written, failed = pipeline.run_line(job, lambda _job: None)
    finally:
        job.target.close()
    assert (made.verdict.state, failed) == ("green", None)


def run_day_by_day(folder: Path, target: str) -> Content:
    """Return what five runs make of an empty database that each come at the end of their day."""
    days.make_target(target)
    prepare(folder, [])
    for day in range(days.DAYS):
        days.pass_day(folder / "old.sqlite", day)
        run_window(folder, target, day)
    return days.content(target)


def prepare(folder: Path, passed: Iterable[int]) -> None:
    """Write the mapping, and the source as it is after these days."""
    (folder / "days.yaml").write_text(days.MAPPING.format(name=NAME))
    days.make_source(folder / "old.sqlite", passed)


@pytest.fixture(scope="module")
def undisturbed(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Content:
    with fresh_database(postgres_server) as target:
        return run_day_by_day(tmp_path_factory.mktemp("undisturbed"), target)


@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 4, 0, 3, 1), (1, 0, 4, 3, 2)], ids=str)
def test_the_order_of_the_windows_makes_no_difference(
    order: tuple[int, ...], undisturbed: Content, tmp_path: Path, postgres_url: str
) -> None:
    days.make_target(postgres_url)
    prepare(tmp_path, range(days.DAYS))
    for day in order:
        run_window(tmp_path, postgres_url, day)
    assert days.content(postgres_url) == undisturbed


def test_a_merged_record_takes_the_reference_of_its_fullest_row_in_any_order(
    postgres_server: str, tmp_path: Path
) -> None:
    made = []
    for order in ((3, 4), (4,)):
        folder = tmp_path / str(order)
        folder.mkdir()
        prepare(folder, range(days.DAYS))
        days.change(folder / "old.sqlite", days.AT_ANOTHER_FIRM)
        with fresh_database(postgres_server) as target:
            days.make_target(target)
            for day in order:
                run_window(folder, target, day)
            made.append(days.content(target)["contacts"])
    assert made[0] == made[1]
