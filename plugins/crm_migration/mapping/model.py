"""The mapping: one data source, its entities, and how each field reaches the target.

Data only. Every class refuses unknown keys, is frozen, and types its scalars strictly, so that a YAML `NO`
or `010` can never pass as a country or a code.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from crm_migration.mapping.api_options import FxiaokeOptions
from crm_migration.mapping.fields import (
    Address,
    Boolean,
    Choice,
    Constant,
    Country,
    Date,
    DateTime,
    DecimalNumber,
    Email,
    FieldBase,
    FieldSpec,
    Integer,
    Language,
    Money,
    Name,
    Number,
    OnInvalid,
    OnMissingParent,
    Owner,
    Phone,
    Reference,
    Strict,
    Text,
    TextBase,
    Url,
)
from crm_migration.mapping.import_files import ImportFiles
from crm_migration.mapping.matching import (
    Compare,
    Guards,
    MatchConfig,
    MatchModel,
    ModelFields,
    Similar,
    Strategy,
    StrongKey,
    Survivorship,
)
from crm_migration.mapping.notify import Notice
from crm_migration.mapping.reading import Drift, ReadOptions
from crm_migration.mapping.row_tests import Classification, ColumnTest, Filter, When
from crm_migration.mapping.target_review import TargetReview
from crm_migration.mapping.usage import Total

__all__ = [
    "Acceptance",
    "Address",
    "Boolean",
    "Choice",
    "Classification",
    "ColumnTest",
    "Compare",
    "Constant",
    "Country",
    "Date",
    "DateTime",
    "DecimalNumber",
    "Drift",
    "Email",
    "Entity",
    "EntityTarget",
    "Expectation",
    "FieldBase",
    "FieldSpec",
    "Filter",
    "Guards",
    "Integer",
    "Language",
    "Mapping",
    "MatchConfig",
    "MatchModel",
    "ModelFields",
    "Money",
    "Name",
    "Notice",
    "Number",
    "OnInvalid",
    "OnMissingParent",
    "OnSourceDelete",
    "OnTargetChange",
    "Owner",
    "Phone",
    "ReadOptions",
    "Reference",
    "SampleConfig",
    "Similar",
    "SourceConfig",
    "SourceKind",
    "Strategy",
    "Strict",
    "StrongKey",
    "Survivorship",
    "TargetConfig",
    "TargetReview",
    "Text",
    "TextBase",
    "Tolerances",
    "Total",
    "Url",
    "When",
]

OnTargetChange = Literal["keep", "overwrite", "reject"]
ON_ARRIVAL = "on_arrival"
OnSourceDelete = Literal["keep", "flag", "delete"]
SourceKind = Literal["database", "files", "google_sheet", "google_drive"]


class SourceConfig(Strict):
    """Where the rows come from."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$", description="Name of the source in the ledger, in paths and in reports."
    )
    kind: SourceKind = Field("database", description="Kind of source.")
    connection: str = Field(description="Airflow connection id.")
    db_schema: str | None = Field(
        None, alias="schema", description="Schema that holds the tables; default: the connection's."
    )
    folder: str | None = Field(
        None, description="Folder of the files below the connection's own; of a Google Drive, the folder's id."
    )
    recursive: bool = Field(False, description="Whether files in folders below are read too.")
    settle_seconds: int = Field(
        10, ge=0, description="A file is read once its size and time have stood still for so long."
    )
    spreadsheet: str | None = Field(None, description="Id of the Google Sheet, as its address has it.")
    timezone: str = Field("UTC", description="IANA zone of times that carry none.")
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$", description="ISO 3166 country of rows that name none.")


class TargetConfig(Strict):
    """Where the records go."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the target; its Airflow pool carries it.")
    kind: Literal["sql", "fxiaoke", "import_files"] = Field(
        "sql",
        description="`sql`: a database; `fxiaoke`: 纷享销客 by its Open API; `import_files`: files for an import "
        "wizard. The last two keep a ledger in a database.",
    )
    connection: str = Field(description="Airflow connection id; of `import_files`, of the folder that they are put in.")
    db_schema: str | None = Field(None, alias="schema", description="Schema that holds the target's tables.")
    ledger: str | None = Field(
        None, description="Of a target that is no database: connection id of the database of its ledger and replica."
    )
    fxiaoke: FxiaokeOptions = Field(FxiaokeOptions(), description="Of `kind: fxiaoke`: how records are written.")
    import_files: ImportFiles = Field(
        ImportFiles(), description="Of `kind: import_files`: how the import wizard wants its files."
    )


class EntityTarget(Strict):
    """The target's table, and how it is written."""

    object: str
    id: str = Field("id", description="Primary key that the target generates, or a client-side key.")
    external_id: str = Field(description="Unique field of the target that carries the source's key.")
    write: Literal["insert", "update", "upsert"] = "upsert"
    on_target_change: OnTargetChange = "keep"
    on_source_delete: OnSourceDelete = Field(
        "keep", description="What becomes of a record whose rows are all gone from the source, or filtered out there."
    )
    deleted_flag: str | None = Field(
        None, description="Boolean column of the target that `on_source_delete: flag` sets; no field of the mapping."
    )


class Expectation(Strict):
    """A Great Expectations expectation on the target's table, by its type name."""

    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)


class Acceptance(Strict):
    """A query a user of the target would run, and what its answer must be."""

    name: str
    sql: str
    at_least_rows: int | None = None
    no_rows: bool | None = None
    equals: str | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Acceptance":
        if sum(test is not None for test in (self.at_least_rows, self.no_rows, self.equals)) != 1:
            raise ValueError("expected exactly one of at_least_rows, no_rows, equals")
        return self


class Entity(Strict):
    """One kind of record: where its rows are, how they are cleaned and matched, where they go."""

    table: str | None = None
    query: str | None = None
    file: str | None = Field(None, description="Name or pattern (`*`, `?`, `[…]`) of the files that hold the rows.")
    sheet: str | None = Field(
        None, description="Sheet of the workbook or of the Google Sheet, by name or pattern; default: the first."
    )
    read: ReadOptions = ReadOptions()
    key: str | list[str]
    watermark: str | None = Field(None, description="Source column that grows with every change.")
    lag: str | None = Field(
        None,
        pattern=r"^[0-9]+[smhd]$",
        description="How much earlier than its interval a window begins, such as `2h`, for rows that arrive late.",
    )
    parts: int = Field(
        1,
        ge=1,
        le=100,
        description="How many parts the extract and the cleaning are cut into, for workers to share: a table or query "
        "by ranges of its key, documents by file. Each part shows a moment of its own.",
    )
    drift: Drift = Drift()
    filters: list[Filter] = Field(default_factory=list)
    when: When | None = Field(
        None,
        min_length=1,
        description="Which rows of a table that several entities read are this one's: a list of alternatives, each "
        "with columns and what they must hold.",
    )
    target: EntityTarget
    fields: dict[str, FieldSpec] = Field(min_length=1)
    match: MatchConfig | None = None
    expectations: list[Expectation] = Field(default_factory=list)
    acceptance: list[Acceptance] = Field(default_factory=list)
    search_by: list[str] = Field(
        default_factory=list,
        description="Fields by which users find records: after a load some are looked up by each, through the CRM's "
        "own interface where it has one.",
    )
    totals: list[Total] = Field(
        default_factory=list, description="Figures that users look at: they must be those of what was to be loaded."
    )
    _classification: Classification | None = PrivateAttr(None)
    _moments: Literal["us", "ms"] = PrivateAttr("us")

    @model_validator(mode="after")
    def _one_origin(self) -> "Entity":
        if sum(origin is not None for origin in (self.table, self.query, self.file or self.sheet)) != 1:
            raise ValueError("expected exactly one of table, query, file or sheet")
        return self

    @property
    def origin(self) -> str:
        """Return what the rows are read from, as messages name it."""
        if self.table is not None:
            return f"table {self.table!r}"
        if self.query is not None:
            return "query"
        file = f"file {self.file!r}" if self.file else ""
        return " ".join(part for part in (file, f"sheet {self.sheet!r}" if self.sheet else "") if part)

    @property
    def place(self) -> tuple[str | None, ...]:
        """Return what entities that read the same rows have in common."""
        query = None if self.query is None else " ".join(self.query.rstrip("; \n").split())
        return (self.table, query, self.file, self.sheet)

    @property
    def classification(self) -> Classification | None:
        """Return the rules of all entities that read the same rows; None where no rule chooses among them."""
        return self._classification

    @property
    def moments(self) -> Literal["us", "ms"]:
        """Return how exact a moment is that the target keeps."""
        return self._moments

    @property
    def late(self) -> timedelta:
        """Return by how much a window begins earlier than its interval."""
        seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}
        return timedelta(seconds=int(self.lag[:-1]) * seconds[self.lag[-1]]) if self.lag else timedelta()

    @property
    def key_columns(self) -> list[str]:
        """Return the source columns that form the key."""
        return [self.key] if isinstance(self.key, str) else list(self.key)

    @property
    def identifying_columns(self) -> list[str]:
        """Return the source columns that tell whether a row is there: of key, filters and rules, each once."""
        tested = [] if self._classification is None else self._classification.columns
        return list(dict.fromkeys([*self.key_columns, *(rule.column for rule in self.filters), *tested]))

    @property
    def chunks(self) -> int:
        """Return how many parts the scoring of pairs is cut into."""
        return self.match.model.chunks if self.match and self.match.model else 1

    @property
    def references(self) -> dict[str, Reference]:
        """Return the fields that point at other entities."""
        return {name: spec for name, spec in self.fields.items() if isinstance(spec, Reference)}

    @property
    def source_columns(self) -> list[str]:
        """Return every source column that the entity reads, each once, in order."""
        wanted = [*self.key_columns, *([self.watermark] if self.watermark else []), *self.identifying_columns]
        for spec in self.fields.values():
            wanted += spec.columns
            wanted += [column for extra in ("country_from", "type_from") if (column := getattr(spec, extra, None))]
        return list(dict.fromkeys(wanted))


class SampleConfig(Strict):
    """How many root records the sample holds before its references are added."""

    share: float = Field(0.01, gt=0, le=1)
    minimum: int = Field(50, ge=1)
    maximum: int = Field(500, ge=1)
    children: int = Field(5, ge=0, description="Children of each root and entity that come along at most.")


class Tolerances(Strict):
    """How much may go wrong before a run is red."""

    rejected_share: float = Field(0.05, ge=0, le=1, description="Share of an entity's rows.")
    deleted_share: float = Field(
        0.05, ge=0, le=1, description="Share of an entity's records that may be gone from the source at once."
    )
    sum_difference: Decimal = Field(
        Decimal(0), strict=False, description="Difference between sums of an amount, in its currency."
    )


class Mapping(Strict):
    """A data source's whole mapping."""

    version: Literal["1"]
    description: str = ""
    source: SourceConfig
    target: TargetConfig
    schedule: str | None = Field(
        None,
        description="Cron expression, or `on_arrival` to start a run when files have arrived; none: started by hand.",
    )
    start_date: str = Field("2026-01-01", pattern=r"^\d{4}-\d{2}-\d{2}$")
    owner: str = "data-engineering"
    tags: list[str] = Field(default_factory=list)
    sample: SampleConfig = SampleConfig()
    approval: Literal["automatic", "manual"] = "automatic"
    approval_timeout: str | None = Field(
        None,
        pattern=r"^[1-9][0-9]{0,4}[mhd]$",
        description="How long a person is waited for, such as `24h`; none: for ever.",
    )
    on_timeout: Literal["reject", "approve"] = Field("reject", description="What becomes of a sample nobody answers.")
    approval_examples: bool = Field(
        False,
        description="Whether values of customers' records are shown with the question; Airflow's database keeps it.",
    )
    tolerances: Tolerances = Tolerances()
    notify: list[Notice] = Field(default_factory=list, description="Whom to tell when a run needs somebody.")
    deadline: str | None = Field(
        None,
        pattern=r"^[1-9][0-9]{0,4}[mhd]$",
        description="How long after it was queued a run must be over, such as `6h`; else `deadline` is told.",
    )
    target_review: TargetReview = Field(
        TargetReview(), description="What the periodic review of the target looks for (`review_target`)."
    )
    entities: dict[str, Entity] = Field(min_length=1)

    @model_validator(mode="after")
    def _classify(self) -> "Mapping":
        """Let each entity know the rules of the others that read the same rows."""
        shared: dict[tuple[str | None, ...], dict[str, When]] = {}
        for name, entity in self.entities.items():
            if entity.when is not None:
                shared.setdefault(entity.place, {})[name] = entity.when
        for name, entity in self.entities.items():
            if entity.when is not None:
                entity._classification = Classification(name, shared[entity.place])  # noqa: SLF001 the model's own
            entity._moments = "ms" if self.target.kind == "fxiaoke" else "us"  # noqa: SLF001 the model's own
        return self

    @property
    def first_day(self) -> date:
        """Return the first day a schedule covers."""
        return date.fromisoformat(self.start_date)
