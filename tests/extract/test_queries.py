"""Queries of a mapping, and what is said when one cannot be read; on every engine."""

import pytest

from crm_migration.errors import MappingFault, SourceUnavailable
from crm_migration.extract.database import DatabaseSource
from crm_migration.extract.source import Window
from tests.contract.source import ENTITY, SECRET, at, mapping
from tests.extract.databases import over, row, rows, run


@pytest.fixture
def url(any_database_url: str) -> str:
    run(
        any_database_url,
        "CREATE TABLE things (id int, name varchar(40), owner_id int, changed varchar(30))",
        "CREATE TABLE owners (id int, login varchar(40))",
        "CREATE VIEW seen AS SELECT id, name, changed FROM things",
        "INSERT INTO things VALUES (1, 'one', 7, '2026-03-01 10:00:00'), (2, 'two', NULL, NULL)",
        "INSERT INTO owners VALUES (7, 'jo')",
    )
    return any_database_url


def queried(url: str, query: str, *columns: str) -> DatabaseSource:
    """Return a source whose entity is read by `query`."""
    return over(url, columns or ("name",), table=None, query=query)


def test_a_join_reads_like_a_table(url: str) -> None:
    query = "SELECT t.id, t.name, o.login FROM things t LEFT JOIN owners o ON o.id = t.owner_id"
    source = queried(url, query, "name", "login")
    assert rows(source).rows() == [("1", "one", "jo"), ("2", "two", None)]
    assert list(source.describe(ENTITY)) == ["id", "name", "login"]
    assert source.count(ENTITY) == 2


def test_a_query_runs_as_it_stands(url: str) -> None:
    literals = ["' :name ::x 10:30 '", "'50 % %s %(x)s'", "'{x}'", "'-- no comment'"]
    columns = ", ".join(f"{literal} AS c{at}" for at, literal in enumerate(literals))
    read = row(queried(url, f"SELECT id, {columns} FROM things WHERE id = 1", "c0", "c1", "c2", "c3"))
    assert list(read.values()) == [literal.strip("'") for literal in literals]


def test_a_query_may_end_in_any_way(url: str) -> None:
    for end in (";", " ; \n", "-- the end", "/* the end */", "\n"):
        assert rows(queried(url, f"SELECT id, name FROM things {end}"))["id"].to_list() == ["1", "2"]


def test_a_view_is_read_and_described(url: str) -> None:
    source = over(url, table="seen", watermark="changed")
    assert rows(source)["id"].to_list() == ["1", "2"]
    assert list(source.describe(ENTITY)) == ["id", "name", "changed"]


def test_an_unknown_table_is_compared_with_the_known(url: str) -> None:
    for attempt in ("describe", "count"):
        with pytest.raises(
            MappingFault, match=r"^old: thing: table 'thinsg': .*did you mean 'things'\?\); edit the mapping"
        ):
            getattr(over(url, table="thinsg"), attempt)(ENTITY)


def test_all_unknown_columns_are_named_at_once(url: str) -> None:
    with pytest.raises(MappingFault) as caught:
        rows(over(url, ["namee", "zip"]))
    assert "no column 'namee' (did you mean 'name'?); no column 'zip'" in str(caught.value)
    with pytest.raises(MappingFault, match="no column 'Name'"):
        rows(queried(url, "SELECT id, name FROM things", "Name"))


def test_a_query_that_cannot_run_is_the_mappings_fault(url: str) -> None:
    for query in ("SELEC id, name FROM things", "SELECT id, nope AS name FROM things", "SELECT 1 FROM nope"):
        with pytest.raises(MappingFault, match=r"^old: thing: query: .*edit the mapping"):
            rows(queried(url, query))


def test_a_window_needs_a_watermark_that_can_be_compared(url: str) -> None:
    with pytest.raises(MappingFault, match="name the entity's 'watermark' column"):
        list(over(url).read(ENTITY, Window(at(1), at(2))))
    if not url.startswith("sqlite"):
        with pytest.raises(MappingFault, match="watermark 'owner_id': expected a date, a time stamp or ISO text"):
            list(over(url, watermark="owner_id").read(ENTITY, Window(at(1), at(2))))


def test_a_window_is_applied_to_a_query(url: str) -> None:
    source = over(url, table=None, query="SELECT id, name, changed FROM things", watermark="changed")
    assert source.count(ENTITY, Window(at(11))) == 1
    assert source.count(ENTITY, Window(at(10), at(11))) == 2


def test_single_rows_are_read_again_by_key(url: str) -> None:
    source = over(url, key=["id", "name"])
    keys = rows(source).filter(rows(source)["id"] == "2").select("id", "name")
    assert source.read_keys(ENTITY, keys).rows() == [("2", "two")]
    assert source.read_keys(ENTITY, keys.clear()).rows() == []


def test_distinct_values_leave_out_blanks(url: str) -> None:
    run(url, "INSERT INTO things (id, name) VALUES (3, ' '), (4, 'one'), (5, NULL), (6, '')")
    assert over(url).distinct(ENTITY, ["name"]) == {"name": {"one", "two"}}


@pytest.mark.parametrize(
    "url", ["oracle://u:{s}@h/d", "nonsense {s}", "mysql://u:{s}@h:port/d", "postgresql+nope://u:{s}@h/d"]
)
def test_a_url_that_cannot_be_used_is_not_repeated(url: str) -> None:
    with pytest.raises((MappingFault, SourceUnavailable)) as caught:
        DatabaseSource(url.format(s="hidden"), mapping()).describe(ENTITY)
    assert "hidden" not in f"{caught.value}{caught.value.__cause__}{caught.value.__context__}"


def test_a_wrong_password_is_the_connections_fault(mariadb_url: str) -> None:
    with pytest.raises(
        MappingFault, match=r"Access denied for user 'crm'.*edit the mapping or the connection"
    ) as caught:
        over(mariadb_url.replace("s3cret-Pa55", "wr0ng")).describe(ENTITY)
    assert "wr0ng" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_an_unknown_database_is_the_connections_fault(postgres_server: str, mariadb_server: str) -> None:
    for server in (postgres_server.replace("/postgres?", "/nowhere?"), mariadb_server.replace("/?", "/nowhere?")):
        with pytest.raises(MappingFault, match=r"edit the .*connection"):
            over(server).describe(ENTITY)
