"""What was measured, held against the budgets: one line each, met or missed."""

import os
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
    own; `lines` are whole runs in one process, and the training of the models for one of them; `references` are other
    tools.
    """

    rows: dict[str, int]
    source: str
    changed: int = 0
    load: float = 0.0
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
        return asdict(self) | {"budgets": [verdict.plain() for verdict in judge(self)]}


@dataclass(frozen=True)
class Verdict:
    """One budget: our step, the step it is held against, and how many times as long it may take.

    A budget on memory has no reference; its limit is a bound in MB.
    """

    what: str
    limit: float
    ours: Measured | None
    against: str
    reference: Measured | None = None
    rows: int = 0

    @property
    def of_memory(self) -> bool:
        """Return whether memory is bound, not time."""
        return self.against == "bound"

    @property
    def ratio(self) -> float | None:
        """Return our seconds over the reference's."""
        return _over(self.ours, self.reference, "seconds")

    @property
    def effort(self) -> float | None:
        """Return our processor seconds, servers included, over the reference's."""
        return _over(self.ours, self.reference, "effort")

    @property
    def state(self) -> str:
        """Return met, missed, or not measured."""
        figure = self.ours.peak_mb if self.of_memory and self.ours else self.ratio
        return "not measured" if figure is None else "met" if figure <= self.limit else "MISSED"

    def plain(self) -> dict[str, Any]:
        """Return the verdict as JSON takes it."""
        found: dict[str, Any] = {"what": self.what, "limit": self.limit, "against": self.against, "state": self.state}
        if self.of_memory:
            return found | {"peak_mb": self.ours.peak_mb if self.ours else None}
        ours, reference = (one.seconds if one else None for one in (self.ours, self.reference))
        ratios = {"ratio": self.ratio, "effort_ratio": self.effort}
        return found | {"seconds": ours, "reference_seconds": reference, "rows": self.rows} | ratios


def _over(ours: Measured | None, reference: Measured | None, figure: str) -> float | None:
    if ours is None or reference is None:
        return None
    below = float(getattr(reference, figure))
    return float(getattr(ours, figure)) / below if below else None


def judge(found: Results) -> list[Verdict]:
    """Return every budget that this benchmark can judge."""
    steps, upsert, lines, others = (
        {name: one for name, one in group.items() if not one.error}
        for group in (found.steps, found.upsert, found.lines, found.references)
    )
    copy, again, first, load = others.get("copy"), others.get("copy_changed"), lines.get("first"), steps.get("load")
    rows, loaded, changed = sum(found.rows.values()), copy.rows if copy else 0, again.rows if again else 0
    shape = others.get("copy_target")
    reader, peer, room, check = others.get("connectorx"), others.get("dlt"), upsert.get("load"), steps.get("validate")
    return [
        Verdict("load, first load", 3, load, "\\copy into a plain table", copy, loaded),
        Verdict("load, first load, same tables", 3, load, "\\copy into the target's own tables", shape, loaded),
        Verdict("load, upsert of changed rows", 5, room, "\\copy of the same rows", again, changed),
        Verdict("extract to Parquet", 1.5, steps.get("extract"), "connectorx, nothing written", reader, rows),
        Verdict("whole line, strong keys", 3, first, "dlt, extract and load alone", peer, rows),
        Verdict("whole line, saved model", 7, lines.get("modelled"), "dlt, extract and load alone", peer, rows),
        Verdict("validation", 0.5, check, "our load", load, loaded),
        Verdict("unchanged re-run, everything read again", 0.3, lines.get("again"), "our first run", first, rows),
        Verdict("unchanged re-run, window", 0.3, lines.get("quiet"), "our first run", first),
        *_memory(steps),
        *_modelled_memory(lines),
    ]


def _memory(steps: dict[str, Measured]) -> Iterable[Verdict]:
    outside = [one for name, one in steps.items() if name != "match"]
    if outside:
        highest = max(outside, key=lambda one: one.peak_mb)
        yield Verdict(f"peak memory outside match ({highest.what})", MEMORY_MB, highest, "bound")
    if "match" in steps:
        yield Verdict("peak memory in match", MATCH_MEMORY_MB, steps["match"], "bound")


def _modelled_memory(lines: dict[str, Measured]) -> Iterable[Verdict]:
    if "modelled" in lines:
        yield Verdict("peak memory, line with a saved model", MATCH_MEMORY_MB, lines["modelled"], "bound")


def table(found: Results) -> str:
    """Return the budgets and every measured process as text."""
    rows = ", ".join(f"{count:,} in {name}" for name, count in found.rows.items())
    parts = [f"{rows}, read from {found.source}; {found.changed:,} rows changed for the upsert"]
    parts += [f"load average {found.load:.1f} on {os.cpu_count()} processors", "", *_budgets(found)]
    parts += ["", *_processes(found)]
    missing = [f"not measured: {name}: {one.error}" for name, one in found.references.items() if one.error]
    return "\n".join([*parts, *missing, *(f"FAILED {line}" for line in found.failed)])


def _budgets(found: Results) -> Iterable[str]:
    yield (
        f"{'budget':<42}{'limit':>8}{'ours':>10}{'rows/s':>10}{'reference':>11}{'ratio':>9}{'cpu ratio':>11}"
        f"  {'':<14}held against"
    )
    for line in judge(found):
        limit = f"{line.limit:g} MB" if line.of_memory else f"{line.limit:g} x"
        rate = f"{line.rows / line.ours.seconds:,.0f}" if line.rows and line.ours else ""
        ours = f"{line.ours.peak_mb:.0f} MB" if line.ours and line.of_memory else _seconds(line.ours)
        yield (
            f"{line.what:<42}{limit:>8}{ours:>10}{rate:>10}{_seconds(line.reference):>11}{_times(line.ratio):>9}"
            f"{_times(line.effort):>11}  {line.state:<14}{line.against}"
        )


def _processes(found: Results) -> Iterable[str]:
    yield f"{'process':<30}{'seconds':>10}{'whole':>10}{'cpu':>10}{'servers':>10}{'peak MB':>10}{'rows/s':>11}"
    groups = {"": found.steps, "changed: ": found.upsert, "line, ": found.lines, "reference: ": found.references}
    for prefix, group in groups.items():
        for name, one in group.items():
            if not one.error:
                rate = f"{one.rate:,.0f}" if one.rows else ""
                yield (
                    f"{prefix + name:<30}{one.seconds:>10.2f}{one.process_seconds:>10.2f}{one.cpu_seconds:>10.2f}"
                    f"{one.server_seconds:>10.2f}{one.peak_mb:>10.0f}{rate:>11}"
                )


def _seconds(one: Measured | None) -> str:
    return "-" if one is None else f"{one.seconds:.2f} s"


def _times(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} x"
