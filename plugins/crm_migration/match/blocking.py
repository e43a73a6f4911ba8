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
# A mailbox or a switchboard that more rows of two streams share is nobody's own.
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
        used: the rules that proposed pairs, and how many each holds by itself, of the strata that may use it.
        dropped: the rules over the budget of a stratum, and how many pairs they would have held there.
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

    At least one side of each is `fresh`. Pairs within the stream of the fresh rows, and those with each other stream,
    are strata of their own, with a budget of their own: which stream is loaded first makes no difference then. The
    budget of a rule in a stratum is 300,000 pairs, and two a row in big data; it is that of all pairs, of which only
    `part` is written.
    """
    _hold_down(connection, kind)
    rows = dict(connection.execute("SELECT stream, count(*) FROM feature GROUP BY stream").fetchall())
    limits = {
        stream: max(_SMALL, _PAIRS_A_ROW * (rows.get(0, 0) + (count if stream else 0)))
        for stream, count in rows.items()
    }
    used: dict[Rule, int] = {}
    dropped: dict[Rule, int] = {}
    strata: dict[Rule, list[int]] = {}
    for rule in [*TIGHT[kind], *_LOOSE[kind]]:
        for stratum, pairs in sorted(_count(connection, rule, several=len(rows) > 1).items()):
            told = used if pairs <= limits[stratum] else dropped
            told[rule] = told.get(rule, 0) + pairs
            if told is used:
                strata.setdefault(rule, []).append(stratum)
    connection.execute("CREATE OR REPLACE TABLE blocked AS " + _pairs_sql(strata, part)).fetchall()
    count = connection.execute("SELECT count(*) FROM blocked").fetchall()[0][0]
    return Blocked(used, dropped, count)


def _hold_down(connection: "duckdb.DuckDBPyConnection", kind: str) -> None:
    """Write into the table `blocking` what the rules compare; what too many rows of a stream hold is not there.

    Values stand there as their hashes of 64 bits: two values of one hash only cost a pair too many.
    """
    columns = sorted({column for rule in (*TIGHT[kind], *_LOOSE[kind]) for column in rule})
    own = [column for column in columns if column in _OWN]
    counted = [f"count(*) OVER (PARTITION BY {column}, stream) AS {column}_held" for column in own]
    held = [
        f"CASE WHEN {column}_held <= {_MOST_HOLDERS} THEN {column} END AS {column}" if column in own else column
        for column in columns
    ]
    shown = ", ".join(["unique_id", "fresh", "stream", *held, *(f"{column}_held" for column in own)])
    hashed = ", ".join(f"CASE WHEN {column} IS NOT NULL THEN hash({column}) END AS {column}" for column in columns)
    values = f"SELECT unique_id, fresh, stream, {hashed} FROM feature"  # noqa: S608
    source = f"SELECT unique_id, fresh, stream, {', '.join([*columns, *counted])} FROM ({values})"  # noqa: S608
    connection.execute(f"CREATE OR REPLACE TABLE blocking AS SELECT {shown} FROM ({source})").fetchall()  # noqa: S608


def _count(connection: "duckdb.DuckDBPyConnection", rule: Rule, *, several: bool) -> dict[int, int]:
    """Return how many pairs a rule holds in each stratum, where there are any."""
    filled = " AND ".join(f"{column} IS NOT NULL" for column in rule)
    columns = ", ".join(rule)
    held = (
        f"SELECT {columns}, stream, count(*) AS every, count(*) FILTER (fresh) AS fresh "  # noqa: S608
        f"FROM blocking WHERE {filled} GROUP BY {columns}, stream"
    )
    inside = "fresh * (fresh - 1) // 2 + fresh * (every - fresh)"
    if several:
        held = f"SELECT *, sum(fresh) OVER (PARTITION BY {columns}) AS met FROM ({held})"  # noqa: S608
        inside = f"CASE WHEN stream = 0 THEN {inside} ELSE met * every END"
    counted = connection.execute(f"SELECT stream, sum({inside}) FROM ({held}) GROUP BY stream").fetchall()  # noqa: S608
    return {int(stream): int(pairs) for stream, pairs in counted if pairs}


def _pairs_sql(rules: dict[Rule, list[int]], part: Part) -> str:
    """Return SQL for the part's pairs of all rules in their strata, each pair under the first rule that proposes it."""
    if not rules:
        return "SELECT '' AS match_key, 0::BIGINT AS join_key_l, 0::BIGINT AS join_key_r WHERE false"
    everywhere = {stratum for strata in rules.values() for stratum in strata}
    inside = {
        # One side is fresh, and so of stream 0: the other one's stream is the stratum.
        rule: ""
        if set(strata) == everywhere
        else f" AND greatest(l.stream, r.stream) IN ({', '.join(map(str, strata))})"
        for rule, strata in rules.items()
    }
    parts = []
    for number, rule in enumerate(rules):
        earlier = "".join(
            f" AND NOT coalesce({_shared(other)}{inside[other]}, false)" for other in list(rules)[:number]
        )
        parts.append(
            f"SELECT '{number}' AS match_key, l.unique_id AS join_key_l, r.unique_id AS join_key_r "  # noqa: S608
            f"FROM blocking l JOIN blocking r ON {_shared(rule)} AND l.unique_id < r.unique_id "
            f"WHERE (l.fresh OR r.fresh){inside[rule]}{part.sql}{earlier}"
        )
    return " UNION ALL ".join(parts)


def _shared(rule: Rule) -> str:
    """Return SQL for whether two rows share what the rule names; what too many of their streams' rows hold is not."""
    same = [f"l.{column} = r.{column}" for column in rule]
    both = [
        f"l.{column}_held + CASE WHEN l.stream = r.stream THEN 0 ELSE r.{column}_held END <= {_MOST_HOLDERS}"
        for column in rule
        if column in _OWN
    ]
    return " AND ".join([*same, *both])
