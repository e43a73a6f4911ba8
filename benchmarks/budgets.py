"""What was measured, held against the budgets: one line each, met or missed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.measure import Measured

MEMORY_MB, MATCH_MEMORY_MB = 600, 3072
PARTS = ("extract", "clean", "match", "backup", "sample", "validate_sample", "load", "link", "validate", "report")


@dataclass
class Results:
    """Everything that one benchmark measured.

    `steps` are the steps of the first run, `upsert` those of the run over changed rows, each in a process of its
    own; `lines` are whole runs in one process; `references` are other tools.
    """

    rows: dict[str, int]
    source: str
    changed: int = 0
    steps: dict[str, Measured] = field(default_factory=dict)
    upsert: dict[str, Measured] = field(default_factory=dict)
    lines: dict[str, Measured] = field(default_factory=dict)
    references: dict[str, Measured] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> list[str]:
        """Return which of our own steps failed."""
        ours = [*self.steps.values(), *self.upsert.values(), *self.lines.values()]
        return [f"{one.what}: {one.error}" for one in ours if one.error]

    def plain(self) -> dict[str, Any]:
        """Return everything as JSON takes it, the judged budgets included."""
        return asdict(self) | {"budgets": [asdict(verdict) | {"state": verdict.state} for verdict in judge(self)]}


@dataclass(frozen=True)
class Verdict:
    """One budget: our figure, what it is held against, and how many times as much is allowed.

    Figures are in seconds or, for memory, in MB; `limit` is a factor on the reference, or for memory the bound.
    """

    what: str
    limit: float
    ours: float | None
    against: str
    reference: float | None
    rows: int = 0
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        """Return our figure over the reference's."""
        if self.ours is None or not self.reference:
            return None
        return self.ours / self.reference

    @property
    def state(self) -> str:
        """Return met, missed, or not measured."""
        if self.unit == "MB":
            return "not measured" if self.ours is None else "met" if self.ours <= self.limit else "MISSED"
        if self.ratio is None:
            return "not measured"
        return "met" if self.ratio <= self.limit else "MISSED"


def judge(found: Results) -> list[Verdict]:
    """Return every budget that this benchmark can judge."""
    steps, lines, others = found.steps, found.lines, found.references
    copy, first = _seconds(others, "copy"), _seconds(lines, "first")
    load, rows = _seconds(steps, "load"), sum(found.rows.values())
    loaded = others["copy"].rows if "copy" in others else 0
    imported = steps["validate"].facts.get("import_seconds", 0.0) if "validate" in steps else 0.0
    validate = _seconds(steps, "validate")
    changed = others["copy_changed"].rows if "copy_changed" in others else 0
    return [
        Verdict("load, first load", 3, load, r"\copy, plain table", copy, loaded),
        Verdict(
            "load, upsert of changed rows", 5, _seconds(found.upsert, "load"), r"\copy, the same rows",
            _seconds(others, "copy_changed"), changed,
        ),
        Verdict("extract to Parquet", 1.5, _seconds(steps, "extract"), "connectorx, no writing",
                _seconds(others, "connectorx"), rows),
        Verdict("whole line, strong keys", 3, first, "dlt, extract + load", _seconds(others, "dlt"), rows),
        Verdict("validation, without import", 0.5, validate, "our load", load, loaded),
        Verdict("validation, with import", 0.5, None if validate is None else validate + imported,
                "our load + import", None if load is None else load + 2 * imported, loaded),
        Verdict("unchanged re-run, all read again", 0.3, _seconds(lines, "again"), "our first run", first, rows),
        Verdict("unchanged re-run, window", 0.3, _seconds(lines, "quiet"), "our first run", first),
        *_memory(found),
    ]  # fmt: skip


def _memory(found: Results) -> Iterable[Verdict]:
    outside = {name: step.peak_mb for name, step in found.steps.items() if name != "match" and not step.error}
    for name, peak in outside.items():
        if peak == max(outside.values()):
            yield Verdict(f"peak memory outside match ({name})", MEMORY_MB, peak, "bound", MEMORY_MB, unit="MB")
    if "match" in found.steps:
        peak = found.steps["match"].peak_mb
        yield Verdict("peak memory in match", MATCH_MEMORY_MB, peak, "bound", MATCH_MEMORY_MB, unit="MB")


def _seconds(measured: dict[str, Measured], name: str) -> float | None:
    one = measured.get(name)
    return None if one is None or one.error else one.seconds


def table(found: Results) -> str:
    """Return the budgets and every measured process as text."""
    rows = ", ".join(f"{count:,} in {name}" for name, count in found.rows.items())
    parts = [f"{rows}, read from {found.source}; {found.changed:,} rows changed for the upsert", "", *_budgets(found)]
    parts += ["", *_processes(found)]
    missing = [f"not measured: {name}: {one.error}" for name, one in found.references.items() if one.error]
    return "\n".join([*parts, *missing, *(f"FAILED {line}" for line in found.failed)])


def _budgets(found: Results) -> Iterable[str]:
    yield f"{'budget':<40}{'limit':>8}{'ours':>10}{'rows/s':>10}{'reference':>11}{'ratio':>8}  {'':<13}held against"
    for line in judge(found):
        limit = f"{line.limit:g} MB" if line.unit == "MB" else f"{line.limit:g} x"
        rate = f"{line.rows / line.ours:,.0f}" if line.rows and line.ours else ""
        yield (
            f"{line.what:<40}{limit:>8}{_figure(line.ours, line.unit):>10}{rate:>10}"
            f"{_figure(line.reference, line.unit):>11}{_times(line.ratio):>8}  {line.state:<13}{line.against}"
        )


def _processes(found: Results) -> Iterable[str]:
    yield f"{'process':<40}{'seconds':>10}{'whole':>10}{'cpu':>10}{'peak MB':>10}{'rows/s':>11}"
    groups = {"": found.steps, "changed: ": found.upsert, "line, ": found.lines, "reference: ": found.references}
    for prefix, group in groups.items():
        for name, one in group.items():
            if not one.error:
                rate = f"{one.rate:,.0f}" if one.rows else ""
                yield (
                    f"{prefix + name:<40}{one.seconds:>10.2f}{one.process_seconds:>10.2f}{one.cpu_seconds:>10.2f}"
                    f"{one.peak_mb:>10.0f}{rate:>11}"
                )


def _figure(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.0f} MB" if unit == "MB" else f"{value:.2f} s"


def _times(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} x"
