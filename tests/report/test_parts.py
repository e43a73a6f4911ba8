"""What each part of the report says about staged tables whose content is known."""

import io
import json
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from crm_migration.report import words
from crm_migration.report.assemble import report
from crm_migration.report.console import print_report
from crm_migration.report.model import EntityReport, ModelUsed, Report
from crm_migration.report.page import render_html
from crm_migration.staging import open_table
from tests.report.staged_run import HOSTILE, Builder, check, facts, mapping, passing_checks


@pytest.fixture
def run(tmp_path: Path) -> Builder:
    return Builder(tmp_path, rows=300, part=70).everything()


def made(builder: Builder, **changes: Any) -> Report:
    return report(mapping(), builder.folder, facts(**changes))


def entity(builder: Builder, name: str = "contact") -> EntityReport:
    return next(entity for entity in made(builder).entities if entity.name == name)


def test_rejected_rows_are_counted_by_reason_and_field_with_twenty_examples(tmp_path: Path) -> None:
    lines = entity(Builder(tmp_path, rows=2000, part=300).everything()).rejections
    assert lines is not None
    assert [(line.reason, line.field, line.step, line.rows) for line in lines] == [
        ("required", "last_name", "clean", 30),
        ("email", "email", "clean", 10),
    ]
    assert [len(line.examples) for line in lines] == [20, 10]
    assert lines[1].examples[0].key == HOSTILE
    assert "fill it in at the source" in lines[1].examples[0].message


def test_what_the_target_refused_is_counted_apart_and_without_the_targets_words(run: Builder) -> None:
    refused = pl.col("_key").is_in(["C-2", "C-3"])
    rows = (
        open_table(run.folder, "contact", "outcome")
        .frame()
        .with_columns(
            outcome=pl.when(refused).then(pl.lit("rejected")).otherwise("outcome"),
            reason=pl.when(refused).then(pl.lit("refused_by_target: (email)=(ann@secret.example) exists")),
        )
    )
    before = [stage.lost for stage in entity(run).funnel]
    run.write("contact", "outcome", rows)
    # They leave the funnel where they were loaded; what cleaning rejected stays what it was.
    assert [stage.lost for stage in entity(run).funnel[:-1]] == before[:-1]
    assert entity(run).funnel[-1].lost == 2
    lines = entity(run).rejections
    assert lines is not None
    mine = [line for line in lines if line.step == "load"]
    assert [(line.reason, line.rows) for line in mine] == [("refused_by_target", 2)]
    assert [example.key for example in mine[0].examples] == ["C-2", "C-3"]
    assert "secret" not in made(run).model_dump_json()


def document(number: int, **told: Any) -> dict[str, Any]:
    """Return what extract tells of one file."""
    line = {"name": f"part {number:02}.csv", "rows": 3, "unreadable": 0, "format": "delimited"}
    return {**line, "details": {"encoding": "gb18030", "delimiter": "\t"}, "notes": [], **told}


def documents(run: Builder, told: list[dict[str, Any]]) -> None:
    """Say that the contacts were read from these files."""
    rows = open_table(run.folder, "contact", "extract").frame()
    run.write("contact", "extract", rows, documents=told, versions={line["name"]: "1" for line in told}, seconds=1.5)


def test_the_documents_that_were_read_are_listed_fifty_at_most_those_with_notes_ahead(run: Builder) -> None:
    told = [document(number) for number in range(60)]
    told[57] = document(57, notes=["encoding guessed as gb18030 from the letters"])
    told[58] = document(58, unreadable=2)
    documents(run, told)
    found = entity(run).documents
    assert found is not None
    assert (found.count, len(found.listed)) == (60, 50)
    assert [line.name for line in found.listed[:3]] == ["part 57.csv", "part 58.csv", "part 00.csv"]
    assert found.listed[0].notes == ("encoding guessed as gb18030 from the letters",)
    assert (found.listed[1].rows, found.listed[1].unreadable) == (3, 2)
    assert entity(run).steps[0].facts == {"seconds": 1.5}
    assert entity(run, "account").documents is None


def test_page_and_console_show_how_documents_were_read(run: Builder) -> None:
    told = [document(number) for number in range(52)]
    told[0] |= {"name": HOSTILE, "unreadable": 7, "notes": ["[bold]guessed[/bold] <b>"]}
    told[1] = {"name": "plain.csv", "rows": 3, "unreadable": 1}
    documents(run, told)
    page = render_html(made(run))
    out = io.StringIO()
    print_report(made(run), Console(file=out, width=200))
    assert HOSTILE not in page
    assert "52 documents read" in page
    for text in (unescape(page), out.getvalue()):
        assert HOSTILE in text
        assert "delimited, encoding gb18030, delimiter \\u0009" in text
        assert "[bold]guessed[/bold] <b>" in text
        assert "format not told" in text
        assert "and 2 more documents" in text


def test_filtered_rows_are_counted_by_rule(run: Builder) -> None:
    filtered = open_table(run.folder, "contact", "filtered").rows
    lines = entity(run).filters
    assert lines is not None
    assert [(line.name, line.rows, line.keys[0]) for line in lines] == [("deleted in source", filtered, "C-4")]


def test_the_funnel_loses_what_the_outcomes_say(run: Builder) -> None:
    found = entity(run)
    counts = found.identity.counts
    assert counts is not None
    assert [(stage.name, stage.lost) for stage in found.funnel] == [
        ("extracted", None),
        ("kept", counts.filtered),
        ("clean", counts.rejected),
        ("records", counts.merged),
        ("written", 0),
    ]
    assert found.funnel[-1].rows == counts.records


def cluster(run: Builder) -> None:
    """Make contacts C-1 (master), C-2 and another source's x9 one record, and nothing else."""
    clean = open_table(run.folder, "contact", "clean").frame()
    fields = clean.columns[2:]
    golden = clean.head(1).with_columns(
        _golden=pl.lit("legacy_crm.contact:C-1"), _members=pl.lit(3, pl.Int64), phone=pl.lit("+49301"),
        email=pl.lit("second@example.org"), full_name=pl.lit("made of both"),
    )  # fmt: skip
    run.write("contact", "golden", golden.select("_golden", "_key", "_members", *fields))
    keys = pl.DataFrame(
        {"_key": ["C-1", "C-2"], "_master": [True, False], "_merged_by": ["same e-mail", "same e-mail"]}
    )
    run.write("contact", "members", keys.with_columns(_golden=pl.lit("legacy_crm.contact:C-1")))
    first = {
        "phone": None,
        "email": "first@example.org",
        "full_name": "A",
        "born": "1980-02-03",
        "last_name": "Li1",
    }
    second = first | {"phone": "+49301", "email": "second@example.org", "full_name": "B"}
    third = first | {"phone": "+49301", "full_name": "C", "born": "1999-01-01"}
    lineage = {
        "_key": ["C-1", "C-2", "x9"],
        "_source": ["legacy_crm.contact", "legacy_crm.contact", "other.person"],
        "record": [json.dumps(record) for record in (first, second, third)],
    }
    run.write("contact", "lineage", pl.DataFrame(lineage).with_columns(_golden=pl.lit("legacy_crm.contact:C-1")))


def test_a_merge_names_its_members_and_where_each_field_comes_from(run: Builder) -> None:
    cluster(run)
    merges = entity(run).merges
    assert merges is not None
    assert (merges.records, merges.merged_records, merges.merged_rows, merges.largest) == (1, 1, 1, 3)
    assert [(line.key, line.rows) for line in merges.by_key] == [("same e-mail", 1)]
    (example,) = merges.examples
    assert example.master == "C-1"
    assert example.members == ("C-1", "C-2", "other.person:x9")
    taken = {giver.key: set(giver.fields) for giver in example.taken}
    assert taken == {"C-1": {"born"}, "C-2": {"phone", "email"}, None: {"full_name"}}


def test_rows_that_an_earlier_run_merged_are_told_apart(run: Builder) -> None:
    cluster(run)
    members = open_table(run.folder, "contact", "members").frame().with_columns(_merged_by=pl.lit(None, pl.String))
    run.write("contact", "members", members)
    merges = entity(run).merges
    assert merges is not None
    assert (merges.by_key, merges.earlier, merges.merged_rows) == ((), 1, 1)


def test_the_model_that_was_asked_is_told_in_a_sentence(run: Builder) -> None:
    cluster(run)
    golden = open_table(run.folder, "contact", "golden").frame()
    told = {"model": "saved", "model_sha256": "3fa9" * 16, "prior": 0.0004, "scored_pairs": 1234, "by_model": 2}
    run.write("contact", "golden", golden, **told, merge_at=0.99, review_at=0.5, labels=0)
    merges = entity(run).merges
    assert merges is not None
    assert merges.model == ModelUsed(
        origin="saved",
        sha256="3fa9" * 16,
        prior=0.0004,
        scored_pairs=1234,
        merged=2,
        merge_at=0.99,
        review_at=0.5,
        labels=0,
    )
    sentence = words.model_used(merges.model)
    assert "Model 3fa93fa93fa9, saved beside the mapping; 1,234 pairs scored; about 1 in 2,500 pairs" in sentence
    assert "2 rows merged by it" in sentence
    assert sentence in render_html(report(mapping(), run.folder, facts()))


def test_a_model_that_could_not_be_learned_is_told_and_one_nobody_asked_for_is_not(run: Builder) -> None:
    cluster(run)
    golden = open_table(run.folder, "contact", "golden").frame()
    run.write("contact", "golden", golden, model="none: too few rows or fields to learn from", by_model=0)
    merges = entity(run).merges
    assert merges is not None
    assert merges.model is not None
    assert merges.model.origin == "none"
    assert "too few rows" in words.model_used(merges.model)
    run.write("contact", "golden", golden, by_model=0)
    again = entity(run).merges
    assert again is not None
    assert again.model is None


def test_the_largest_merges_come_first_and_twenty_at_most(tmp_path: Path) -> None:
    run = Builder(tmp_path, rows=3000, part=400).everything()
    merges = entity(run).merges
    assert merges is not None
    sizes = [example.size for example in merges.examples]
    assert len(sizes) == 20
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == merges.largest
    golden = open_table(run.folder, "contact", "golden").frame(["_members"])
    assert merges.merged_records == golden.filter(pl.col("_members") > 1).height


def test_pairs_for_review_are_counted_by_rule_and_reason(run: Builder) -> None:
    lines = entity(run).review
    assert lines is not None
    assert [(line.rule, line.reason, line.pairs, line.examples) for line in lines] == [
        ("same e-mail", "given_name", 1, (("C-8", "C-9"),)),
        ("same phone", "key_value_shared_by_many", 1, ((HOSTILE, "C-1"),)),
    ]


def test_fill_rates_come_from_cleaning_and_from_the_golden_records(run: Builder) -> None:
    quality = entity(run).quality
    assert quality is not None
    fields = {line.field: line for line in quality.fields}
    assert "origin" not in fields
    golden = open_table(run.folder, "contact", "golden").frame()
    assert fields["phone"].source_filled > fields["phone"].clean_filled
    assert fields["phone"].golden_filled == golden["phone"].is_not_null().sum()
    assert fields["first_name"].changed == fields["first_name"].clean_filled
    assert fields["last_name"].changed == 0


def test_money_is_added_exactly(run: Builder) -> None:
    quality = entity(run, "opportunity").quality
    assert quality is not None
    (amount,) = quality.amounts
    for step, total in (("clean", amount.clean), ("golden", amount.golden)):
        rows = open_table(run.folder, "opportunity", step).frame()["amount"]
        assert total == str(sum(rows.to_list(), Decimal("0.00")))


def test_the_sample_tells_its_size_its_reasons_and_what_it_does_not_cover(run: Builder) -> None:
    sample = entity(run).sample
    assert sample is not None
    assert sample.records == 50
    assert [(line.why, line.records) for line in sample.why] == [("random", 41), ("longest name", 9)]
    assert sample.uncovered == ("no record has an empty last_name",)


def test_values_of_single_rows_stay_out_of_the_checks(run: Builder) -> None:
    lines = [
        check(
            "accuracy",
            "contact",
            "born",
            "minimum",
            source_value="1931-02-07",
            target_value="1931-02-08",
            status="fail",
        ),
        check(
            "acceptance",
            "contact",
            None,
            "who is first",
            source_value="Ann",
            target_value="Zoë Secret",
            status="fail",
        ),
        check("acceptance", "contact", None, "how many", source_value="7", target_value="8", status="fail"),
    ]
    run.checks("full_checks", lines)
    found = made(run).full_checks
    assert found is not None
    assert [(line.source_value, line.target_value) for line in found.lines] == [
        (None, None), ("Ann", "another value"), ("7", "8"),
    ]  # fmt: skip
    assert (found.passed, found.failed, found.info) == (0, 3, 0)


def test_checks_are_counted_by_status(run: Builder) -> None:
    run.checks(
        "full_checks",
        [*passing_checks(), check("validity", "contact", "email", "x", status="fail", failing=3)],
    )
    found = made(run).full_checks
    assert found is not None
    assert (found.failed, found.info) == (1, 1)
    assert found.passed == len(passing_checks()) - 1


def test_backups_come_from_the_caller_or_else_from_staging(run: Builder) -> None:
    assert [backup.rows for backup in made(run).undo.backups] == [812]
    run.write("account", "backup", pl.DataFrame({"id": ["1", "2"]}))
    (backup,) = made(run, backups=[]).undo.backups
    assert (backup.entity, backup.rows, len(backup.sha256)) == ("account", 2, 64)


def test_undo_names_the_command_and_the_dag(run: Builder) -> None:
    undo = made(run).undo
    assert undo.possible
    assert undo.command == (
        "crm-migration rollback include/mappings/legacy_crm.yaml --run-id scheduled__2026-03-01T02:00:00+00:00"
    )
    assert undo.dag_conf == {"mapping": "legacy_crm", "run_id": "scheduled__2026-03-01T02:00:00+00:00"}
    assert made(run, undo_command="undo it").undo.command == "undo it"
    assert not made(run, status="rolled_back").undo.possible


def test_a_command_with_blanks_is_quoted(run: Builder) -> None:
    assert made(run, mapping_path="my maps/a.yaml").undo.command.startswith("crm-migration rollback 'my maps/a.yaml'")
