"""The benchmark runs to its end on little data, and judges what it should."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import line, measure, modelled, references
from benchmarks.budgets import Results, Verdict, judge, table
from benchmarks.measure import Measured
from benchmarks.steps import MAPPING
from crm_migration.mapping.reader import read_mapping


def _measured(seconds: float, peak_mb: float = 100) -> Measured:
    return Measured("step", seconds, seconds, seconds, peak_mb)


@pytest.mark.parametrize(("seconds", "state"), [(2.9, "met"), (3.1, "MISSED")])
def test_a_budget_is_a_factor_on_its_reference(seconds: float, state: str) -> None:
    verdict = Verdict("load", 3, _measured(seconds), "copy", _measured(1.0))
    assert (verdict.state, verdict.ratio) == (state, seconds)


def test_a_failed_reference_is_not_a_budget_met() -> None:
    failed = Measured("dlt", 9, 9, 9, 9, error="no")
    found = Results({"contacts": 1}, "MariaDB", lines={"first": _measured(1)}, references={"dlt": failed})
    judged = {verdict.what: verdict.state for verdict in judge(found)}
    assert judged["whole line, strong keys"] == "not measured"


@pytest.mark.parametrize(("seconds", "peak_mb", "states"), [(69, 3000, ("met", "met")), (71, 3100, ("MISSED",) * 2)])
def test_the_line_with_a_saved_model_has_a_budget_of_time_and_of_memory(
    seconds: float, peak_mb: float, states: tuple[str, str]
) -> None:
    lines = {"modelled": _measured(seconds, peak_mb), "first": _measured(1), "train": _measured(500, 5000)}
    found = Results({"contacts": 1}, "MariaDB", lines=lines, references={"dlt": _measured(10)})
    judged = {verdict.what: verdict.state for verdict in judge(found)}
    assert (judged["whole line, saved model"], judged["peak memory, line with a saved model"]) == states
    assert "peak memory, line with a saved model" in table(found)


def test_the_line_with_a_model_is_the_same_line_but_for_the_models(tmp_path: Path) -> None:
    plain = read_mapping(MAPPING).mapping
    written = read_mapping(modelled.write_mapping(MAPPING, tmp_path / "modelled")).mapping
    told, bare = written.model_dump(), plain.model_dump()
    models = {name: entity["match"].pop("model") for name, entity in told["entities"].items()}
    for entity in bare["entities"].values():
        del entity["match"]["model"]
    assert {name: model["kind"] for name, model in models.items()} == {"account": "company", "contact": "person"}
    assert told == bare


def test_a_process_is_measured_with_what_it_says_itself() -> None:
    said = "import json; block = bytearray(80_000_000); print(json.dumps({'seconds': 0.5, 'rows': 7}))"
    pause = "import time; time.sleep(0.3)"
    found = measure.run("one", [sys.executable, "-c", f"{said}\n{pause}"])
    assert (found.seconds, found.rows, found.error) == (0.5, 7, None)
    assert found.process_seconds >= 0.3
    assert found.peak_mb > 70


def test_a_failing_process_says_why() -> None:
    found = measure.run("one", [sys.executable, "-c", "raise SystemExit('no such thing')"])
    assert found.error == "no such thing"


def test_a_step_of_the_line_is_measured_on_little_data(postgres_server: str) -> None:
    with line.prepared(200) as (stage, found):
        assert set(found.rows.values()) == {200, 40}
        place = str(stage.place(line.STEPS, "steps"))
        for step in ("preflight", "extract"):
            found.steps[step] = measure.python("benchmarks.steps", step, place)
        found.references["connectorx"] = references.connectorx(stage.source.plain(line.SOURCE))
    assert found.failed == []
    assert found.steps["extract"].rows == found.references["connectorx"].rows == 240
    states = {verdict.what: verdict.state for verdict in judge(found)}
    assert states["extract to Parquet"] in {"met", "MISSED"}
    assert states["load, first load"] == "not measured"
    assert json.loads(json.dumps(found.plain(), default=str))["steps"]["extract"]["rows"] == 240
