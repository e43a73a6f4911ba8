"""Blocking: the pairs of rows worth scoring, by rules that each cost no more than a budget of pairs.

A rule is the features that a pair must share. Rules that are cheap in small data are dear in big data: each is counted
before it is used, so big data is blocked by its tight rules alone.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

Rule = tuple[str, ...]
_SMALL = 300_000
_PAIRS_A_ROW = 2
# A mailbox or a switchboard that more rows share is nobody's own.
_MOST_HOLDERS = 30
_OWN = ("email", "phone", "website")

# The tight rules: what a row of the target must share with a new row to be read at all.
TIGHT: dict[str, list[Rule]] = {
    "person": [
        ("email",), ("phone",), ("birth_date", "family"), ("birth_date", "given"), ("name", "company"),
        ("name", "city"), ("name", "postal_code"), ("name_any_order", "birth_date"), ("address", "given"),
        ("address", "family"), ("family", "postal_code", "house"), ("name",), ("email_user",),
    ],
    "company": [
        ("phone",), ("email",), ("website",), ("company",), ("company_any_order",), ("address",),
        ("house", "postal_code"),
    ],
}  # fmt: skip
_LOOSE: dict[str, list[Rule]] = {
    "person": [
        ("name_any_order",), ("sound",), ("birth_date",), ("family", "postal_code"), ("given", "postal_code"),
        ("family", "city"), ("given", "city"), ("address",), ("house", "postal_code"), ("family",),
        ("given",), ("postal_code",),
    ],
    "company": [("house", "city"), ("house",), ("postal_code",)],
}  # fmt: skip


@dataclass(frozen=True)
class Blocked:
    """What blocking did.

    Attributes:
        used: the rules that proposed pairs, and how many each holds by itself.
        dropped: the rules over the budget, and how many pairs they would have held.
        pairs: how many pairs there are in the table `blocked`.
    """

    used: dict[Rule, int]
    dropped: dict[Rule, int]
    pairs: int


@dataclass(frozen=True)
class Part:
    """One of `of` parts of the pairs: those whose first row has a number that leaves `number` when divided by `of`."""

    number: int = 0
    of: int = 1

    @property
    def sql(self) -> str:
        """Return the condition on the first row `l` of a pair."""
        return f" AND l.unique_id % {self.of} = {self.number}" if self.of > 1 else ""


WHOLE = Part()


def block(connection: "duckdb.DuckDBPyConnection", kind: str, part: Part = WHOLE) -> Blocked:
    """Write the pairs of `feature` to score into the table `blocked`: `match_key`, `join_key_l`, `join_key_r`.

    At least one side of each is `fresh`. The budget of a rule is 300,000 pairs, and two a row in big data; it is that
    of all pairs, of which only `part` is written.
    """
    _hold_down(connection, kind)
    rows = connection.execute("SELECT count(*) FROM feature").fetchall()[0][0]
    limit = max(_SMALL, _PAIRS_A_ROW * rows)
    used: dict[Rule, int] = {}
    dropped: dict[Rule, int] = {}
    for rule in [*TIGHT[kind], *_LOOSE[kind]]:
        pairs = _count(connection, rule)
        if pairs:
            (used if pairs <= limit else dropped)[rule] = pairs
    connection.execute("CREATE OR REPLACE TABLE blocked AS " + _pairs_sql(list(used), part)).fetchall()
    count = connection.execute("SELECT count(*) FROM blocked").fetchall()[0][0]
    return Blocked(used, dropped, count)


def _hold_down(connection: "duckdb.DuckDBPyConnection", kind: str) -> None:
    """Write into the table `blocking` what the rules compare; what too many hold is not there."""
    columns = sorted({column for rule in (*TIGHT[kind], *_LOOSE[kind]) for column in rule})
    held = [
        f"CASE WHEN count(*) OVER (PARTITION BY {column}) <= {_MOST_HOLDERS} THEN {column} END AS {column}"
        if column in _OWN
        else column
        for column in columns
    ]
    made = f"SELECT unique_id, fresh, {', '.join(held)} FROM feature"  # noqa: S608 - names of our own
    connection.execute(f"CREATE OR REPLACE TABLE blocking AS {made}").fetchall()


def _count(connection: "duckdb.DuckDBPyConnection", rule: Rule) -> int:
    filled = " AND ".join(f"{column} IS NOT NULL" for column in rule)
    counted = connection.execute(
        "SELECT sum(fresh * (fresh - 1) // 2 + fresh * (every - fresh)) FROM ("  # noqa: S608 - names of our own
        f"SELECT count(*) AS every, count(*) FILTER (fresh) AS fresh FROM blocking WHERE {filled} "
        f"GROUP BY {', '.join(rule)})"
    )
    return int(counted.fetchall()[0][0] or 0)


def _pairs_sql(rules: list[Rule], part: Part) -> str:
    """Return SQL for the part's pairs of all rules, each pair under the first rule that proposes it."""
    if not rules:
        return "SELECT '' AS match_key, 0::BIGINT AS join_key_l, 0::BIGINT AS join_key_r WHERE false"
    parts = []
    for number, rule in enumerate(rules):
        earlier = "".join(f" AND NOT coalesce({_shared(other)}, false)" for other in rules[:number])
        parts.append(
            f"SELECT '{number}' AS match_key, l.unique_id AS join_key_l, r.unique_id AS join_key_r "  # noqa: S608
            f"FROM blocking l JOIN blocking r ON {_shared(rule)} AND l.unique_id < r.unique_id "
            f"WHERE (l.fresh OR r.fresh){part.sql}{earlier}"
        )
    return " UNION ALL ".join(parts)


def _shared(rule: Rule) -> str:
    return " AND ".join(f"l.{column} = r.{column}" for column in rule)
