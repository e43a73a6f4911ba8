"""Whatever the rows hold, the whole line accounts for each of them once, loads what clean meant, and takes it back."""

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm_migration import pipeline
from crm_migration.closing import undo
from crm_migration.job import Job
from crm_migration.mapping.model import Reference
from crm_migration.staging import open_table
from tests.cases import target
from tests.cases.circle import ENTITIES, KEYS, POINTS_AT, TABLES, Rows, good_row, make_source
from tests.cases.line import Case, counts, outcomes

# Thousands of small commits: seconds on a disk, nothing in memory.
IN_MEMORY = Path("/dev/shm")
KEPT_IN_LEDGER = ["crm_migration_crosswalk", "crm_migration_lineage", "crm_migration_load_batch"]
BLANKS = "\t\n\x0b\x0c\r \x85\u00a0\u3000"
HOSTILE = [
    "", " ", "NULL", "\\N", "\\", "\\.", "\x00", "nul\x00inside", "it's", '"quoted"', "''", "`tick`",
    "%s %(x)s :name ? $1", "'; DROP TABLE account; --", "=1+1", "@SUM(A1)", "{{ 7*7 }}",
    "<script>alert(1)</script>", "&amp;lt;b&amp;gt;", "&#0;", "a,b;c|d\te", "line\nbreak\r\nof two",
    "\x1b[31mred", "\ufeffmark", "zero\u200bwidth", "\u202eright to left", "שלום עולם", "مرحبا", "👩‍👩‍👧‍👦🇨🇳",
    "北京华信科技有限公司", "\u212b", "A\u030a", "ß ẞ İ ı", "𝒳", "\U0010ffff", "x" * 70, "長" * 300,
    "y" * 5000, "0042", "1e5", "NaN", "-0", "0x1F", "true", "1.234,56", "1,234.56",
    "99999999999999999999", "2024-02-30", "0000-00-00", "2024-02-29", "31.12.2023 23:59",
    "2024-03-31 02:30:00", "2024-10-27T02:30:00+02:00", "9999-12-31",
    "0001-01-01", "ann@example.org", "ANN@EXAMPLE.ORG", "two@@example.org", "+49 30 901820",
    "http://xn--e1afmkfd.example/%00", "DE", "Deutschland",
]  # fmt: skip
KEY_POOL = [
    *(f"k{number}" for number in range(1, 13)), " k1", "K2 ", "k3\u00a0", "a:b", "circle:k1",
    "circle.account:k1", "account|k1", "|", "k1⟨row 1⟩", "⟨row 2⟩", "k%_", "'k'", '"k"', "\\k", "k\nk", "ключ",
    "鍵", "e\u0301", "\u00e9", "👍", "k\x00", "", " ", None, "L" * 64, "L" * 65, "L" * 300, "L" * 300 + "2", "0",
    "00", "-1", "&amp;", "&",
]  # fmt: skip

BAD_KEYS = [*KEY_POOL, *(f"{letter}{number}" for letter in "kpdn" for number in (1, 2, 3)), *range(3)]
text = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=20))
anything = st.one_of(
    st.none(), text, st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.binary(max_size=4)
)
key = st.sampled_from(BAD_KEYS)


@st.composite
def tables(draw: st.DrawFn) -> Rows:
    """Draw 0 to 40 rows for each table: good ones, some with a few of their values replaced by anything."""
    rows: Rows = {}
    for table, columns in TABLES.items():
        of_column = {
            column: key if column == "id" or column in POINTS_AT else anything
            for column in columns
            if column != "deleted"
        }
        spoilt = st.one_of(*(st.tuples(st.just(column), values) for column, values in of_column.items()))
        least = draw(st.sampled_from([1, 15, 30] if table == "accounts" else [0, 1, 10, 20]))
        drawn = st.tuples(st.integers(0, 2**16), st.one_of(st.just([]), st.just([]), st.lists(spoilt, max_size=3)))
        lines = draw(st.lists(drawn, min_size=least, max_size=40))
        rows[table] = [good_row(table, number, choice) | dict(bad) for number, (choice, bad) in enumerate(lines, 1)]
    return rows


def first_load(job: Job, *, sampled: bool) -> None:
    """Carry out every step but the two validations, which cost seconds."""
    pipeline.prepare_steps(job)
    pipeline.backup(job)
    if sampled:
        pipeline.load_sample(job)
    for entity in job.order:
        pipeline.load_entity(job, entity)
    pipeline.link_references(job)


def expected_keys(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> tuple[set[str], int]:
    """Return the keys that exactly one row has, as the source prints them, and how many rows have none of these."""
    printed = Counter(key_of(row, columns) for row in rows)
    once = {
        found
        for found, times in printed.items()
        if found and times == 1 and "\x00" not in found and "⟨row " not in found
    }
    return once, len(rows) - len(once)


def key_of(row: dict[str, Any], columns: tuple[str, ...]) -> str | None:
    """Return the row's key as text, trimmed; None where a part of it is blank. In a key of parts `|` is marked."""
    parts = [printed(row[column]) for column in columns]
    trimmed = [part.strip(BLANKS) if part is not None else "" for part in parts]
    if len(trimmed) > 1:
        trimmed = [part.replace("\\", "\\\\").replace("|", "\\|") for part in trimmed]
    return "|".join(trimmed) if all(trimmed) else None


def printed(value: Any) -> str | None:
    """Return a value as SQLite prints it."""
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else repr(value)


def check_conservation(job: Job, rows: Rows) -> None:
    """Every row that the test wrote has ended once, under its own key wherever it has one."""
    for entity, table in ENTITIES.items():
        lines = outcomes(job, entity)
        ended = Counter(line["_key"] for line in lines)
        once, others = expected_keys(rows[table], KEYS[entity])
        assert all(times == 1 for times in ended.values()), entity
        assert once <= ended.keys(), entity
        assert len(ended) == len(once) + others == len(rows[table]), entity
        assert {line["outcome"] for line in lines if "⟨row " in line["_key"]} <= {"rejected", "filtered"}
        filtered = sum(row.get("deleted") == "1" for row in rows[table])
        assert sum(line["outcome"] == "filtered" for line in lines) == filtered


def check_content(job: Job, file: Path) -> None:
    """What stands in the target is what clean, or where rows were merged what match, meant; no more and no less."""
    ids = {entity: {line["_key"]: line["target_id"] for line in outcomes(job, entity)} for entity in ENTITIES}
    with closing(sqlite3.connect(file)) as database:
        database.row_factory = sqlite3.Row
        for entity, spec in job.mapping.entities.items():
            records = {str(row["id"]): dict(row) for row in database.execute(f"SELECT * FROM {spec.target.object}")}
            loaded = {
                line["_key"]: line["target_id"] for line in outcomes(job, entity) if line["outcome"] == "inserted"
            }
            assert sorted(loaded.values()) == sorted(records), entity
            clean = rows_of(job, entity, "clean")
            for key_text, record in rows_of(job, entity, "golden").items():
                if key_text in loaded:
                    if record["_members"] == 1:
                        assert {name: record[name] for name in spec.fields} == {
                            name: clean[key_text][name] for name in spec.fields
                        }
                    meant = {name: stored(record[name]) for name in spec.fields}
                    for reference, field in spec.references.items():
                        follow(meant, reference, field, ids)
                    found = records[loaded[key_text]]
                    assert {name: exact(found[name], meant[name]) for name in meant} == meant, entity


def rows_of(job: Job, entity: str, step: str) -> dict[str, dict[str, Any]]:
    """Return a staged table's rows by key."""
    return {row["_key"]: row for row in open_table(job.folder, entity, step).frame().to_dicts()}


def follow(meant: dict[str, Any], name: str, field: Reference, ids: dict[str, dict[str, str | None]]) -> None:
    """Replace a parent's source key by the id under which the parent was loaded, or empty it."""
    parent, _, key_text = (meant[name] or "").partition("|") if field.to is None else (field.to, "", meant[name])
    found = ids[parent].get(key_text) if meant[name] is not None else None
    if meant[name] is not None and found is None:
        meant.update(dict.fromkeys(field.null_together))
    meant[name] = None if found is None else int(found)


def stored(value: Any) -> Any:
    """Return a clean value as SQLite stores it."""
    match value:
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")
        case date():
            return value.isoformat()
        case bool():
            return int(value)
    return value


def exact(found: Any, meant: Any) -> Any:
    """Return a number that SQLite keeps as a real as the decimal it stands for."""
    return Decimal(str(found)).quantize(Decimal("0.01")) if isinstance(meant, Decimal) else found


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, Rows], Case]:
    """Make a case in an empty folder: its rows at the source, its target empty but for the ledger's tables."""
    folder = tmp_path_factory.mktemp("hostile")
    url = f"sqlite:///{folder / 'empty.sqlite'}"
    target.create(url, [])
    case = Case.of("circle", "sqlite://", url, folder)
    for job in closing_target(case.job("none")):
        job.target.ledger.migrate()

    def make(place: Path, rows: Rows) -> Case:
        source = make_source(place / "source.sqlite", rows)
        copyfile(folder / "empty.sqlite", place / "target.sqlite")
        return replace(case, source_url=source, target_url=f"sqlite:///{place / 'target.sqlite'}", root=place)

    return make


@given(rows=tables(), sampled=st.booleans())
@settings(
    derandomize=True, max_examples=20, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
def test_every_row_ends_once_as_meant_and_can_be_taken_back(
    fresh: Callable[[Path, Rows], Case], rows: Rows, sampled: bool
) -> None:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as name:
        case = fresh(Path(name), rows)
        for job in closing_target(case.job("one")):
            first_load(job, sampled=sampled)
            check_conservation(job, rows)
            check_content(job, Path(name) / "target.sqlite")
            full = held(Path(name) / "target.sqlite", target.OBJECTS)
            first = {entity: outcomes(job, entity) for entity in ENTITIES}
        for job in closing_target(case.job("two")):
            case.load(job)
            assert held(Path(name) / "target.sqlite", target.OBJECTS) == full
            check_repeated(job, first)
        for job in closing_target(case.job("one")):
            assert undo(job).differing == []
        assert not any(held(Path(name) / "target.sqlite", [*target.OBJECTS, *KEPT_IN_LEDGER]).values())


def held(file: Path, tables: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the tables."""
    with closing(sqlite3.connect(file)) as database:
        return {table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}


def check_repeated(job: Job, first: dict[str, list[dict[str, Any]]]) -> None:
    """Each row has ended as in the first run, and nothing was inserted again."""
    for entity, lines in first.items():
        again = {line["_key"]: line["outcome"] for line in outcomes(job, entity)}
        assert again == {line["_key"]: line["outcome"].replace("inserted", "unchanged") for line in lines}


def closing_target(job: Job) -> Iterator[Job]:
    """Yield the job, and close what it opened."""
    try:
        yield job
    finally:
        job.target.close()


def everything() -> Rows:
    """Return rows in which each hostile value stands once in each kind of field, and each hostile key once or twice."""
    texts = {
        "accounts": ("name", "remark"),
        "people": ("first", "title", "remark"),
        "deals": ("title",),
        "acts": ("subject",),
    }
    values = ("kind", "site", "mail", "phone", "country", "parent", "person", "created")
    spoilt: dict[str, list[dict[str, Any]]] = {
        table: [dict.fromkeys(fields, value) for value in HOSTILE] for table, fields in texts.items()
    }
    spoilt["accounts"] += [{column: value} for column in values for value in HOSTILE]
    keys = [value for value in KEY_POOL if value is None or not value.strip(BLANKS)[1:].isdigit()]
    spoilt["accounts"] += [{"id": value} for value in keys]
    spoilt["people"] += [{"id": value} for value in [*keys, *keys]]
    plain = {"deleted": "0", "mail": None, "account": "k200", "person": "p9", "about_id": "k200"}
    return {
        table: [
            good_row(table, number, 0) | {name: plain[name] for name in plain.keys() & set(TABLES[table])} | bad
            for number, bad in enumerate(lines, 1)
        ]
        for table, lines in spoilt.items()
    }


def test_all_hostile_values_at_once_pass_the_whole_line(any_database_url: str, tmp_path: Path) -> None:
    rows = everything()
    target.create(any_database_url, [])
    case = Case.of("circle", make_source(tmp_path / "source.sqlite", rows), any_database_url, tmp_path)
    empty = case.content()
    made = case.run("one")
    assert set(counts(made)) == set(ENTITIES)
    job = case.job("one")
    check_conservation(job, rows)
    for entity, (table, field) in {"account": ("account", "description"), "contact": ("contact", "title")}.items():
        golden = rows_of(job, entity, "golden")
        loaded = [golden[line["_key"]] for line in outcomes(job, entity) if line["outcome"] == "inserted"]
        assert len(loaded) > 50
        stands = dict(case.ask(f"SELECT legacy_id, {field} FROM crm.{table}"))
        assert stands == {row["legacy_id"]: row[field] for row in loaded}
    assert undo(job).differing == []
    job.target.close()
    assert case.content() == empty
