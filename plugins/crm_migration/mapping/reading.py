"""How a file or a sheet is read: what a mapping may say where the content alone does not tell."""

from typing import Literal

from pydantic import Field

from crm_migration.mapping.fields import Strict

Format = Literal["delimited", "workbook", "json", "xml"]
Policy = Literal["evolve", "freeze", "discard"]


class DelimitedOptions(Strict):
    """Text with a separator between fields, such as CSV; what is left out is found from the content."""

    encoding: str | None = Field(None, description="Encoding by its Python name, such as `gb18030` or `cp1252`.")
    delimiter: str | None = Field(None, min_length=1, description="Separator between fields, of any length.")
    record_separator: str | None = Field(
        None, min_length=1, description="End of a record where it is not the end of a line."
    )
    quote: str | None = Field(None, max_length=1, description='Quotation mark; `""` for none.')
    escape: str | None = Field(None, max_length=1, description="Character that takes the meaning of the next one away.")
    comment: str | None = Field(None, min_length=1, description="Start of lines that are no records.")
    header_row: int | None = Field(
        None,
        ge=0,
        description="Line of the column names, counted from 1; 0 for none. Lines before are skipped.",
    )
    columns: list[str] = Field(default_factory=list, description="Column names of a file without a header.")
    footer_rows: int = Field(0, ge=0, description="Records at the end that are no rows, such as a total.")


class WorkbookOptions(Strict):
    """A sheet of a workbook, or a Google Sheet."""

    header_row: int | None = Field(
        None, ge=0, description="Row of the column names, counted from 1; 0 for none. Rows before are skipped."
    )
    columns: list[str] = Field(default_factory=list, description="Column names of a sheet without a header.")
    footer_rows: int = Field(0, ge=0, description="Rows at the end that are no records, such as a total.")
    merged: Literal["first", "fill"] = Field(
        "fill", description="Whether a merged cell's value stands in its first cell only or in all of them."
    )
    hidden: Literal["skip", "read"] = Field("skip", description="What becomes of hidden sheets that a pattern names.")


class JsonOptions(Strict):
    """JSON: an array, records below a path, or one record a line."""

    records: str | None = Field(
        None, description="Path to the records, such as `data.customers` or `customers.orders` for a child array."
    )
    encoding: str | None = Field(None, description="Encoding by its Python name; default: UTF-8, -16 or -32 as found.")


class XmlOptions(Strict):
    """XML: the elements at a path are the records."""

    records: str | None = Field(
        None, description="Path to the records' elements from the root, such as `crm/customers/customer`."
    )
    namespaces: dict[str, str] = Field(default_factory=dict, description="Prefix, as paths use it, to namespace.")


class ReadOptions(Strict):
    """How the entity's files or sheets are read."""

    format: Format | None = Field(None, description="Format; default: found from the content.")
    member: str | None = Field(None, description="File or pattern inside a zip archive; default: its only file.")
    delimited: DelimitedOptions = Field(DelimitedOptions(), description="For delimited text, such as CSV.")
    workbook: WorkbookOptions = Field(WorkbookOptions(), description="For workbooks and Google Sheets.")
    json_: JsonOptions = Field(JsonOptions(), alias="json", description="For JSON.")
    xml: XmlOptions = Field(XmlOptions(), description="For XML.")


class Drift(Strict):
    """What a change of the source since the last run means, by kind of change; reported before anything loads.

    `evolve` follows the change, `freeze` stops the run before anything loads, `discard` goes on without what
    changed. Columns and types are compared with those of the last run that loaded everything. What `evolve` follows
    is remembered and reported once, but for what the mapping reads and does not find; what `discard` leaves out is
    reported by every run. A run never goes on without a column that is read by the key, the watermark, a filter, a
    `required` field or the external id.
    """

    new_columns: Policy = Field("evolve", description="Columns that the last run did not see.")
    missing_columns: Policy = Field(
        "freeze",
        description="Columns that are gone. `evolve`: their fields are read as empty; `discard`: their fields are "
        "left as they are in the target.",
    )
    changed_types: Policy = Field(
        "evolve",
        description="Columns of another declared type; of files and sheets, columns that a field reads and whose "
        "values are of another kind. `discard`: as missing columns.",
    )
    reordered_columns: Policy = Field(
        "evolve", description="Known columns in another order; in JSON and XML there is none."
    )
    new_values: Policy = Field(
        "freeze",
        description="Values of a choice field that its value map lacks, unless the field says `on_invalid`. "
        "`evolve`: taken over as they are; `discard`: read as empty.",
    )
