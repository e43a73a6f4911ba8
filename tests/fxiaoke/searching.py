"""Queries: filters, order, pages, as the contract has them."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.fxiaoke.checks import BAD_FIELD, OFFSET_OUT_OF_RANGE, WRONG_PARAMETER, Refusal, only, typed
from tests.fxiaoke.schema import Obj

MOST = 100
FARTHEST = 10_000
NUMERIC = frozenset({"number", "currency", "percentile", "date", "date_time", "time"})
ALIASES = {"NE": "N", "GE": "GTE", "LE": "LTE", "NOT_IN": "NIN", "NOT_LIKE": "NLIKE"}
Record = dict[str, Any]
Test = Callable[[Any, list[Any]], bool]
TESTS: dict[str, Test] = {
    "EQ": lambda value, wanted: value == wanted[0],
    "N": lambda value, wanted: value != wanted[0],
    "GT": lambda value, wanted: value is not None and value > wanted[0],
    "GTE": lambda value, wanted: value is not None and value >= wanted[0],
    "LT": lambda value, wanted: value is not None and value < wanted[0],
    "LTE": lambda value, wanted: value is not None and value <= wanted[0],
    "LIKE": lambda value, wanted: value is not None and wanted[0] in value,
    "NLIKE": lambda value, wanted: value is None or wanted[0] not in value,
    "IS": lambda value, _wanted: value is None,
    "ISN": lambda value, _wanted: value is not None,
    "IN": lambda value, wanted: value in wanted,
    "NIN": lambda value, wanted: value not in wanted,
    "BETWEEN": lambda value, wanted: value is not None and wanted[0] <= value <= wanted[1],
    "NBETWEEN": lambda value, wanted: value is None or not wanted[0] <= value <= wanted[1],
    "STARTWITH": lambda value, wanted: value is not None and value.startswith(wanted[0]),
    "ENDWITH": lambda value, wanted: value is not None and value.endswith(wanted[0]),
    "CONTAINS": lambda value, wanted: value is not None and all(one in value for one in wanted),
}
COUNTS = {"IS": (0, 1), "ISN": (0, 1), "IN": (1, 1000), "NIN": (1, 1000), "BETWEEN": (2, 2), "NBETWEEN": (2, 2)}
COUNTS["CONTAINS"] = (1, 1000)


class Filter:
    """One condition, read and checked."""

    def __init__(self, obj: Obj, given: Mapping[str, Any]) -> None:
        only("filters", dict(given), frozenset({"field_name", "field_values", "operator"}))
        self.name = typed("filters", dict(given), "field_name", str)
        values = typed("filters", dict(given), "field_values", list)
        operator = typed("filters", dict(given), "operator", str)
        self.operator = ALIASES.get(operator, operator)
        if self.operator not in TESTS or not all(isinstance(value, str) for value in values):
            raise Refusal(WRONG_PARAMETER, "filters: operator or field_values")
        fewest, most = COUNTS.get(self.operator, (1, 1))
        if not fewest <= len(values) <= most:
            raise Refusal(WRONG_PARAMETER, f"filters: {self.operator} takes {fewest} to {most} values")
        self.kind = kind_of(obj, self.name)
        self.values = [self._comparable(value) for value in values]
        self._quick = frozenset(self.values) if self.operator in ("IN", "EQ") else None

    def holds(self, record: Record) -> bool:
        value = record.get(self.name)
        if isinstance(value, list) and self.operator != "CONTAINS":
            value = value[0] if value else None
        elif value is not None and not isinstance(value, list):
            value = self._comparable(value)
        return value in self._quick if self._quick is not None else TESTS[self.operator](value, self.values)

    def _comparable(self, value: Any) -> Any:
        if self.kind in NUMERIC:
            try:
                return float(value) if "." in str(value) else int(value)
            except ValueError:
                raise Refusal(WRONG_PARAMETER, f"filters: {self.name} is compared with a number") from None
        return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value


def kind_of(obj: Obj, name: str) -> str:
    if name == "_id":
        return "text"
    if name not in obj.fields:
        raise Refusal(BAD_FIELD, f"字段{name}不存在")
    return obj.fields[name].type


class Query:
    """A whole query, read and checked."""

    def __init__(self, obj: Obj, given: dict[str, Any]) -> None:
        only("search_query_info", given, frozenset({"limit", "offset", "filters", "orders", "fieldProjection"}))
        self.limit: int = typed("search_query_info", given, "limit", int)
        self.offset: int = typed("search_query_info", given, "offset", int)
        if not 1 <= self.limit <= MOST:
            raise Refusal(WRONG_PARAMETER, f"limit must be 1 to {MOST}")
        if self.offset < 0 or self.offset > FARTHEST:
            raise Refusal(OFFSET_OUT_OF_RANGE, f"offset out of range {FARTHEST}")
        if self.offset % self.limit:
            raise Refusal(WRONG_PARAMETER, "offset must be a multiple of limit")
        self.filters = [Filter(obj, one) for one in typed("search_query_info", given, "filters", list)]
        self.orders = [self._order(obj, one) for one in typed("search_query_info", given, "orders", list, [])]
        self.fields = typed("search_query_info", given, "fieldProjection", list, [])
        for name in self.fields:
            kind_of(obj, name)

    def _order(self, obj: Obj, given: dict[str, Any]) -> tuple[str, bool]:
        only("orders", given, frozenset({"fieldName", "isAsc"}))
        name = typed("orders", given, "fieldName", str)
        kind_of(obj, name)
        return name, typed("orders", given, "isAsc", bool)

    def of_the_bin(self) -> bool:
        return any(one.name in ("life_status", "is_deleted") for one in self.filters)

    def _matching(self, ids: list[str], records: Mapping[str, Record]) -> Iterator[Record]:
        after = max((one.values[0] for one in self.filters if (one.name, one.operator) == ("_id", "GT")), default="")
        for position in range(bisect_right(ids, after), len(ids)):
            record = records[ids[position]]
            if (self.of_the_bin() or not record["is_deleted"]) and all(one.holds(record) for one in self.filters):
                yield record

    def page(self, ids: list[str], records: Mapping[str, Record]) -> list[Record]:
        """Return the records of the page; without an order, or by id, no more are looked at than needed."""
        if self.orders in ([], [("_id", True)]):
            found = []
            for record in self._matching(ids, records):
                found.append(record)
                if len(found) == self.offset + self.limit:
                    break
        else:
            found = list(self._matching(ids, records))
            for name, ascending in reversed(self.orders):
                found.sort(key=lambda one, by=name: (one.get(by) is not None, one.get(by)), reverse=not ascending)
        return [self._shown(one) for one in found[self.offset : self.offset + self.limit]]

    def total(self, ids: list[str], records: Mapping[str, Record]) -> int:
        return sum(1 for _ in self._matching(ids, records))

    def _shown(self, record: Record) -> Record:
        names = dict.fromkeys(["_id", *self.fields]) if self.fields else record
        return {name: record[name] for name in names if record.get(name) is not None}
