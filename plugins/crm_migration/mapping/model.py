"""The mapping: one data source, its entities, and how each field reaches the target.

Data only. Every class refuses unknown keys, is frozen, and types its scalars strictly, so that a YAML `NO`
or `010` can never pass as a country or a code.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

OnInvalid = Literal["reject", "null", "keep", "fail"]
OnMissingParent = Literal["reject", "null", "wait"]
OnTargetChange = Literal["keep", "overwrite", "reject"]
Strategy = Literal[
    "most_complete", "most_recent", "oldest", "longest", "most_frequent", "strictest", "aggregate", "survivor"
]
Compare = Literal["exact", "digits", "alphanumeric", "domain", "company"]


class Strict(BaseModel):
    """Frozen, strict, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class SourceConfig(Strict):
    """Where the rows come from."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$", description="Name of the source in the ledger, in paths and in reports."
    )
    kind: Literal["database"] = "database"
    connection: str = Field(description="Airflow connection id.")
    db_schema: str | None = Field(
        None, alias="schema", description="Schema that holds the tables; default: the connection's."
    )
    timezone: str = Field("UTC", description="IANA zone of times that carry none.")
    country: str | None = Field(
        None, pattern=r"^[A-Z]{2}$", description="ISO 3166 country of rows that name none."
    )


class TargetConfig(Strict):
    """Where the records go."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$", description="Name of the target; its Airflow pool carries it."
    )
    kind: Literal["sql"] = "sql"
    connection: str = Field(description="Airflow connection id.")
    db_schema: str | None = Field(None, alias="schema", description="Schema that holds the target's tables.")


class Filter(Strict):
    """Rows to leave out by rule; they are counted as `filtered`, by name."""

    name: str
    column: str
    equals: list[str] | None = None
    not_equals: list[str] | None = None
    is_null: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Filter":
        if sum(test is not None for test in (self.equals, self.not_equals, self.is_null)) != 1:
            raise ValueError("expected exactly one of equals, not_equals, is_null")
        return self


class FieldBase(Strict):
    """What every kind of field shares."""

    source: str | list[str] = Field(alias="from", description="Source column, or several that are joined.")
    required: bool = Field(False, description="A row without a value here is rejected.")
    default: str | None = Field(
        None, description="Value where the source has none; read like a source value."
    )
    on_invalid: OnInvalid = Field("reject", description="What to do with a value that cannot be read.")

    @property
    def columns(self) -> list[str]:
        """Return the source columns this field reads."""
        return [self.source] if isinstance(self.source, str) else list(self.source)


class TextBase(FieldBase):
    """Text-like fields: a length that the target can hold."""

    max_length: int | None = Field(None, gt=0, description="Longer values are invalid.")
    on_too_long: Literal["invalid", "truncate"] = "invalid"


class Text(TextBase):
    """Free text: NFC, HTML entities decoded, control characters removed, blanks trimmed."""

    kind: Literal["text"]
    separator: str = " "
    multiline: bool = Field(
        False, description="Keep line breaks; otherwise white space collapses to one blank."
    )
    html: Literal["entities", "keep"] = "entities"
    case: Literal["keep", "upper", "lower"] = "keep"


class Name(TextBase):
    """A person's or company's name: as text, and words all in capitals are re-cased."""

    kind: Literal["name"]
    separator: str = " "


class Email(TextBase):
    """An e-mail address: trimmed, `mailto:` removed, domain lower-cased, syntax checked."""

    kind: Literal["email"]


class Phone(TextBase):
    """A telephone number in E.164, with `;ext=` where the source gives an extension."""

    kind: Literal["phone"]
    country_from: str | None = Field(None, description="Source column that holds the row's country.")


class Date(FieldBase):
    """A calendar date in one of the declared formats; day and month are never guessed."""

    kind: Literal["date"]
    formats: list[str] = Field(default_factory=lambda: ["%Y-%m-%d"], min_length=1)
    zero_dates: OnInvalid = "null"


class DateTime(FieldBase):
    """A moment, stored in UTC."""

    kind: Literal["datetime"]
    formats: list[str] = Field(default_factory=lambda: ["iso"], min_length=1)
    timezone: str | None = Field(None, description="Zone of values that carry none; default: the source's.")
    zero_dates: OnInvalid = "null"


class Integer(FieldBase):
    """A whole number."""

    kind: Literal["integer"]
    minimum: int | None = None
    maximum: int | None = None
    thousands: str = ""


class Number(FieldBase):
    """An exact decimal number."""

    precision: int = Field(14, ge=1, le=38)
    scale: int = Field(2, ge=0, le=20)
    decimal_mark: Literal[".", ","] = "."
    thousands: str = ""
    rounding: Literal["refuse", "half_even"] = "refuse"


class DecimalNumber(Number):
    """An exact decimal number."""

    kind: Literal["decimal"]


class Money(Number):
    """An amount; currency signs and codes around it are removed."""

    kind: Literal["money"]


class Boolean(FieldBase):
    """True or false."""

    kind: Literal["boolean"]
    true: list[str] = Field(default_factory=lambda: ["1", "true", "t", "yes", "y", "on"])
    false: list[str] = Field(default_factory=lambda: ["0", "false", "f", "no", "n", "off"])


class Choice(TextBase):
    """A code that the value map translates; a value without an entry is invalid."""

    kind: Literal["choice"]
    values: dict[str, str] = Field(min_length=1)
    ignore_case: bool = True


class Country(TextBase):
    """A country, as ISO 3166-1 alpha-2."""

    kind: Literal["country"]
    values: dict[str, str] = Field(default_factory=dict, description="Spellings beyond the built-in ones.")


class Language(TextBase):
    """A language, as BCP 47."""

    kind: Literal["language"]
    values: dict[str, str] = Field(default_factory=dict)


class Url(TextBase):
    """A web address with its scheme; the host lower-cased."""

    kind: Literal["url"]


class Address(TextBase):
    """One part of a postal address."""

    kind: Literal["address"]
    part: Literal["street", "city", "state", "postal_code"]
    country_from: str | None = None


class Reference(FieldBase):
    """The key of another entity's row; resolved through the crosswalk when the record is loaded."""

    kind: Literal["reference"]
    to: str | None = Field(None, description="Entity that the key belongs to.")
    type_from: str | None = Field(None, description="Source column that names the parent's type.")
    types: dict[str, str] = Field(
        default_factory=dict,
        description="Type value to entity; a type without entry means no reference here.",
    )
    on_missing_parent: OnMissingParent = "reject"
    null_together: list[str] = Field(
        default_factory=list, description="Fields emptied with this one when the parent is missing."
    )

    @model_validator(mode="after")
    def _one_target(self) -> "Reference":
        if (self.to is None) == (self.type_from is None) or (self.type_from is not None and not self.types):
            raise ValueError("expected either 'to', or 'type_from' with 'types'")
        return self

    @property
    def entities(self) -> list[str]:
        """Return the entities this field may refer to."""
        return [self.to] if self.to else sorted(set(self.types.values()))


class Owner(FieldBase):
    """A user of the target, found by a natural key such as the e-mail address or user name."""

    kind: Literal["owner"]
    object: str = Field(description="Target table that holds the users.")
    by: str = Field(description="Its column that is compared, without regard to case.")
    id: str = Field("id", description="Its column whose value is stored.")


class Constant(Strict):
    """The same value in every record."""

    kind: Literal["constant"]
    value: str

    @property
    def columns(self) -> list[str]:
        """Return no columns: a constant reads none."""
        return []


FieldSpec = Annotated[
    Text
    | Name
    | Email
    | Phone
    | Date
    | DateTime
    | Integer
    | DecimalNumber
    | Money
    | Boolean
    | Choice
    | Country
    | Language
    | Url
    | Address
    | Reference
    | Owner
    | Constant,
    Field(discriminator="kind"),
]


class Similar(Strict):
    """A field that must also agree, so that a shared key alone does not merge two customers."""

    fields: list[str] = Field(min_length=1)
    by: Literal["person", "company"] = "person"
    at_least: float = Field(0.85, gt=0, le=1)


class StrongKey(Strict):
    """Rows equal in these fields are one customer, unless a guard objects."""

    name: str
    fields: list[str] = Field(min_length=1)
    compare: Compare = "exact"
    similar: Similar | None = None
    ignore: list[str] = Field(
        default_factory=list,
        description="Values that identify nobody, such as role mailboxes; `info@*` style patterns.",
    )


class Guards(Strict):
    """What sends a merge to review instead of performing it."""

    given_name: str | None = Field(None, description="Field whose clear difference forbids a merge.")
    max_cluster: int = Field(20, ge=2)
    max_holders: int = Field(
        5, ge=2, description="A key value held by more records than this identifies nobody."
    )


class Survivorship(Strict):
    """Which member's value the golden record keeps, field by field; blanks never win."""

    default: Strategy = "most_complete"
    recency: str | None = Field(
        None, description="Field whose date orders the members for most_recent and oldest."
    )
    fields: dict[str, Strategy] = Field(default_factory=dict)
    groups: list[list[str]] = Field(
        default_factory=list, description="Fields that move together, such as an address."
    )


class MatchConfig(Strict):
    """How duplicate rows of this entity are found and merged."""

    keys: list[StrongKey] = Field(min_length=1)
    guards: Guards = Guards()  # type: ignore[call-arg]
    survivorship: Survivorship = Survivorship()  # type: ignore[call-arg]


class EntityTarget(Strict):
    """The target's table, and how it is written."""

    object: str
    id: str = Field("id", description="Primary key that the target generates, or a client-side key.")
    external_id: str = Field(description="Unique field of the target that carries the source's key.")
    write: Literal["insert", "update", "upsert"] = "upsert"
    on_target_change: OnTargetChange = "keep"


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
    key: str | list[str]
    watermark: str | None = Field(None, description="Source column that grows with every change.")
    filters: list[Filter] = Field(default_factory=list)
    target: EntityTarget
    fields: dict[str, FieldSpec] = Field(min_length=1)
    match: MatchConfig | None = None
    expectations: list[Expectation] = Field(default_factory=list)
    acceptance: list[Acceptance] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_origin(self) -> "Entity":
        if (self.table is None) == (self.query is None):
            raise ValueError("expected exactly one of 'table' and 'query'")
        return self

    @property
    def key_columns(self) -> list[str]:
        """Return the source columns that form the key."""
        return [self.key] if isinstance(self.key, str) else list(self.key)

    @property
    def references(self) -> dict[str, Reference]:
        """Return the fields that point at other entities."""
        return {name: spec for name, spec in self.fields.items() if isinstance(spec, Reference)}

    @property
    def source_columns(self) -> list[str]:
        """Return every source column that the entity reads, each once, in order."""
        wanted = [*self.key_columns, *([self.watermark] if self.watermark else [])]
        wanted += [rule.column for rule in self.filters]
        for spec in self.fields.values():
            wanted += spec.columns
            wanted += [
                column for extra in ("country_from", "type_from") if (column := getattr(spec, extra, None))
            ]
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
    sum_difference: Decimal = Field(
        Decimal(0), strict=False, description="Difference between sums of an amount, in its currency."
    )


class Mapping(Strict):
    """A data source's whole mapping."""

    version: Literal["1"]
    description: str = ""
    source: SourceConfig
    target: TargetConfig
    schedule: str | None = Field(None, description="Cron expression; none: started by hand.")
    start_date: str = Field("2026-01-01", pattern=r"^\d{4}-\d{2}-\d{2}$")
    owner: str = "data-engineering"
    tags: list[str] = Field(default_factory=list)
    sample: SampleConfig = SampleConfig()  # type: ignore[call-arg]
    approval: Literal["automatic", "manual"] = "automatic"
    tolerances: Tolerances = Tolerances()  # type: ignore[call-arg]
    entities: dict[str, Entity] = Field(min_length=1)

    @property
    def first_day(self) -> date:
        """Return the first day a schedule covers."""
        return date.fromisoformat(self.start_date)
