"""What a run's report holds: one frozen model that the page, the JSON file and the console all print.

Everything is counts, field names, source keys and messages; of the values of customers' rows only those are in it
that `quality_parts` names. What is None was not reached by the run.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from crm_migration.report.approval import Approval
from crm_migration.report.part import Part
from crm_migration.report.quality_parts import Quality
from crm_migration.report.settlement import Settlements

Status = Literal["green", "red", "rolled_back", "planned", "sample_only"]
Mode = Literal["full", "sample_only", "dry_run"]
CheckStatus = Literal["pass", "fail", "info"]
Outcome = Literal["inserted", "updated", "unchanged", "merged", "rejected", "filtered"]

OUTCOMES: tuple[Outcome, ...] = ("inserted", "updated", "unchanged", "merged", "rejected", "filtered")
EXAMPLES = 20
DOCUMENTS = 50


@dataclass(frozen=True)
class StepTiming:
    """How long one step took; `entity` is None where it serves them all."""

    step: str
    entity: str | None
    rows: int
    seconds: float


@dataclass(frozen=True)
class BackupFact:
    """The before-image of one entity's records, taken before the load."""

    entity: str
    path: str
    rows: int
    sha256: str
    created_at: datetime | None = None


@dataclass(frozen=True)
class RunFacts:
    """What the caller knows about the run and the staged tables do not tell."""

    run_id: str
    source: str
    target: str
    mapping_sha256: str
    mapping_path: str
    window_start: datetime | None
    window_end: datetime | None
    status: Status
    started_at: datetime
    finished_at: datetime | None
    mode: Mode = "full"
    steps: list[StepTiming] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    backups: list[BackupFact] = field(default_factory=list)
    undo_command: str | None = None


class KeyList(Part):
    """How many rows something holds for, and the first source keys of them."""

    count: int = 0
    keys: tuple[str, ...] = Field((), description=f"The first {EXAMPLES} source keys at most.")


class OutcomeCounts(Part):
    """Rows by the state they ended in."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    filtered: int = 0

    @property
    def total(self) -> int:
        """Return the rows that ended in any state."""
        return sum(self.as_dict().values())

    @property
    def records(self) -> int:
        """Return the golden records that are in the target because of these rows."""
        return self.inserted + self.updated + self.unchanged

    def as_dict(self) -> dict[Outcome, int]:
        """Return outcome to rows, in the order of the identity."""
        return {outcome: getattr(self, outcome) for outcome in OUTCOMES}


class Identity(Part):
    """extracted = inserted + updated + unchanged + merged + rejected + filtered, checked by source key."""

    extracted: int | None = Field(None, description="Rows read from the source; null: extract was not reached.")
    counts: OutcomeCounts | None = Field(None, description="Rows per outcome; null: the load was not reached.")
    missing: KeyList = Field(KeyList(), description="Extracted rows that ended in no state.")
    doubled: KeyList = Field(KeyList(), description="Extracted rows that ended in more than one state.")
    unexpected: KeyList = Field(KeyList(), description="Keys with an outcome that no extracted row has.")
    contradicted: KeyList = Field(
        KeyList(), description="Rows that cleaning rejected or filtered, but whose outcome says otherwise."
    )
    examples: dict[Outcome, tuple[str, ...]] = Field({}, description="The first source keys of each outcome.")
    holds: bool | None = Field(None, description="Whether every row is accounted for once; null: cannot be told.")


class Stage(Part):
    """One level of the funnel, and the rows that left before it."""

    name: Literal["extracted", "kept", "clean", "records", "written"]
    rows: int | None
    lost: int | None = Field(None, description="Rows of the level above that are not in this one.")


class Example(Part):
    """One rejected row: its key, and what was expected and what to do; never its value."""

    key: str
    message: str


class Rejection(Part):
    """Rejected rows with one reason in one field."""

    reason: str
    field: str | None
    step: str = Field(description="clean or load")
    rows: int
    examples: tuple[Example, ...]


class FilterCount(Part):
    """Rows that one of the mapping's filters left out."""

    name: str
    rows: int
    keys: tuple[str, ...]


class MergedBy(Part):
    """Rows that joined another one through a strong key."""

    key: str
    rows: int


class Taken(Part):
    """Which fields of a golden record hold the value of one member."""

    key: str | None = Field(description="Source key of the member; null: combined from several.")
    fields: tuple[str, ...]


class MergeExample(Part):
    """One golden record with its members, by source key."""

    golden: str
    master: str | None = Field(description="Its master row; null: another source's.")
    size: int
    members: tuple[str, ...]
    merged_by: tuple[str, ...]
    taken: tuple[Taken, ...] = Field((), description="Only fields in which the members differ.")


class ModelUsed(Part):
    """The statistical model that matching asked."""

    origin: Literal["saved", "trained", "none"] = Field(
        description="saved: beside the mapping; trained: in this run; none: there was too little to learn from."
    )
    sha256: str | None = Field(None, description="Of all that decides a score.")
    prior: float | None = Field(None, description="Probability that two rows at random are one customer.")
    scored_pairs: int | None = Field(None, description="Pairs of rows that were scored.")
    merged: int = Field(description="Rows that this run merged by it.")
    merge_at: float | None = Field(None, description="Least probability to merge.")
    review_at: float | None = Field(None, description="Least probability to be shown to a person.")
    labels: int | None = Field(None, description="Judged pairs that both were learned from; 0: the mapping's own.")


class Merges(Part):
    """How many rows became how many records, and through which keys."""

    records: int = Field(description="Golden records that this run touches.")
    merged_records: int = Field(description="Golden records with more than one member.")
    merged_rows: int = Field(description="Rows of this run that are not their record's master.")
    largest: int = Field(description="Members of the largest golden record.")
    by_key: tuple[MergedBy, ...] = Field(description="Rows that this run merged.")
    earlier: int = Field(description="Rows that an earlier run had merged already.")
    examples: tuple[MergeExample, ...]
    model: ModelUsed | None = Field(None, description="null: the mapping asks for none, or no row was new.")


class ReviewReason(Part):
    """Pairs that a guard kept apart, for a person to decide."""

    rule: str
    reason: str
    pairs: int
    examples: tuple[tuple[str, str], ...]


class SampleReason(Part):
    """Records that are in the sample for one reason."""

    why: str
    records: int


class Sample(Part):
    """The sample of one entity."""

    records: int
    of: int | None = Field(description="Golden records of the entity.")
    why: tuple[SampleReason, ...]
    uncovered: tuple[str, ...] | None = Field(None, description="What no record of it covers; null: not known.")


class StepState(Part):
    """One staged table: whether the run reached it, and its manifest."""

    step: str
    reached: bool
    rows: int | None = None
    sha256: str | None = None
    facts: dict[str, Any] = Field({}, description="What the step tells about itself.")


class GoneRecords(Part):
    """Records that were treated alike because rows of theirs were gone from the source, or there again."""

    action: Literal["deleted", "flagged", "reinserted", "unflagged", "kept", "noted"]
    reason: str | None = Field(description="Why the record was kept; null where nothing stood against the action.")
    records: int
    keys: tuple[str, ...] = Field(description=f"The first {EXAMPLES} source keys at most.")


class SourceDeletes(Part):
    """Rows of an entity that the source no longer has, and what became of the records that stood on them."""

    policy: Literal["flag", "delete"]
    rows_gone: int = Field(description="Rows that the runs before had seen, and this one did not.")
    known: int = Field(description="Rows that the runs before had seen.")
    unread: int = Field(description="Rows that could not be read: while there are any, no row counts as gone.")
    records: tuple[GoneRecords, ...]


class SourceDocument(Part):
    """One file or sheet that was read, and how it was understood."""

    name: str
    format: str | None = Field(None, description="null: not told.")
    details: dict[str, Any] = Field({}, description="Encoding, separator, sheet and the like, as far as they apply.")
    rows: int = Field(description="Rows that were read, those that could not be read among them.")
    unreadable: int = Field(description="Rows that could not be read, and are rejected.")
    notes: tuple[str, ...] = Field((), description="What was guessed or left out.")


class SourceDocuments(Part):
    """The files and sheets that an entity's rows were read from."""

    count: int
    listed: tuple[SourceDocument, ...] = Field(
        description=f"The first {DOCUMENTS}, those with notes or unreadable rows ahead."
    )


class EntityReport(Part):
    """Everything about one entity."""

    name: str
    origin: str = Field(description="Source table, file or pattern, sheet, or 'query'.")
    object: str = Field(description="Target table.")
    steps: tuple[StepState, ...]
    identity: Identity
    funnel: tuple[Stage, ...]
    rejections: tuple[Rejection, ...] | None
    filters: tuple[FilterCount, ...] | None
    merges: Merges | None
    review: tuple[ReviewReason, ...] | None
    quality: Quality | None
    sample: Sample | None
    source_deletes: SourceDeletes | None = Field(None, description="null: not asked for, or not reached.")
    documents: SourceDocuments | None = Field(None, description="null: a database, or extract was not reached.")


class SourceChange(Part):
    """One kind of change of one entity's source since the last load, and what the run made of it."""

    entity: str
    kind: Literal["new_columns", "missing_columns", "changed_types", "reordered_columns", "new_values"]
    title: str = Field(description="The kind in words.")
    found: str = Field(description="What has changed, in words.")
    policy: Literal["evolve", "freeze", "discard"]
    done: str = Field(description="What the run made of it, in words.")
    columns: tuple[str, ...]
    types: tuple[tuple[str, str], ...] = Field((), description="What each of the columns was, and is now.")
    fields: tuple[str, ...] = Field((), description="Fields of the mapping that the change touches.")
    values: tuple[str, ...] = Field((), description="New codes of a choice field.")
    stops: bool = Field(description="Whether the run ended for it before anything was loaded.")
    rows: int | None = Field(None, description="Rows in which a new value was read as empty; null: not counted.")


class Check(Part):
    """One line of the reconciliation."""

    validation: str = Field(description="completeness, accuracy, validity or acceptance")
    entity: str
    field: str | None
    name: str = Field(description="Expectation type or name of the check.")
    source_value: str | None = Field(description="What was meant; null where it would quote a single row.")
    target_value: str | None = Field(description="What was found; null where it would quote a single row.")
    difference: str | None
    tolerance: str | None
    status: CheckStatus
    failing: int
    failing_keys: tuple[str, ...]
    engine: str
    seconds: float | None


class Checks(Part):
    """All checks of one validation."""

    passed: int
    failed: int
    info: int
    seconds: float
    lines: tuple[Check, ...]


class Undo(Part):
    """How to undo the load, and the backups that make it possible."""

    possible: bool
    command: str
    dag: str
    dag_conf: dict[str, str]
    backups: tuple[BackupFact, ...]


class Verdict(Part):
    """The run in words."""

    state: Status
    headline: str
    summary: str
    reasons: tuple[str, ...] = Field(description="What needs attention; empty when nothing does.")


class Report(Part):
    """One run of one mapping."""

    schema_version: Literal["1"] = "1"
    facts: RunFacts
    description: str
    verdict: Verdict
    totals: OutcomeCounts | None = Field(description="Over all entities; null: no load was reached.")
    extracted: int | None
    entities: tuple[EntityReport, ...]
    changes: tuple[SourceChange, ...] = Field((), description="What has changed at the source since the last load.")
    sample_checks: Checks | None
    full_checks: Checks | None
    approval: Approval | None = Field(None, description="null: nobody was asked, or nobody has answered yet.")
    undo: Undo
    settled: Settlements = Field(Settlements(), description="What later runs have made of the rejected rows.")

    @property
    def planned(self) -> bool:
        """Return whether this is a plan: nothing was written."""
        return self.facts.mode == "dry_run" or self.facts.status == "planned"

    @property
    def seconds(self) -> float | None:
        """Return the wall-clock time of the run; its steps added up where a plan has no start on record."""
        if self.facts.finished_at is None:
            return None
        wall = (self.facts.finished_at - self.facts.started_at).total_seconds()
        steps = [step.seconds for step in self.facts.steps]
        return sum(steps) if steps and wall < max(steps) else wall
