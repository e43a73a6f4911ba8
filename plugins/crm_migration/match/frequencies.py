"""Frequencies: how common the values were in the rows that a model was trained on, kept with the model.

A few new rows cannot tell that Smith is common: every value that two of them share looks rare. So the model keeps how
often the values occurred, by the field, without a value in clear text: the common ones by a short keyed hash and only
where at least `_LEAST_HOLDERS` rows share them, all others as one number. What is a customer's own (mailbox, phone,
address) is in that number only.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

HASH_DIGITS = 10
MOST_COMMON = 5_000
_LEAST_HOLDERS = 10
_ABOVE_AVERAGE = 4
# What many customers have, so that a hash of it leads to nobody.
_SHARED = ("name", "family", "given", "company", "city", "postal_code")
# A pair that agrees has the value twice.
_A_PAIR = 2


@dataclass(frozen=True)
class Frequencies:
    """How often the values of one feature occurred.

    Attributes:
        filled: rows that had a value.
        rest: in how many rows a row's value occurred that is not in `common`, in the mean.
        common: hash to the number of rows, of the values that occurred far more often than the mean, the commonest
            first.
    """

    filled: int
    rest: float
    common: dict[str, int]

    def plain(self) -> dict[str, Any]:
        """Return the content as JSON holds it, `common` as one text: hash, `=`, number, a blank between them."""
        told = " ".join(f"{value}={count}" for value, count in self.common.items())
        return {"filled": self.filled, "rest": self.rest, "common": told}

    def grown(self, growth: float) -> "Frequencies":
        """Return the same of so many times the rows, where each value occurs as often as before."""
        return replace(self, filled=int(self.filled * max(growth, 1.0)))

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Frequencies":
        """Return what `plain` has told.

        Raises:
            ValueError: it is something else.
        """
        filled, rest, text = told["filled"], told["rest"], told["common"]
        common = dict(_entry(entry) for entry in text.split())
        if not (isinstance(filled, int) and isinstance(rest, int | float) and 1 <= rest <= max(filled, 1)):
            raise ValueError("rest out of range")
        if len(common) > MOST_COMMON or any(not 1 <= count <= filled for count in common.values()):
            raise ValueError("common out of range")
        return cls(filled, rest, common)


def _entry(entry: str) -> tuple[str, int]:
    value, _, count = entry.partition("=")
    if len(value) != HASH_DIGITS or not count.isascii() or not count.isdigit():
        raise ValueError("no hash and number")
    int(value, 16)
    return value, int(count)


def counted(connection: "duckdb.DuckDBPyConnection", columns: list[str], key: str) -> dict[str, Frequencies]:
    """Return the frequencies of the columns of `feature`; hashes are keyed by `key`."""
    return {column: _counted(connection, column, key) for column in columns}


def _counted(connection: "duckdb.DuckDBPyConnection", column: str, key: str) -> Frequencies:
    values = f"(SELECT {column} AS value, count(*) AS n FROM feature WHERE {column} IS NOT NULL GROUP BY ALL)"  # noqa: S608
    told = f"SELECT coalesce(sum(n), 0)::BIGINT, count(*), coalesce(sum(n * n), 0)::DOUBLE FROM {values}"  # noqa: S608
    filled, distinct, squares = connection.execute(told).fetchall()[0]
    common = _common(connection, values, max(_LEAST_HOLDERS, _ABOVE_AVERAGE * filled / max(distinct, 1)), key)
    common = common if column in _SHARED else {}
    # The mean over rows, not over values: what a row that has a match meets.
    others = (squares - sum(n * n for n in common.values())) / max(filled - sum(common.values()), 1)
    return Frequencies(filled, round(max(others, 1.0), 6), common)


def _common(connection: "duckdb.DuckDBPyConnection", values: str, least: float, key: str) -> dict[str, int]:
    found = connection.execute(
        f"SELECT {_hash('value')} AS hashed, sum(n)::BIGINT AS n FROM {values} WHERE n >= $least "  # noqa: S608
        f"GROUP BY hashed ORDER BY n DESC, hashed LIMIT {MOST_COMMON}",
        {"key": key, "least": least},
    )
    return dict(found.fetchall())


def _hash(value: str) -> str:
    return f"left(sha256($key || {value}), {HASH_DIGITS})"


def lay_out(
    connection: "duckdb.DuckDBPyConnection", known: dict[str, Frequencies], key: str, growth: float = 1.0
) -> dict[str, str]:
    """Write for each column of `known` a table of how common the values of `feature` are, and return their names.

    `growth` is how many times the rows of training there are by now: names stay as common as they were, a mailbox
    does not.
    """
    return {
        column: _laid_out(connection, column, kept if column in _SHARED else kept.grown(growth), key)
        for column, kept in known.items()
    }


def _laid_out(connection: "duckdb.DuckDBPyConnection", column: str, kept: Frequencies, key: str) -> str:
    connection.execute("CREATE OR REPLACE TABLE common (hashed VARCHAR, n BIGINT)").fetchall()
    if kept.common:
        connection.executemany("INSERT INTO common VALUES (?, ?)", list(kept.common.items()))
    rest = max(kept.rest, min(_A_PAIR, kept.filled))
    connection.execute(
        f"CREATE OR REPLACE TABLE known_{column} AS SELECT {column}, coalesce(n, $rest) / $filled AS tf_{column} "  # noqa: S608
        f"FROM (SELECT DISTINCT {column} FROM feature WHERE {column} IS NOT NULL) "
        f"LEFT JOIN common ON hashed = {_hash(column)}",
        {"key": key, "rest": float(rest), "filled": float(max(kept.filled, 1))},
    ).fetchall()
    return f"known_{column}"
