"""What a person who sits before the import wizard must know, as a sheet in XLSX files and as README.txt."""

from collections.abc import Iterator
from datetime import UTC, datetime

from crm_migration.load.import_files.layout import Layout
from crm_migration.load.import_files.manifest import WORDS, Action, Manifest, Told
from crm_migration.mapping.import_files import ImportFiles

README = "README.txt"
_EXAMPLE = datetime(2026, 1, 31, 16, 5, 9, tzinfo=UTC)


def sheet_rows(layout: Layout, action: Action, number: int, names: list[str]) -> list[list[str]]:
    """Return the README sheet of one of an object's files; `names` are those of all series in order."""
    rows = [
        ["Object", layout.title],
        ["Import as", WORDS[action]],
        ["Step", f"{number} of {len(names)}"],
        ["Match records by", layout.key_label],
        *(["Order", f"{at}. {name}"] for at, name in enumerate(names, 1)),
    ]
    rows += [list(pair) for pair in settings_of(layout.settings)]
    rows += [["Column", column.label, column.field, column.form] for column in layout.columns]
    return rows


def settings_of(settings: ImportFiles) -> Iterator[tuple[str, str]]:
    """Yield what to choose in the wizard, and how it reads."""
    if settings.format == "csv":
        yield "Encoding", "UTF-8" if settings.encoding == "utf-8-sig" else settings.encoding.upper()
        yield "Separator", {"\t": "tab"}.get(settings.separator, settings.separator)
        yield "Decimal mark", settings.decimal_mark
    yield "Dates", _EXAMPLE.strftime(settings.date_format)
    yield "Moments", f"{_EXAMPLE.strftime(settings.moment_format)}, in the zone {settings.timezone}"
    yield "True and false", f"{settings.true_word} / {settings.false_word}"
    empty = settings.empty_word
    yield "Empty fields of updates", f"{empty} empties the field" if empty else "blank: most wizards leave the field"
    if settings.formula_cells == "quote":
        yield "Formulas", "a text that begins with = + - @ has a single quote before it, which is not part of it"


def readme_text(manifest: Manifest, layouts: dict[str, Layout]) -> str:
    """Return the README.txt of a folder."""
    settings = next(iter(layouts.values())).settings
    lines = ["Import these files with the CRM's import wizard, in this order.", "Wait for each import to end.", ""]
    for one in manifest.files:
        layout = layouts[one.object]
        lines.append(
            f"{one.order}. {one.file}: {layout.title}, {WORDS[one.action]}, {one.rows} records, "
            f"matched by {layout.key_label}"
        )
    lines += ["", "Choose in the wizard:", *(f"- {name}: {value}" for name, value in settings_of(settings))]
    lines += ["", "References hold the external id of the record that they point at.", *_told(manifest.objects)]
    lines += ["", "Afterwards, download the wizard's result files (records that failed, and those that did not)."]
    return "\r\n".join(lines) + "\r\n"


def _told(objects: list[Told]) -> Iterator[str]:
    for one in objects:
        where = f"{one.object}, {WORDS[one.action]}"
        for name, count in one.quoted.items():
            yield f"{where}: {count} cells of {name} have a single quote before what looks like a formula."
        for name, count in one.inexact.items():
            yield f"{where}: {count} cells of {name} hold less than the record does."
        if one.refused:
            yield f"{where}: {one.refused} records are in no file, because no cell can hold one of their values."
