"""Builds the staged tables of a run: three entities, consistent unless a test spoils them."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from crm_migration.mapping.model import Mapping
from crm_migration.report.model import BackupFact, RunFacts, StepTiming
from crm_migration.staging import RunFolder, TableWriter

HOSTILE = "<script>alert('k')</script>"
START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
END = datetime(2026, 3, 1, 2, 1, 47, tzinfo=UTC)
SIZES = {"account": 0.2, "contact": 1.0, "opportunity": 0.3}


def mapping() -> Mapping:
    """Return a mapping of three entities, with money, dates and a reference."""
    text = {"kind": "text", "max_length": 255}
    match = {"keys": [{"name": "same e-mail", "fields": ["email"]}, {"name": "same phone", "fields": ["phone"]}]}
    entities: dict[str, Any] = {
        "account": _entity("accounts", {"name": {**text, "from": "name"}, "revenue": {"kind": "money", "from": "rev"}}),
        "contact": _entity(
            "contacts",
            {
                "first_name": {"kind": "name", "from": "first"},
                "last_name": {"kind": "name", "from": "last", "required": True},
                "email": {"kind": "email", "from": "mail"},
                "phone": {"kind": "phone", "from": "tel"},
                "account_id": {"kind": "reference", "from": "acc", "to": "account"},
                "full_name": {**text, "from": ["first", "last"]},
                "born": {"kind": "date", "from": "birth"},
                "origin": {"kind": "constant", "value": "legacy"},
            },
        ),
        "opportunity": _entity("deals", {"name": {**text, "from": "name"}, "amount": {"kind": "money", "from": "rev"}}),
    }
    entities["contact"]["match"] = match
    return Mapping.model_validate(
        {
            "version": "1",
            "description": "The sales team's old CRM, moved every night until it is switched off.",
            "source": {"name": "legacy_crm", "connection": "legacy_crm_db"},
            "target": {"name": "sales_cloud", "connection": "sales_cloud_db"},
            "entities": entities,
        }
    )


def _entity(table: str, fields: dict[str, Any]) -> dict[str, Any]:
    target = {"object": f"crm_{table}", "external_id": "legacy_key"}
    return {"table": table, "key": "id", "target": target, "fields": fields}


def facts(**changes: Any) -> RunFacts:
    """Return the facts of a green run, with `changes`."""
    known = RunFacts(
        run_id="scheduled__2026-03-01T02:00:00+00:00",
        source="legacy_crm",
        target="sales_cloud",
        mapping_sha256="9f2c" * 16,
        mapping_path="include/mappings/legacy_crm.yaml",
        window_start=datetime(2026, 2, 28, 2, 0, tzinfo=UTC),
        window_end=START,
        status="green",
        started_at=START,
        finished_at=END,
        steps=timings(1000),
        links={
            "Run in Airflow": "https://airflow.example.com/dags/legacy_crm",
            "Data Docs": "data_docs/index.html",
        },
        backups=[BackupFact("contact", "staging/legacy_crm/backup/contact", 812, "ab" * 32, START)],
    )
    return replace(known, **changes)


def timings(rows: int) -> list[StepTiming]:
    """Return plausible timings of a run over `rows` contacts."""
    found = []
    for entity, share in SIZES.items():
        for step, rate in {"extract": 90_000, "clean": 52_000, "match": 31_000, "load": 24_000}.items():
            found.append(StepTiming(step, entity, int(rows * share), round(rows * share / rate + 0.11, 2)))
    return [StepTiming("preflight", None, 3, 1.4), *found, StepTiming("validate_full", None, rows, 6.2)]


@dataclass(frozen=True)
class Builder:
    """Writes the tables of one run under `root`; `part` rows at most go into a part."""

    root: Path
    rows: int = 1000
    part: int = 50_000
    run_id: str = "scheduled__2026-03-01T02:00:00+00:00"

    @property
    def folder(self) -> RunFolder:
        """Return the run's folder."""
        return RunFolder(str(self.root), "legacy_crm", self.run_id)

    def write(self, entity: str, step: str, frame: pl.DataFrame, **facts: Any) -> None:
        """Stage `frame`."""
        with TableWriter(self.folder, entity, step) as writer:
            for part in frame.iter_slices(self.part) if frame.height else [frame]:
                writer.write(part)
            writer.finish(**facts)

    def everything(self, outcome: str = "outcome") -> "Builder":
        """Stage a whole run: every table of the line, and both validations."""
        for entity, share in SIZES.items():
            self.entity(entity, int(self.rows * share), outcome)
        self.checks("sample_checks", passing_checks())
        self.checks("full_checks", passing_checks())
        return self

    def entity(self, entity: str, rows: int, outcome: str = "outcome") -> None:
        """Stage one entity: 2 % rejected, 3 % filtered, 5 % merged, most of the rest inserted."""
        source = _source(entity, rows)
        self.write(entity, "extract", source.select(pl.exclude("_fate", "_key")), table=entity, seconds=1.5)
        clean = _clean(entity, source)
        self.write(entity, "clean", clean, **_clean_facts(entity, clean, source))
        self._kept_out(entity, source)
        self._matched(entity, clean, source)
        self.write(entity, outcome, _outcome(entity, source))

    def _kept_out(self, entity: str, source: pl.DataFrame) -> None:
        rejected = source.filter(pl.col("_fate") == "reject").select(
            "_key",
            "_row",
            field=pl.when(pl.col("_row") % 200 == 7).then(pl.lit("email")).otherwise(pl.lit("last_name")),
            reason=pl.when(pl.col("_row") % 200 == 7).then(pl.lit("email")).otherwise(pl.lit("required")),
            message=pl.lit(f"{entity}: expected a value; fill it in at the source <b>before</b> the next run"),
            raw=pl.lit('{"secret": "RAW-CUSTOMER-VALUE"}'),
        )
        self.write(entity, "rejected", rejected)
        filtered = source.filter(pl.col("_fate") == "filter").select("_key", "_row", filter=pl.lit("deleted in source"))
        self.write(entity, "filtered", filtered)

    def _matched(self, entity: str, clean: pl.DataFrame, source: pl.DataFrame) -> None:
        members = _members(entity, source)
        self.write(entity, "members", members)
        sizes = members.group_by("_golden").agg(pl.len().cast(pl.Int64).alias("_members"))
        masters = members.filter("_master").join(clean, on="_key", maintain_order="left").join(sizes, on="_golden")
        self.write(entity, "golden", masters.select("_golden", "_key", "_members", *clean.columns[2:]))
        several = members.join(sizes.filter(pl.col("_members") > 1), on="_golden").join(clean, on="_key")
        record = pl.struct(clean.columns[2:]).map_elements(_json, return_dtype=pl.String)
        self.write(entity, "lineage", several.select("_key", "_golden", record=record))
        pairs = [
            ("C-8", "C-9", "same e-mail", "given_name"),
            (HOSTILE, "C-1", "same phone", "key_value_shared_by_many"),
        ]
        self.write(entity, "review", pl.DataFrame(pairs, schema=["_key_a", "_key_b", "rule", "reason"], orient="row"))
        chosen = masters.head(50).select(
            "_golden",
            why=pl.when(pl.int_range(pl.len()) < 9).then(pl.lit("longest name")).otherwise(pl.lit("random")),
        )
        self.write(entity, "sample", chosen, uncovered=["no record has an empty last_name"])

    def checks(self, step: str, lines: list[dict[str, Any]]) -> None:
        """Stage one validation."""
        self.write("_run", step, pl.DataFrame(lines, schema=CHECKS, orient="row"))


CHECKS: dict[str, Any] = {
    **dict.fromkeys(
        (
            "validation",
            "entity",
            "field",
            "name",
            "source_value",
            "target_value",
            "difference",
            "tolerance",
            "status",
        ),
        pl.String,
    ),
    "failing": pl.Int64,
    "failing_keys": pl.List(pl.String),
    "engine": pl.String,
    "seconds": pl.Float64,
}


def check(validation: str, entity: str, field: str | None, name: str, **rest: Any) -> dict[str, Any]:
    """Return one passing line of a validation, with `rest`."""
    line = dict.fromkeys(CHECKS) | {"validation": validation, "entity": entity, "field": field, "name": name}
    return (
        line
        | {
            "status": "pass",
            "failing": 0,
            "failing_keys": [],
            "engine": "great_expectations",
            "seconds": 0.02,
        }
        | rest
    )


def passing_checks() -> list[dict[str, Any]]:
    """Return lines of all four validations that pass."""
    lines = []
    for entity in SIZES:
        lines += [
            check(
                "completeness",
                entity,
                None,
                "records_in_target",
                source_value="931",
                target_value="931",
                difference="0",
                tolerance="0",
                engine="reconciliation",
            ),
            check("completeness", entity, "legacy_key", "expect_column_values_to_be_unique"),
            check("validity", entity, "name", "expect_column_value_lengths_to_be_between"),
        ]
    amounts = {
        "source_value": "1204333.10",
        "target_value": "1204333.10",
        "difference": "0.00",
        "tolerance": "0",
    }
    lines.append(check("accuracy", "opportunity", "amount", "sum", engine="reconciliation", **amounts))
    lines.append(
        check(
            "accuracy",
            "contact",
            "born",
            "minimum",
            source_value="1931-02-07",
            target_value="1931-02-07",
            engine="reconciliation",
        )
    )
    lines.append(check("acceptance", "opportunity", None, "pipeline per stage", engine="acceptance"))
    lines.append(check("accuracy", "contact", None, "edited_in_target", status="info"))
    return lines


def _source(entity: str, rows: int) -> pl.DataFrame:
    row = pl.int_range(1, rows + 1, dtype=pl.Int64)
    fate = pl.when(row % 50 == 7).then(pl.lit("reject")).when(row % 33 == 4).then(pl.lit("filter"))
    fate = fate.when((row % 20 == 11) & (row > 20)).then(pl.lit("merge")).otherwise(pl.lit("keep"))
    key = pl.format(f"{entity[0].upper()}-{{}}", row)
    if entity == "contact":
        key = pl.when(row == 7).then(pl.lit(HOSTILE)).otherwise(key)
    return pl.select(
        _row=row,
        _fate=fate,
        _key=key,
        id=key,
        name=pl.format(" Firm {} ", row),
        rev=pl.format("{}.10", row),
        first=pl.when(row % 9 > 0).then(pl.format("ANNE{}", row)),
        last=pl.format("Li{}", row),
        mail=pl.when(row % 4 > 0).then(pl.format("A{}@Example.org", row)),
        tel=pl.when(row % 3 > 0).then(pl.format("0170{}", row)),
        acc=pl.format("A-{}", row % 7),
        birth=pl.when(row % 5 > 0).then(pl.lit("1980-02-03")).otherwise(pl.lit("0000-00-00")),
    )


def _clean(entity: str, source: pl.DataFrame) -> pl.DataFrame:
    """Return the clean rows of `source`; every seventh telephone number is lost."""
    money = pl.col("rev").cast(pl.Decimal(14, 2))
    fields = {
        "account": {"name": pl.col("name").str.strip_chars(), "revenue": money},
        "opportunity": {"name": pl.col("name").str.strip_chars(), "amount": money},
        "contact": {
            "first_name": pl.col("first").str.to_titlecase(),
            "last_name": pl.col("last"),
            "email": pl.col("mail").str.to_lowercase(),
            "phone": pl.when(pl.col("_row") % 7 > 0).then("+49" + pl.col("tel").str.slice(1)),
            "account_id": pl.col("acc"),
            "full_name": pl.concat_str("first", "last", separator=" ", ignore_nulls=True),
            "born": pl.col("birth").str.to_date("%Y-%m-%d", strict=False),
            "origin": pl.lit("legacy"),
        },
    }[entity]
    return source.filter(pl.col("_fate").is_in(["keep", "merge"])).select("_key", "_row", **fields)


def _clean_facts(entity: str, clean: pl.DataFrame, source: pl.DataFrame) -> dict[str, Any]:
    """Return what cleaning counts: every seventh telephone number is lost, first names are re-cased."""
    after = {name: clean[name].is_not_null().sum() for name in clean.columns[2:]}
    before, changed = dict(after), dict.fromkeys(after, 0)
    if entity == "contact":
        before["phone"] = source.join(clean, on="_row", how="semi")["tel"].is_not_null().sum()
        changed |= {"first_name": after["first_name"], "phone": after["phone"], "email": after["email"]}
    return {"filled_before": before, "filled_after": after, "changed": changed}


def _members(entity: str, source: pl.DataFrame) -> pl.DataFrame:
    """Return which golden record each clean row belongs to: the row kept before it, or its block's first."""
    keep = pl.col("_fate") == "keep"
    kept = pl.when(keep).then(pl.col("_key"))
    block = kept.drop_nulls().first().over(pl.col("_row") // 150)
    by_phone = pl.col("_row") % 3 == 0
    home = pl.when(keep).then(pl.col("_key")).when(by_phone).then(block).otherwise(kept.forward_fill())
    named = pl.when(by_phone).then(pl.lit("same phone")).otherwise(pl.lit("same e-mail"))
    found = source.select(
        "_key",
        _golden=pl.format(f"legacy_crm.{entity}:{{}}", home),
        _master=keep,
        _merged_by=pl.when(~keep).then(named),
    )
    return found.filter(source["_fate"].is_in(["keep", "merge"]))


def _outcome(entity: str, source: pl.DataFrame) -> pl.DataFrame:
    kept = (
        pl.when(pl.col("_row") % 10 == 0)
        .then(pl.lit("updated"))
        .when(pl.col("_row") % 10 == 1)
        .then(pl.lit("unchanged"))
    )
    fate = pl.col("_fate").replace_strict({"reject": "rejected", "filter": "filtered", "merge": "merged"}, default=None)
    outcome = pl.when(fate.is_not_null()).then(fate).otherwise(kept.otherwise(pl.lit("inserted")))
    return source.select(
        "_key",
        outcome=outcome,
        _golden=pl.lit(None, pl.String),
        target_id=pl.lit(None, pl.String),
        reason=pl.lit(None, pl.String),
        step=pl.lit("load"),
    )


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, default=str)
