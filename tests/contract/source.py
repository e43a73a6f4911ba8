"""What every source must do. An adapter proves itself by subclassing `SourceContract` in about ten lines.

The subclass gives two fixtures: `plant`, which puts rows into a fresh source and returns it, and `away`, a source
whose other side does not answer. Each planted row has `id`, `name` and `changed`; `changed` is the watermark,
written in UTC as `YYYY-MM-DD HH:MM:SS`, or None.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

import polars as pl
import pytest

from crm_migration.errors import MappingFault, SourceUnavailable
from crm_migration.extract.source import Divisible, Source, Window
from crm_migration.mapping.model import Mapping

ENTITY = "thing"
SECRET = "p@ss/w:rd %41"
COLUMNS = ["id", "changed", "name"]

Row = dict[str, str | None]
Plant = Callable[[list[Row]], Source]

HOSTILE = [
    "", " ", "  padded  ", "NULL", "null", "\\N", "\\\\N", "\\", "\\\\", "\\n", "a\\tb", "\\.", "N/A",
    "tab\there", "line\nbreak", "return\rhere", "both\r\nof them", "\n", "\t", "\r", "vertical\vtab\fand\bothers",
    "it's", '"quoted"', "''", '""', "a,b;c|d", "%s %(x)s %% :name ::text ? $1", "{x}", "`tick`", "-- comment",
    "/* c */",
    "'; DROP TABLE things; --", "=1+1", "0042", "+8613800138000", "1e5", "NaN", "Infinity", "true", "#header",
    "😀👩‍👩‍👧‍👦🇨🇳", "北京市朝阳区", "ß ẞ İ ı Å Å", "עברית العربية",
    "e\u0301 vs \u00e9", "\ufeffbyte order mark",
    "zero\u200bwidth", "\u2028line separator\u2029", "\x85next line",
    "\x1funit\x7fdelete", "\U0010ffff\ufffd", "ends with backslash\\",
]  # fmt: skip


def mapping(zone: str = "UTC", **entity: object) -> Mapping:
    """Return a mapping of one entity, `thing`, whose source columns are COLUMNS unless `entity` says otherwise."""
    described: dict[str, object] = {
        "table": "things",
        "key": "id",
        "watermark": "changed",
        "target": {"object": "things", "external_id": "legacy_id"},
        "fields": {"name": {"kind": "text", "from": "name"}},
    }
    described |= entity
    origin = {"name": "old", "connection": "old_crm", "timezone": zone}
    target = {"name": "new", "connection": "new_crm"}
    chosen = {key: value for key, value in described.items() if value is not None}
    return Mapping.model_validate({"version": "1", "source": origin, "target": target, "entities": {ENTITY: chosen}})


def whole(source: Source, window: Window | None = None) -> pl.DataFrame:
    """Return all rows that `source` yields, sorted by id."""
    return pl.concat(source.read(ENTITY, window)).sort("id")


def ids(source: Source, start: datetime | None = None, end: datetime | None = None) -> list[str]:
    """Return the ids of the rows in the window, sorted."""
    return whole(source, Window(start, end))["id"].to_list()


def at(hour: int, second: int = 0) -> datetime:
    """Return a moment of the day on which the planted rows changed."""
    return datetime(2026, 3, 1, hour, 0, second, tzinfo=UTC)


def moment(n: int) -> str | None:
    """Return the watermark of the row planted as number `n`: none, ten o'clock or eleven."""
    return (None, "2026-03-01 10:00:00", "2026-03-01 11:00:00", "2026-03-01 11:30:00")[n % 4]


class WindowContract:
    """What a window on the watermark holds; needs `plant` only."""

    @pytest.fixture
    def plant(self) -> Plant:
        raise NotImplementedError

    def test_window_takes_its_start_and_leaves_its_end(self, plant: Plant) -> None:
        source = plant(
            [
                {"id": "before", "name": "x", "changed": "2026-03-01 09:59:59"},
                {"id": "end", "name": "x", "changed": "2026-03-01 11:00:00"},
                {"id": "last", "name": "x", "changed": "2026-03-01 10:59:59"},
                {"id": "start", "name": "x", "changed": "2026-03-01 10:00:00"},
                {"id": "start tie", "name": "x", "changed": "2026-03-01 10:00:00"},
            ]
        )
        assert ids(source, at(10), at(11)) == ["last", "start", "start tie"]
        assert ids(source, at(11)) == ["end"]
        assert ids(source, None, at(10)) == ["before"]
        assert len(ids(source)) == 5
        assert source.count(ENTITY, Window(at(10), at(11))) == 3

    def test_adjacent_windows_hold_every_row_once(self, plant: Plant) -> None:
        moments = [f"2026-03-01 {n % 24:02}:{n * 7 % 60:02}:{n * 11 % 60:02}" for n in range(200)]
        source = plant([{"id": f"{n:03}", "name": "x", "changed": moment} for n, moment in enumerate(moments)])
        edges = [None, *(at(hour) for hour in range(0, 24, 6)), None]
        seen = [key for start, end in pairwise(edges) for key in ids(source, start, end)]
        assert sorted(seen) == [f"{n:03}" for n in range(200)]

    def test_a_row_without_watermark_is_in_every_window(self, plant: Plant) -> None:
        source = plant([{"id": "1", "name": "x", "changed": None}])
        assert ids(source, at(10), at(11)) == ids(source, at(10)) == ids(source, None, at(10)) == ["1"]


class SourceContract(WindowContract):
    """One test per promise of `crm_migration.extract.source.Source`."""

    @pytest.fixture
    def away(self) -> Source:
        raise NotImplementedError

    def test_every_value_arrives_as_it_was(self, plant: Plant) -> None:
        rows: list[Row] = [{"id": f"{n:03}", "name": text, "changed": None} for n, text in enumerate(HOSTILE)]
        read = whole(plant(rows))
        assert dict(read.select("id", "name").iter_rows()) == {row["id"]: row["name"] for row in rows}

    def test_null_is_not_the_empty_text(self, plant: Plant) -> None:
        source = plant([{"id": "1", "name": None, "changed": None}, {"id": "2", "name": "", "changed": None}])
        assert whole(source)["name"].to_list() == [None, ""]

    def test_columns_are_the_mappings_in_order_and_all_text(self, plant: Plant) -> None:
        for rows in ([], [{"id": "1", "name": "x", "changed": "2026-03-01 10:00:00"}]):
            frames = list(plant(rows).read(ENTITY, None))
            assert len(frames) == 1
            assert dict(frames[0].schema) == dict.fromkeys(COLUMNS, pl.String)
            assert frames[0].columns == COLUMNS

    def test_frames_are_bounded_and_lose_nothing(self, plant: Plant) -> None:
        rows: list[Row] = [{"id": f"{n:04}", "name": f"n{n}", "changed": None} for n in range(1003)]
        source = plant(rows)
        frames = list(source.read(ENTITY, None, batch_rows=100))
        assert max(frame.height for frame in frames) <= 100
        assert sorted(pl.concat(frames)["id"]) == [row["id"] for row in rows]
        assert source.count(ENTITY) == 1003

    @pytest.mark.parametrize("parts", [2, 3, 7])
    def test_shares_hold_every_row_once(self, plant: Plant, parts: int) -> None:
        odd = ["a", "A", "ä", "Ä", "b", "10", "9", " ", "%", "'", '"', "\\", "é", "e\u0301", "ß", "ss", "中", "😀"]
        keys = [*odd, *(f"{n:03}" for n in range(200)), "twice", "twice"]
        source = plant([{"id": key, "name": f"n{n}", "changed": moment(n)} for n, key in enumerate(keys)])
        assert isinstance(source, Divisible)
        for window, most in ((None, len(keys)), (Window(at(10), at(11)), len(keys) // 2 + 1)):
            shares = [source.share(told) for told in source.divide(ENTITY, window, parts)]
            assert len(shares) == parts
            read = [whole(share, window) for share in shares]
            assert sorted(pl.concat(read)["name"]) == sorted(whole(source, window)["name"])
            counted = [share.count(ENTITY, window) for share in shares]
            assert counted in ([one.height for one in read], [None] * parts)
            if None not in counted:
                assert max(map(len, read)) <= 2 * most // parts

    def test_shares_of_nothing_are_empty(self, plant: Plant) -> None:
        source = plant([])
        assert isinstance(source, Divisible)
        shares = [source.share(told) for told in source.divide(ENTITY, None, 3)]
        assert [list(whole(share).columns) for share in shares] == [list(whole(source).columns)] * 3
        assert sum(whole(share).height for share in shares) == 0

    def test_describe_names_every_column(self, plant: Plant) -> None:
        described = plant([]).describe(ENTITY)
        assert set(COLUMNS) <= set(described)
        assert all(isinstance(kind, str) for kind in described.values())

    def test_a_profile_tells_what_describe_and_distinct_tell(self, plant: Plant) -> None:
        source = plant([{"id": f"{n}", "name": f"n{n % 3}", "changed": None} for n in range(10)])
        profile = source.profile(ENTITY, ["name", "none of that name"])
        assert profile.there
        assert profile.lacking == {}
        assert list(profile.columns.items()) == list(source.describe(ENTITY).items())
        assert profile.values == source.distinct(ENTITY, ["name"]) == {"name": {"n0", "n1", "n2"}}
        assert set(profile.kinds) <= set(profile.columns)

    def test_reading_again_gives_the_same(self, plant: Plant) -> None:
        rows: list[Row] = [{"id": f"{n:03}", "name": "x", "changed": None} for n in range(300)]
        source = plant(rows)
        reading = source.read(ENTITY, None, batch_rows=10)
        next(reading)
        reading.close()
        assert whole(source).equals(whole(source))
        assert whole(source).height == 300

    def test_unknown_entity_is_the_mappings_fault(self, plant: Plant) -> None:
        with pytest.raises(MappingFault, match=r"'thingg'.*did you mean 'thing'"):
            list(plant([]).read("thingg", None))

    def test_a_silent_source_is_to_be_tried_again(self, away: Source) -> None:
        for attempt in (lambda: away.describe(ENTITY), lambda: away.count(ENTITY), lambda: whole(away)):
            with pytest.raises(SourceUnavailable) as caught:
                attempt()
            shown = f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
            assert "old: thing" in str(caught.value)
            assert SECRET not in shown
