"""Pairs for review on the page: both records, what differs, what the model says, and how to decide."""

import json
from pathlib import Path

import polars as pl

from crm_migration.report.assemble import report
from crm_migration.report.pairs import compared, weighed
from crm_migration.report.write import write_report
from crm_migration.staging import RunFolder, TableWriter
from tests.browser.chromium import ChromiumMissing, chromium
from tests.conftest import _unavailable
from tests.report.staged_run import facts, mapping

WEIGHTS = json.dumps({"email": {"level": "equal", "weight": 9.3}, "first_name": {"level": "different", "weight": -4.2}})
LONG = "christiane.von.hohenlohe-langenburg@verwaltung.example"
A, B = "legacy_crm.contact:1", "legacy_crm.contact:2"


def staged(folder: RunFolder, reason: str = "below_merge", judgement: str | None = None) -> None:
    line = {
        "_key_a": "1", "_key_b": "2", "rule": "model", "reason": reason, "a": A, "b": B, "probability": 0.973,
        "weights": WEIGHTS, "judgement": judgement,
    }  # fmt: skip
    sides = {
        A: {"first_name": "Ann-<b>Zoë</b>", "email": "a@x.org", "street": LONG},
        B: {"first_name": "Tom", "email": "A@X.org", "street": LONG},
    }
    tables = {
        "review": pl.DataFrame([line], schema_overrides={"judgement": pl.String}),
        "review_sides": pl.DataFrame({"_identity": list(sides), "record": [json.dumps(one) for one in sides.values()]}),
        "review_numbers": pl.DataFrame({"a": [A], "b": [B], "pair_no": [12]}),
    }
    for step, frame in tables.items():
        with TableWriter(folder, "contact", step) as writer:
            writer.write(frame)


def written(folder: RunFolder) -> tuple[str, str]:
    paths = write_report(report(mapping(), folder, facts()), folder)
    html, data = (Path(paths[kind]).read_text(encoding="utf-8") for kind in ("html", "json"))
    return html, data


def test_a_pair_is_shown_with_both_records_and_the_commands_that_decide_it(tmp_path):
    folder = RunFolder(str(tmp_path), "legacy_crm", "run")
    staged(folder)
    page, data = written(folder)
    assert "Ann-&lt;b&gt;Zoë&lt;/b&gt;" in page
    assert "97.3%" in page
    assert page.count('class="different"') == 1
    assert page.count('class="alike"') == 1
    assert "+9.3" in page
    assert "-4.2" in page
    for command in ("accept", "reject"):
        assert f"crm-migration review {command} {facts().mapping_path} 12" in page
    assert "keep this page as you keep those records" in page
    assert "a@x.org" not in data, "the JSON file holds no value of a record"


HIDDEN = """
[...document.querySelectorAll('.pairgrid .scroll')].map(box => box.scrollWidth - box.clientWidth)
"""


def test_both_records_are_seen_at_once_on_a_telephone(tmp_path):
    folder = RunFolder(str(tmp_path), "legacy_crm", "run")
    staged(folder)
    page = tmp_path / "page.html"
    page.write_text(written(folder)[0], encoding="utf-8")
    try:
        with chromium() as browser:
            browser.look(390)
            browser.go(page.as_uri())
            assert browser.value(HIDDEN) == [0]
    except ChromiumMissing as missing:
        _unavailable(str(missing))


def test_a_pair_that_nobody_can_tell_is_not_asked_again(tmp_path):
    folder = RunFolder(str(tmp_path), "legacy_crm", "run")
    staged(folder, judgement="unsure")
    page, _ = written(folder)
    assert "review accept" not in page


def test_fields_compare_by_what_they_say_not_how_it_is_written():
    lines = compared({"a": "+49 228-1", "b": "x", "c": None, "d": "1", "e": ""}, {"a": "+492281", "b": "x", "d": "2"})
    assert [(line.field, line.mark) for line in lines] == [("a", "alike"), ("b", "equal"), ("d", "different")]


def test_the_weightiest_comparison_comes_first_whichever_way_it_points():
    assert [weight.comparison for weight in weighed(WEIGHTS)] == ["email", "first_name"]
    assert weighed(None) == ()
