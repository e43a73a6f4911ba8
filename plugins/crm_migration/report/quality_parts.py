"""The parts of the report about fields: how full they are, what their values are like, what has no entry.

The only values of rows that a report holds are here: those of fields that choose among few (choices, booleans,
countries, languages), and of choices without an entry.
"""

from pydantic import Field

from crm_migration.report.part import Part


class FieldQuality(Part):
    """How full a field is before and after, and how many of its values cleaning changed."""

    field: str
    kind: str
    source_filled: int = Field(description="Clean rows for which the source held something.")
    clean_filled: int = Field(description="Clean rows with a value after cleaning.")
    golden_filled: int | None = Field(description="Golden records with a value; null: match was not reached.")
    changed: int = Field(description="Values that cleaning rewrote.")


class Amount(Part):
    """Control totals of one money field, exact."""

    field: str
    clean: str = Field(description="Sum over the clean rows.")
    golden: str | None = Field(description="Sum over the golden records; null: match was not reached.")


class ValueCount(Part):
    """A value of a field that chooses among few, and how often it came."""

    value: str
    rows: int


class SideProfile(Part):
    """What a field's values are like on one side: in the rows of the source, or in the clean ones."""

    rows: int = Field(description="Rows looked at: before, those no rule left out; after, those that came out clean.")
    filled: int
    distinct: int
    more: bool = Field(description="Whether there are more distinct values than that.")
    shortest: int | None = Field(description="Characters of the shortest value; null: no text.")
    longest: int | None = Field(description="Characters of the longest value; null: no text.")
    top: tuple[ValueCount, ...] = Field(
        (), description="All values, only of kinds that choose among few, and only where there are few."
    )


class FieldProfile(Part):
    """A field before and after cleaning."""

    field: str
    kind: str
    before: SideProfile
    after: SideProfile
    changed: int = Field(description="Values of clean rows that cleaning rewrote.")
    invalid: dict[str, int] = Field(description="Values that could not be read, by reason.")
    flags: dict[str, int] = Field({}, description="Values that were kept and that a person may want to look at.")


class NoEntry(Part):
    """A value of a choice that its value map has no entry for; the proposal never goes into the data."""

    field: str
    value: str
    rows: int
    proposal: str | None = Field(description="The target's value that is most alike; null: none is.")
    likeness: int | None = Field(description="How much alike, in percent.")


class NoEntries(Part):
    """The values of one entity's choices that have no entry."""

    listed: tuple[NoEntry, ...] = Field(description="Most frequent first, so many of each field at most.")
    more_rows: int = Field(description="Rows with values that are not listed.")


class Quality(Part):
    """What cleaning and matching did to an entity's fields."""

    rows: int
    records: int | None
    fields: tuple[FieldQuality, ...]
    amounts: tuple[Amount, ...]
    profile: tuple[FieldProfile, ...] | None = Field(None, description="null: cleaning staged none.")
    no_entry: NoEntries | None = Field(None, description="null: every value of every choice has an entry.")
