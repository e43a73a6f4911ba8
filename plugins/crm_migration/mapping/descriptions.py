"""What each key of a mapping means, where the model's own field does not say it."""

from pydantic import BaseModel

from crm_migration.mapping.model import Constant, FieldBase

FORMATS = """\
Formats in the directives of strptime, or `iso`, `excel_serial`, `epoch_seconds`, `epoch_milliseconds`, `chinese`
(2024年5月1日, 民國113年5月1日), `roc` (113/05/01, years of the Republic of China); tried in order, and two that
could read one text differently are refused."""

DESCRIPTIONS = {
    "Mapping.version": "Version of this format, in quotes.",
    "Mapping.description": "What this migration is for; shown on the DAG's page.",
    "Mapping.source": "Where the rows come from.",
    "Mapping.target": "Where the records go.",
    "Mapping.start_date": "First day that a schedule covers.",
    "Mapping.owner": "Who looks after the DAG.",
    "Mapping.tags": "Tags of the DAG.",
    "Mapping.sample": "What is loaded and validated before everything else.",
    "Mapping.approval": "Whether a person approves the sample's results before the full load.",
    "Mapping.tolerances": "How much may go wrong before a run is red.",
    "Mapping.entities": "The kinds of records to move, by name; other entries refer to them by it.",
    "Filter.name": "Name under which the rows are counted.",
    "Filter.column": "Source column that is tested.",
    "Filter.equals": "Rows with one of these values are left out.",
    "Filter.not_equals": "Rows without one of these values are left out.",
    "Filter.is_null": "`true` leaves out rows without a value, `false` rows with one.",
    "Filter.matches": "Rows that one of these patterns fits are left out; `*` stands for anything, `?` for a letter.",
    "TextBase.on_too_long": "Whether a longer value is invalid or is cut off.",
    "Text.separator": "What is put between several source columns.",
    "Text.html": "What becomes of HTML: its entities are decoded, it is kept, or turned into the text that it shows; "
    "`escaped_text` where the source stores HTML escaped (`&lt;p&gt;`).",
    "Text.case": "Whether letters are turned into capitals or small ones.",
    "Name.separator": "What is put between several source columns.",
    "Date.formats": FORMATS,
    "Date.zero_dates": "What becomes of dates such as 0000-00-00.",
    "DateTime.formats": FORMATS,
    "DateTime.zero_dates": "What becomes of dates such as 0000-00-00.",
    "Integer.minimum": "Smaller numbers are invalid.",
    "Integer.maximum": "Greater numbers are invalid.",
    "Integer.thousands": "Mark between thousands, if the source writes one.",
    "Number.precision": "How many digits a number may have, decimals included.",
    "Number.scale": "How many of them are decimals.",
    "Number.decimal_mark": "Mark before the decimals.",
    "Number.thousands": "Mark between thousands, if the source writes one.",
    "Number.rounding": "Whether surplus decimals are invalid or rounded, halves to the even neighbour.",
    "Boolean.true": "Source values that mean true, without regard to case and width.",
    "Boolean.false": "Source values that mean false, without regard to case and width.",
    "Choice.values": 'Source value to target value; `""` stands for a blank on either side.',
    "Choice.ignore_case": "Whether source values are compared without regard to case and width.",
    "Language.values": "Spellings beyond the built-in ones.",
    "Address.part": "Which part of the address.",
    "Address.country_from": "Source column that holds the row's country.",
    "Phone.country_from": "Source column that holds the row's country.",
    "Reference.on_missing_parent": "What becomes of a row whose parent was not loaded.",
    "Constant.value": "The value.",
    "Similar.fields": "Fields that must be alike.",
    "Similar.by": "How they are compared: as names of persons or of companies.",
    "Similar.at_least": "Similarity from which they are alike.",
    "StrongKey.name": "Name of the key, kept with every merge it causes.",
    "StrongKey.fields": "Fields that must all be equal and filled.",
    "StrongKey.compare": "What of the values is compared.",
    "StrongKey.similar": "Fields that must also be alike.",
    "Guards.max_cluster": "A group of more rows goes to review.",
    "Survivorship.default": "Strategy of the fields that name none.",
    "Survivorship.fields": "Strategy by field.",
    "MatchConfig.keys": "What makes two rows one customer.",
    "MatchConfig.model": "A statistical model that weighs how alike the fields are.",
    "MatchModel.kind": "What the rows are: persons or companies.",
    "MatchModel.fields": "Which fields tell who it is.",
    "MatchConfig.guards": "What sends a merge to review.",
    "MatchConfig.survivorship": "Which values survive a merge.",
    "EntityTarget.object": "Table of the target.",
    "EntityTarget.write": "Whether records are only inserted, only updated, or both.",
    "EntityTarget.on_target_change": "What becomes of a field edited in the target since the last load.",
    "Expectation.type": "Name of the expectation, such as `expect_column_values_to_be_unique`.",
    "Expectation.kwargs": "Its arguments.",
    "Acceptance.name": "Name of the query in the report.",
    "Acceptance.sql": "The query, run on the target after the load.",
    "Acceptance.at_least_rows": "It must yield this many rows or more.",
    "Acceptance.no_rows": "`true`: it must yield none.",
    "Acceptance.equals": "Its first value, as text, must be this.",
    "Entity.table": "Source table; or `query`.",
    "Entity.query": "Query on the source instead of a table.",
    "Entity.key": "Source column, or columns, that identify a row.",
    "Entity.read": "How files and sheets are read, where the content does not tell.",
    "Entity.drift": "What a change of the source's columns and values means.",
    "Entity.filters": "Rows to leave out by rule.",
    "Entity.target": "Where the records go.",
    "Entity.fields": "Column of the target to how it is filled.",
    "Entity.match": "How duplicates are found and merged; none: every row is a record.",
    "Entity.expectations": "Further expectations on the loaded table.",
    "Entity.acceptance": "Queries that must answer as expected once everything is loaded.",
    "SampleConfig.share": "Share of the root records.",
    "SampleConfig.minimum": "At least this many.",
    "SampleConfig.maximum": "At most this many.",
}


def description(model: type[BaseModel], key: str) -> str | None:
    """Return what a key of a model means, None where nothing is known."""
    if key == "kind" and issubclass(model, FieldBase | Constant):
        return " ".join((model.__doc__ or "").split())
    for info_name, info in model.model_fields.items():
        if key in (info.alias, info_name) and info.description:
            return info.description
    named = (DESCRIPTIONS.get(f"{base.__name__}.{key}") for base in model.__mro__)
    return next((" ".join(text.split()) for text in named if text), None)
