"""The commands of the documentation that are not run one page after the other: why, and what runs them instead."""

import ast
from dataclasses import dataclass
from pathlib import Path

from tests.house.pages import ROOT


@dataclass(frozen=True)
class Elsewhere:
    """Why a command is not run with its page, and what runs it: a test (`file::name`), or words that a file holds."""

    why: str
    by: str
    words: str = ""

    def missing(self) -> str:
        """Return what is not there of that which is said to run the command; nothing where all is there."""
        path, _, name = self.by.partition("::")
        if not (ROOT / path).is_file():
            return f"there is no file {path}"
        if name:
            return "" if name in tests_of(ROOT / path) else f"there is no test {self.by}"
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        return "" if self.words in lines else f"{path} has no line {self.words!r}"


def tests_of(path: Path) -> set[str]:
    """Return the names of the tests of a file."""
    code = ast.parse(path.read_text(encoding="utf-8"))
    return {one.name for one in code.body if isinstance(one, ast.FunctionDef)}


def _whole(words: str) -> Elsewhere:
    return Elsewhere("installs or runs everything, this test with it", ".ci/run", f"step {words}")


def _long(by: str = "") -> Elsewhere:
    return Elsewhere("takes minutes to an hour", by or OPTIONS)


OPTIONS = "tests/house/test_docs_blocks.py::test_a_module_knows_the_options_that_are_shown"
AIRFLOW = "tests/house/test_compose.py::test_airflow_knows_the_commands_that_the_pages_show"
TWO_WORKERS = "tests/scale_out/test_two_workers.py::test_two_workers_load_what_one_process_does"
STORY = "tests/browser/test_story.py::test_a_person_takes_a_migration_from_the_login_to_the_rollback"
FAULTS = "tests/faults/test_failpoints.py::test_a_task_that_is_disturbed_and_cleared_ends_as_an_undisturbed_one"
KILLS = "tests/faults/test_random_kills.py::test_a_run_that_is_killed_at_random_moments_and_started_again"
MEASURE = "tests/web/test_measure.py::test_the_ledger_can_be_filled_and_every_page_be_measured"
REWRITES = "would rewrite the repository"
STARTS = "needs containers or a running Airflow"

ELSEWHERE = {
    "make install-dev": _whole("make install-dev"),
    "make install": _whole("make install-dev"),
    "make lint": _whole("make lint"),
    "make test": _whole("make test"),
    "make demo": _whole("make demo DEMO_FLAGS=--exit"),
    "make demo DEMO_FLAGS=--exit": _whole("make demo DEMO_FLAGS=--exit"),
    "make demo-stop": _whole("make demo-stop"),
    "make format": Elsewhere(REWRITES, ".ci/run", "step make lint"),
    "make lock": Elsewhere("asks the package index", "tests/house/test_house.py::test_the_two_locks_agree"),
    "make faults": _long(FAULTS),
    "FAULTS=full make faults": _long(KILLS),
    "make scale-out": _long(TWO_WORKERS),
    "make browser": _long(STORY),
    "make bench": _long(),
    'make bench BENCH_FLAGS="--rows 1000000 --json figures.json"': _long(),
    "python -m benchmarks --rows 10000 --no-peers": _long(),
    "python -m benchmarks.formats --rows 1000000": _long(),
    "python -m benchmarks.loading --rows 1000000": _long(),
    "python -m benchmarks.fxiaoke --rows 100000": _long(),
    "python -m benchmarks.fxiaoke --limits": _long(),
    "python -m benchmarks.validation --rows 1000000 --errors 100": _long(),
    "python -m benchmarks.validation --rows 1000000 --review": _long(),
    "python -m benchmarks.matching --data DIR --check": _long(),
    "python -m benchmarks.matching_scale --rows 1000000 --kind person --chunks 1": _long(),
    "python -m tests.web.measure": Elsewhere("fills a ledger with a million rows", MEASURE),
    "python -m tests.browser.screenshots URL USER PASSWORD DAG RUN KEY": Elsewhere(REWRITES, STORY),
    "python -m crm_migration.mapping.schema": Elsewhere(
        REWRITES, "tests/mapping/test_schema.py::test_the_files_are_what_the_model_generates"
    ),
    "python -m demo.duplicates --rows 10000 --seed 7 --folder DIR": Elsewhere(
        "writes six sets of 10,000 records",
        "tests/demo/test_duplicates.py::test_the_same_seed_writes_the_same_bytes_in_another_process",
    ),
    "python -m tests.fxiaoke.stand_in --port 8099": Elsewhere(
        "serves until it is stopped",
        "tests/fxiaoke/test_stand_in.py::test_a_process_of_its_own_is_set_and_read_over_http",
    ),
    "pip install .": Elsewhere(
        "would change the environment", "tests/house/test_house.py::test_the_wheel_installs_the_command"
    ),
    "crm-migration rollback … --run-id first": Elsewhere(
        "would take back what the page's later steps look at",
        "tests/house/test_add_a_source.py::test_the_first_run_is_taken_back_as_the_page_says",
    ),
    "docker compose up --build -d": Elsewhere(STARTS, TWO_WORKERS),
    "docker compose up -d --scale worker=3": Elsewhere(
        STARTS, "tests/house/test_compose.py::test_workers_share_the_staging_folder_and_can_be_scaled"
    ),
    'docker compose exec api-server airflow pools set crm_target_target_crm 1 "loads take turns"': Elsewhere(
        STARTS, AIRFLOW
    ),
    'airflow pools set crm_target_<name> 1 "loads take turns"': Elsewhere(STARTS, AIRFLOW),
    "airflow backfill create --dag-id D --from-date … --to-date … --reprocess-behavior failed --max-active-runs 1": (
        Elsewhere(STARTS, AIRFLOW)
    ),
}
