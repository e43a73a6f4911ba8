"""Where a run is disturbed: before and after each task, and inside those that write."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.faults import crm_points
from tests.faults.failpoints import Fault
from tests.faults.place import Step
from tests.faults.world import LINE, UNDO, Saves

FULL = os.environ.get("FAULTS") == "full"
"""Every point, with every action, on every target; else a choice of them."""

PIPELINE = "crm_migration.pipeline"
LOAD = "crm_migration.load"
STAGING = "crm_migration.staging.TableWriter"
PUBLISHED = "crm_migration.staging.replace_file"
LEDGER = "crm_migration.ledger.ledger.Ledger"
INNER: dict[Step, tuple[str, ...]] = {
    ("preflight",): (
        f"before {LEDGER}.begin_run",
        f"after {LEDGER}.begin_run",
        f"before {STAGING}.finish",
    ),
    ("extract_entity", "contact"): (f"before {PUBLISHED}", f"after {STAGING}.write"),
    ("clean_entity", "contact"): (f"before {PUBLISHED}", f"after {PUBLISHED}"),
    ("match_entity", "contact"): (f"before {PUBLISHED}", f"after {PUBLISHED}"),
    ("backup",): (
        f"before {PUBLISHED} 2",
        f"before {LOAD}.backup.verify",
        f"after {LOAD}.backup._record 2",
        f"before {LEDGER}.update_run",
    ),
    ("load_sample",): (
        f"after {LOAD}.sample.choose_sample",
        f"after {LEDGER}.check_fence",
        f"after {LOAD}.write._commit 2",
        f"before {LOAD}.link.link",
        f"after {LOAD}.link._note_batch",
    ),
    ("validate_sample",): (f"before {LEDGER}.write_reconciliation", f"after {LEDGER}.write_reconciliation"),
    ("load_entity", "account"): (
        f"before {LOAD}.load.decide",
        f"after {LOAD}.isolate._insert",
        f"after {LOAD}.write._write_crosswalk",
        f"before {LOAD}.write._revive",
        f"before {LOAD}.write._write_lineage",
        f"after {LOAD}.write._write_lineage",
        f"after {LEDGER}.check_fence",
        f"after {LOAD}.write._commit",
        f"before {LOAD}.load.decide 2",
        f"before {LOAD}.load.finish_outcomes",
        f"before {LEDGER}.write_rejected",
        f"after {LEDGER}.write_rejected",
        f"before {LOAD}.reviews.remember_review",
    ),
    ("load_entity", "contact"): (
        f"after {LOAD}.write._revive",
        f"after {LEDGER}.check_fence 2",
        f"after {LOAD}.write._commit",
    ),
    ("load_entity", "opportunity"): (f"after {LOAD}.write._commit 2", f"before {LOAD}.write.write_batch 3"),
    ("link_references",): (
        f"after {LOAD}.link._link_part",
        f"before {LOAD}.joined.retire_joined",
        f"after {LOAD}.joined.retire_joined",
    ),
    ("retire_records",): (
        f"after {LOAD}.retire._delete_all",
        f"after {LEDGER}.check_fence",
        f"after {LOAD}.retire._carry_out",
    ),
    ("validate_full",): (
        f"before {PIPELINE}.raise_if_failed",
        f"after {LEDGER}.write_watermark 2",
    ),
    LINE[-1]: ("after crm_migration.closing.write_report", f"before {LEDGER}.update_run"),
    UNDO: (
        f"after {LOAD}.rollback._unlink",
        f"after {LOAD}.rollback._restore",
        f"after {LOAD}.rollback._remove 2",
        f"after {LOAD}.rollback._undo_ledger",
        f"after {LEDGER}.check_fence",
        f"after {LOAD}.rollback._undo_all",
    ),
}
BOUNDARIES: tuple[Step, ...] = tuple(
    step for step in LINE if step[0] not in ("extract_entity", "clean_entity", "match_entity") or step[1] == "contact"
)
ALWAYS: frozenset[Step] = frozenset({LINE[0], ("load_sample",), ("load_entity", "account"), ("load_entity", "contact")})
"""Steps before which the undisturbed run is always saved: where faults from outside set in."""

AT_COMMITS = ("check_fence", "_commit", "_link_part", "_note_batch", "_carry_out", "_undo_all", "_undo_ledger")
"""Where the target itself decides what is kept: looked at on every kind of target."""
ALL_DONE = "_carry_out"
"""After this everything is committed, and the step may end without another word to the target."""

WRITING = (("load_sample",), ("load_entity", "account"), ("load_entity", "contact"), ("link_references",), UNDO)
"""Steps in which the ledger is lost while a CRM has taken something that it has not noted."""
NOT_OF_A_CRM = ("isolate._insert",)
"""What a load into a CRM does not come to."""
BOUNDED = 60
"""One in so many points of a CRM is tried in a bounded run."""
FIRST = ", first load"
SENDING: Step = ("load_entity", "account")
DEALS: Step = ("load_entity", "opportunity")
ACTS: Step = ("load_entity", "activity")


@dataclass(frozen=True)
class Point:
    """A step and the fault in it."""

    step: Step
    fault: Fault
    of: str = ""
    """Of which run, where it is not the one that most points are of."""

    @property
    def name(self) -> str:
        """Return what the table of results and the test's id call it."""
        step = " ".join(str(part) for part in self.step if part != ())
        short = self.fault.at.rpartition("crm_migration.")[2]
        call = f" {self.fault.call}" if self.fault.call > 1 else ""
        return f"{step}: {self.fault.action} {self.fault.when} {short}{call}{self.of}"


def _read(step: Step, text: str, action: str, of: str = "") -> Point:
    when, at, *call = text.split()
    return Point(step, Fault(at, when, int(call[0]) if call else 1, action), of)


def _boundary(step: Step, of: str = "") -> list[Point]:
    at = f"{PIPELINE}.{step[0]}"
    return [_read(step, f"before {at}", "kill", of), _read(step, f"after {at}", "kill", of)]


def _all(texts: Mapping[Step, Iterable[str]], actions: Iterable[str], of: str = "") -> list[Point]:
    return [_read(step, text, action, of) for step, some in texts.items() for text in some for action in actions]


def inner(kind: str) -> list[Point]:
    """Return the points inside the steps for one kind of target."""
    if kind == "fxiaoke":
        return _of_a_crm()
    every = _all(INNER, ("kill", "lose") if kind == "sqlite" else ("kill", "lose", "close"))
    if FULL:
        return every
    if kind == "sqlite":
        kills = [point for point in every if point.fault.action == "kill"]
        return [point for at, point in enumerate(kills) if at % 2 == 0 or point.fault.at.endswith(AT_COMMITS)]
    chosen = [point for point in every if point.fault.at.endswith(AT_COMMITS)]
    return [point for at, point in enumerate(chosen) if point.fault.action == ("kill", "close")[at % 2]]


def _some(every: list[Point]) -> list[Point]:
    """Return the points of a CRM that are tried: all, or few, of the middle rather than of the beginning."""
    return every if FULL else every[min(BOUNDED, len(every)) // 2 :: BOUNDED]


def _of_a_crm() -> list[Point]:
    """Return the points for a CRM: the line to it breaks where calls are sent, that to the ledger elsewhere."""
    shared = {
        step: [text for text in texts if not text.split()[1].endswith(NOT_OF_A_CRM)] for step, texts in INNER.items()
    }
    every = [point for point in _all(shared, ("kill", "lose")) if point.fault.action == "kill" or point.step in WRITING]
    every += _all(crm_points.INNER, ("kill",))
    every += _all(crm_points.LOST, ("lose", "close"))
    return _some(every)


def first_load() -> list[Point]:
    """Return the points of the first load into a CRM."""
    return _some(_all(crm_points.FIRST_LOAD, ("kill",), FIRST))


def looked_up() -> list[Point]:
    """Return the points at which the next attempt at a step dies as well that has died with records sent."""
    return _some([_read(SENDING, text, "kill", " after a kill") for text in crm_points.LOOKED_UP])


def boundaries(kind: str) -> list[Point]:
    """Return the points between the steps for one kind of target: in order, so that one run may meet them all."""
    return [point for step in BOUNDARIES for point in _boundary(step)]


def saved(kind: str) -> Saves:
    """Return before which steps of which run all is to be saved for these points."""
    found: Saves = defaultdict(set, two={point.step for point in inner(kind)} | ALWAYS)
    if kind == "fxiaoke":
        found["zero"] = {point.step for point in first_load()} | {LINE[0], SENDING, DEALS}
        found["two"] |= {ACTS, ("retire_records",)}
    return found
