"""The columns of an object's import files: which field stands under which header, and as what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from crm_migration.errors import MappingFault
from crm_migration.mapping.fields import File
from crm_migration.mapping.import_files import ImportFiles, ImportObject
from crm_migration.mapping.model import Boolean, Date, DateTime, FieldSpec, Integer, Number

Form = Literal["text", "phone", "boolean", "number", "date", "moment"]


@dataclass(frozen=True)
class Column:
    """One column of a file; `scale` is that of a number, `values` the wizard's label by code."""

    field: str
    label: str
    form: Form = "text"
    scale: int = 0
    values: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Layout:
    """The columns of an object's files, in order; `external_id` is the field that carries the source's key."""

    target_object: str
    external_id: str
    columns: tuple[Column, ...]
    settings: ImportFiles

    @property
    def fields(self) -> list[str]:
        """Return the fields in the order of their columns."""
        return [column.field for column in self.columns]

    @property
    def labels(self) -> list[str]:
        """Return the headers in order."""
        return [column.label for column in self.columns]

    @property
    def title(self) -> str:
        """Return what the wizard calls the object."""
        return self.of_object.title or self.target_object

    @property
    def of_object(self) -> ImportObject:
        """Return what the settings say of the object."""
        return self.settings.objects.get(self.target_object, ImportObject())

    @property
    def key_label(self) -> str:
        """Return the header of the external id."""
        return next(column.label for column in self.columns if column.field == self.external_id)


def layout_of(target_object: str, fields: Mapping[str, FieldSpec], external_id: str, settings: ImportFiles) -> Layout:
    """Return the layout of an object's files.

    The external id comes first where it is no field of the mapping. Files have no column: they lie beside.

    Raises:
        MappingFault: the settings name a field that is not there, two columns have one header, or there are more
            columns than the wizard takes.
    """
    chosen = settings.objects.get(target_object, ImportObject())
    cells = [name for name, spec in fields.items() if not isinstance(spec, File)]
    names = cells if external_id in cells else [external_id, *cells]
    _refuse_unknown(target_object, names, chosen)
    ordered = [*chosen.columns, *(name for name in names if name not in chosen.columns)]
    columns = tuple(_column(name, fields.get(name), chosen) for name in dict.fromkeys(ordered))
    _refuse_headers(target_object, columns, settings)
    return Layout(target_object, external_id, columns, settings)


def _column(name: str, spec: FieldSpec | None, chosen: ImportObject) -> Column:
    form, scale = _form(spec)
    return Column(name, chosen.labels.get(name, name), form, scale, chosen.values.get(name))


def _form(spec: FieldSpec | None) -> tuple[Form, int]:
    match spec:
        case Boolean():
            return "boolean", 0
        case Number():
            return "number", spec.scale
        case Integer():
            return "number", 0
        case Date():
            return "date", 0
        case DateTime():
            return "moment", 0
        case _:
            return ("phone" if spec is not None and spec.kind == "phone" else "text"), 0


def _refuse_unknown(target_object: str, names: list[str], chosen: ImportObject) -> None:
    unknown = sorted({*chosen.columns, *chosen.labels, *chosen.values} - set(names))
    if unknown:
        raise MappingFault(
            f"import files, object {target_object!r}: expected fields of the entity, found {unknown}; "
            "correct columns, labels or values"
        )


def _refuse_headers(target_object: str, columns: tuple[Column, ...], settings: ImportFiles) -> None:
    where = f"import files, object {target_object!r}"
    labels = [column.label for column in columns]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise MappingFault(f"{where}: expected a header of its own for each field, found {twice} twice; correct labels")
    if settings.format == "csv" and (strange := [label for label in labels if not _fits(label, settings.encoding)]):
        raise MappingFault(
            f"{where}: expected headers in letters of {settings.encoding}, found {strange}; take another encoding"
        )
    if len(columns) > settings.columns_per_file:
        raise MappingFault(
            f"{where}: expected at most {settings.columns_per_file} columns, which is what the import wizard takes, "
            f"found {len(columns)}; map fewer fields or raise columns_per_file"
        )


def _fits(label: str, encoding: str) -> bool:
    try:
        label.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
