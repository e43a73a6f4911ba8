"""The benchmark runs to its end on little data, and judges what it should."""

import json
import sys

import pytest

from benchmarks import line, measure, references
from benchmarks.budgets import Results, Verdict, judge
from benchmarks.measure import Measured


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
