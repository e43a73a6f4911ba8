"""How duplicate rows of an entity are found and merged: the mapping's `match` section."""

from typing import Literal

from pydantic import Field, model_validator

from crm_migration.mapping.fields import Strict

Strategy = Literal[
    "most_complete", "most_recent", "oldest", "longest", "most_frequent", "strictest", "aggregate", "survivor"
]
Compare = Literal["exact", "digits", "alphanumeric", "domain", "company"]


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
    max_holders: int = Field(5, ge=2, description="A key value held by more records than this identifies nobody.")


class Survivorship(Strict):
    """Which member's value the golden record keeps, field by field; blanks never win."""

    default: Strategy = "most_complete"
    recency: str | None = Field(None, description="Field whose date orders the members for most_recent and oldest.")
    fields: dict[str, Strategy] = Field(default_factory=dict)
    groups: list[list[str]] = Field(default_factory=list, description="Fields that move together, such as an address.")


class ModelFields(Strict):
    """Which field of the entity plays which part in the model; several for one part are tried in turn."""

    given_name: str | None = Field(None, description="Given name of a person.")
    family_name: str | None = Field(None, description="Family name of a person.")
    full_name: str | None = Field(None, description="Whole name, where a person's is not kept in parts.")
    company: str | None = Field(None, description="Name of the company; of a person: the employer's.")
    email: str | list[str] | None = Field(None, description="E-mail address.")
    phone: str | list[str] | None = Field(None, description="Phone number.")
    website: str | None = Field(None, description="Web site.")
    street: str | None = Field(None, description="House number and street.")
    postal_code: str | None = Field(None, description="Postal code.")
    city: str | None = Field(None, description="City.")
    birth_date: str | None = Field(None, description="Date of birth.")

    @property
    def named(self) -> dict[str, list[str]]:
        """Return the entity's fields of every part that is filled."""
        given = {part: getattr(self, part) for part in type(self).model_fields}
        return {part: [name] if isinstance(name, str) else name for part, name in given.items() if name}


class MatchModel(Strict):
    """A statistical model of how much each field's likeness says that two rows are one customer.

    It is trained without labels (Fellegi and Sunter 1969; Splink). Pairs at or above `merge` merge unless a guard
    objects, pairs at or above `review` are shown to a person. From 100 judged pairs on both are learned anew.
    """

    kind: Literal["person", "company"]
    fields: ModelFields
    merge: float | None = Field(
        None, gt=0.5, le=1, description="Least probability to merge; default: 0.99 for persons, 0.999 for companies."
    )
    review: float = Field(0.5, gt=0, lt=1, description="Least probability to be shown to a person.")
    chunks: int = Field(
        1,
        ge=1,
        le=100,
        description="How many parts the scoring is cut into, for workers to share; the result is the same.",
    )

    @property
    def merge_at(self) -> float:
        """Return the least probability at which a pair merges."""
        return self.merge if self.merge is not None else {"person": 0.99, "company": 0.999}[self.kind]

    @model_validator(mode="after")
    def _has_a_name(self) -> "MatchModel":
        parts = set(self.fields.named)
        names = {"company"} if self.kind == "company" else {"given_name", "family_name", "full_name"}
        if not parts & names:
            raise ValueError(f"expected a field for one of {', '.join(sorted(names))} in a model of kind {self.kind}")
        if parts <= names:
            raise ValueError("expected a field besides the name: names alone identify nobody")
        if self.review >= self.merge_at:
            raise ValueError(f"expected review below merge, which is {self.merge_at}, found {self.review}")
        return self


class MatchConfig(Strict):
    """How duplicate rows of this entity are found and merged: by strong keys, by a model, or by both."""

    keys: list[StrongKey] = Field(default_factory=list)
    model: MatchModel | None = None
    guards: Guards = Guards()
    survivorship: Survivorship = Survivorship()

    @model_validator(mode="after")
    def _something_to_match_by(self) -> "MatchConfig":
        if not self.keys and self.model is None:
            raise ValueError("expected keys, a model, or both")
        return self
