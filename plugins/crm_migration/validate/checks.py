"""The lines a validation leaves behind, and what is red about them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

import polars as pl

from crm_migration.errors import ValidationFailed
from crm_migration.staging import RunFolder, Staged, TableWriter

RUN = "_run"
KEYS_KEPT = 20
KEYS_LISTED = 1_000
KEYS_NAMED = 5
# Lines whose values are those of a single row; they stay in the staged table, out of messages and logs.
QUOTES_VALUES = {"minimum", "maximum", "source_minimum", "source_maximum"}

Validation = Literal["completeness", "accuracy", "validity", "acceptance"]
Status = Literal["pass", "fail", "info"]
Engine = Literal["great_expectations", "reconciliation", "acceptance"]
Phase = Literal["sample", "full"]

SCHEMA: dict[str, pl.DataType] = {
    "validation": pl.String(),
    "entity": pl.String(),
    "field": pl.String(),
    "name": pl.String(),
    "source_value": pl.String(),
    "target_value": pl.String(),
    "difference": pl.String(),
    "tolerance": pl.String(),
    "status": pl.String(),
    "failing": pl.Int64(),
    "failing_keys": pl.List(pl.String),
    "engine": pl.String(),
    "seconds": pl.Float64(),
}
FAILING_SCHEMA: dict[str, pl.DataType] = {
    name: pl.String() for name in ("validation", "entity", "field", "name", "source_key")
}


@dataclass(frozen=True)
class Check:
    """One reconciliation line: what was meant, what the target holds, and whether that is right."""

    validation: Validation
    entity: str
    name: str
    status: Status
    field: str | None = None
    source_value: str | None = None
    target_value: str | None = None
    difference: str | None = None
    tolerance: str | None = None
    failing: int = 0
    failing_keys: tuple[str, ...] = ()
    engine: Engine = "reconciliation"
    seconds: float | None = None


@dataclass
class Tally:
    """Counts failing rows and keeps the first of their keys, as many as are listed at most."""

    count: int = 0
    keys: list[str] = field(default_factory=list)

    def add(self, keys: pl.Series) -> None:
        """Count `keys`, each one row."""
        self.count += len(keys)
        self.keys += keys.head(max(KEYS_LISTED - len(self.keys), 0)).to_list()

    def judged(self, check: Check) -> Check:
        """Return `check` with this tally as its failing rows; it fails if there are any."""
        status: Status = "fail" if self.count and check.status == "pass" else check.status
        return replace(check, status=status, failing=self.count, failing_keys=tuple(self.keys))


def could_not_run(check: Check, reason: str) -> Check:
    """Return `check` as failed because it could not be carried out: nothing was proved."""
    return replace(check, status="fail", difference=f"could not run: {reason}")


def timed(checks: Sequence[Check], seconds: float) -> list[Check]:
    """Return `checks` with the seconds they took together, shared out evenly."""
    return [replace(check, seconds=round(seconds / len(checks), 4)) for check in checks]


def stage(folder: RunFolder, phase: Phase, checks: Sequence[Check], seconds: float) -> Staged:
    """Write the lines as `_run`/`<phase>_checks` and return the staged table with its counts as facts.

    A line holds the first 20 keys; the first 1,000 of each are beside them, one a row, in `<phase>_failing`.
    """
    _list_keys(folder, phase, checks)
    rows = [asdict(check) | {"failing_keys": list(check.failing_keys[:KEYS_KEPT])} for check in checks]
    with TableWriter(folder, RUN, f"{phase}_checks") as writer:
        writer.write(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
        red = sum(check.status == "fail" for check in checks)
        return writer.finish(checks=len(checks), failed=red, seconds=round(seconds, 3))


def _list_keys(folder: RunFolder, phase: Phase, checks: Sequence[Check]) -> None:
    """Write the keys that failed checks name, where a person looks for all of them."""
    rows = [
        (check.validation, check.entity, check.field, check.name, key)
        for check in checks
        if check.status == "fail"
        for key in check.failing_keys
    ]
    with TableWriter(folder, RUN, f"{phase}_failing") as writer:
        writer.write(pl.DataFrame(rows, schema=FAILING_SCHEMA, orient="row"))


def raise_if_failed(staged: Staged) -> None:
    """Raise when the staged checks hold a failed one.

    Raises:
        ValidationFailed: names each failed check with its entity, counts and up to five source keys.
    """
    failed = [row for frame in staged.frames() for row in frame.iter_rows(named=True) if row["status"] == "fail"]
    if failed:
        lines = "\n".join(f"  {line}" for line in _lines(failed))
        raise ValidationFailed(
            f"{len(failed)} of {staged.rows} checks failed; the target does not hold what was meant. Look at the named "
            f"rows in source and target; then correct the mapping or the rows and run again, or roll back:\n{lines}"
        )


def _lines(failed: Iterable[dict[str, object]]) -> Iterable[str]:
    for row in failed:
        place = f"{row['entity']}.{row['field']}" if row["field"] else f"{row['entity']}"
        yield f"{place}: {row['validation']}: {row['name']}: {_finding(row)}"


def _finding(row: dict[str, object]) -> str:
    parts = [f"{row['failing']} failing"] if row["failing"] else []
    values = (row["source_value"], row["target_value"])
    if values != (None, None) and row["name"] not in QUOTES_VALUES and row["validation"] != "acceptance":
        parts.append(f"expected {values[0]}, found {values[1]}")
    if row["difference"] is not None:
        parts.append(str(row["difference"]))
    keys = row["failing_keys"]
    if isinstance(keys, list) and keys:
        more = ", …" if len(keys) > KEYS_NAMED else ""
        parts.append(f"source keys {', '.join(keys[:KEYS_NAMED])}{more}")
    return "; ".join(parts) or "failed"
