"""Files for a CRM's own import wizard: how the wizard wants them, with presets for some CRMs.

Sizes of the presets are those that the vendors publish (state of 2026); whatever the mapping says itself goes first.
"""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from crm_migration.mapping.fields import Strict
from crm_migration.mapping.moments import NAMED, format_fault, zone_fault

Preset = Literal["salesforce", "hubspot", "zoho", "fxiaoke"]
FileEncoding = Literal["utf-8-sig", "utf-8", "gb18030", "gbk", "big5", "shift_jis", "euc_kr", "cp1252"]
MIB = 1 << 20
MOST_SHEET_ROWS = (1 << 20) - 1
"""Rows of a sheet, the header left out."""
FORMULA_STARTS = "=+-@\t\r\n\0＝＋－＠"
"""First characters that make a spreadsheet take a cell for a formula (OWASP: CSV injection; ASVS 5.0, 1.2.10)."""

PRESETS: dict[str, dict[str, Any]] = {
    "salesforce": {
        "encoding": "utf-8",
        "columns_per_file": 90,
        "moment_format": "%Y-%m-%dT%H:%M:%SZ",
        "unmentioned": "missing",
    },
    "hubspot": {"encoding": "utf-8", "readme": "file"},
    "zoho": {"encoding": "utf-8", "rows_per_file": 25_000, "bytes_per_file": 25 * MIB, "columns_per_file": 200},
    "fxiaoke": {"format": "xlsx", "timezone": "Asia/Shanghai", "true_word": "是", "false_word": "否"},
}


class ImportObject(Strict):
    """How the wizard shows one object."""

    title: str | None = Field(None, description="Name of the object in the wizard, for the README.")
    columns: list[str] = Field(
        default_factory=list, description="Fields in the order of their columns; those not named follow."
    )
    labels: dict[str, str] = Field(default_factory=dict, description="Header of a field; default: the field's name.")
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="By field: code, and the label that the wizard shows for it."
    )
    file_name: str | None = Field(
        None, description="Field that names the files of the object's records; default: the external id."
    )
    file_owner: list[str] = Field(
        default_factory=list,
        description="References to the record that a file belongs to, the first that is filled; default: the record "
        "itself.",
    )

    @field_validator("labels")
    @classmethod
    def _plain_labels(cls, labels: dict[str, str]) -> dict[str, str]:
        for field, label in labels.items():
            if label != " ".join(label.split()) or not label or label[0] in FORMULA_STARTS:
                raise ValueError(
                    f"{field}: expected a header without surplus blanks that begins with none of = + - @, found another"
                )
        return labels

    @field_validator("values")
    @classmethod
    def _one_code_a_label(cls, values: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for field, labels in values.items():
            if len(set(labels.values())) < len(labels):
                raise ValueError(f"{field}: expected a label of its own for each code, found one label twice")
        return values


class ImportResults(Strict):
    """Headers of the wizard's result files, beyond those that are known; compared without regard to case."""

    id: list[str] = Field(default_factory=list, description="Columns with the record's id in the CRM.")
    outcome: list[str] = Field(default_factory=list, description="Columns that say created, updated or failed.")
    reason: list[str] = Field(default_factory=list, description="Columns with the reason of a refusal.")


class ImportFiles(Strict):
    """Files for a CRM's import wizard."""

    preset: Preset | None = Field(None, description="CRM whose wizard's limits and forms are the defaults below.")
    format: Literal["csv", "xlsx"] = Field("csv", description="Format of the files.")
    encoding: FileEncoding = Field(
        "utf-8-sig", description="Encoding of CSV; `utf-8-sig` begins with the mark that Excel needs."
    )
    separator: Literal[",", ";", "\t", "|"] = Field(",", description="Separator between the fields of CSV.")
    date_format: str = Field("%Y-%m-%d", description="Form of dates, in % directives.")
    moment_format: str = Field("%Y-%m-%d %H:%M:%S", description="Form of moments, in % directives.")
    timezone: str = Field("UTC", description="IANA zone that moments are written in.")
    date_cells: bool = Field(True, description="Whether dates and moments are dates in XLSX, not text.")
    true_word: str = Field("true", min_length=1, description="What true is written as.")
    false_word: str = Field("false", min_length=1, description="What false is written as.")
    decimal_mark: Literal[".", ","] = Field(".", description="Decimal mark of numbers in CSV.")
    empty_word: str | None = Field(
        None,
        min_length=1,
        description="What stands in an empty field of an update so that the wizard empties it, such as `#N/A`; "
        "default: nothing, which most wizards take for no change.",
    )
    formula_cells: Literal["quote", "keep"] = Field(
        "quote",
        description="Texts that a spreadsheet would take for a formula: `quote` puts a single quote before them, "
        "`keep` writes the exact value (in XLSX as a cell that is marked as text).",
    )
    rows_per_file: int = Field(50_000, ge=1, le=MOST_SHEET_ROWS, description="Records of a file at most.")
    bytes_per_file: int = Field(100 * MIB, ge=1000, description="Bytes of a file at most.")
    columns_per_file: int = Field(500, ge=1, le=16_384, description="Columns of a file at most.")
    readme: Literal["sheet", "file"] = Field(
        "sheet",
        description="Whether an XLSX file explains itself on a second sheet, or only the README.txt beside it does, "
        "for wizards that take one sheet.",
    )
    unmentioned: Literal["loaded", "missing"] = Field(
        "loaded",
        description="What a record is that the wizard's result files do not mention: loaded, where they hold failures "
        "only, or missing.",
    )
    results: ImportResults = Field(
        ImportResults(), description="Headers of the wizard's result files beyond those that are known."
    )
    objects: dict[str, ImportObject] = Field(default_factory=dict, description="By name of the target's object.")

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        preset = given.get("preset")
        return {**PRESETS.get(preset, {}), **given} if isinstance(preset, str) else given

    @field_validator("date_format", "moment_format")
    @classmethod
    def _known_format(cls, pattern: str) -> str:
        wrong = "expected a form of % directives, found the name of one" if pattern in NAMED else format_fault(pattern)
        if wrong:
            raise ValueError(wrong)
        return pattern

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if wrong := zone_fault(name):
            raise ValueError(wrong)
        return name

    @model_validator(mode="after")
    def _fitting(self) -> "ImportFiles":
        if self.true_word == self.false_word:
            raise ValueError("expected different words for true_word and false_word, found the same")
        if self.moment_format.endswith("Z") and self.timezone != "UTC":
            raise ValueError("expected the zone UTC for a moment_format that ends in Z, found another")
        if self.format == "xlsx" and self.bytes_per_file < MIB:
            raise ValueError(f"expected bytes_per_file of at least {MIB} for xlsx, found less")
        return self
