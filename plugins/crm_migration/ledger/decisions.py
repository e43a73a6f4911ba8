"""What people decided of pairs of rows: an append-only list, of which the last line of a pair counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from crm_migration.ledger.ledger import Ledger, now

Judgement = Literal["same", "different", "unsure"]
CHUNK = 5_000


@dataclass(frozen=True)
class Decided:
    """Who decided pairs, and why."""

    by: str
    note: str | None = None


def in_order(one: str, other: str) -> tuple[str, str]:
    """Return two identities in the order in which the ledger keeps them."""
    return (one, other) if one < other else (other, one)


def record_decisions(
    ledger: Ledger, target_object: str, pairs: Iterable[tuple[str, str]], judgement: Judgement, decided: Decided
) -> int:
    """Append the judgement of `pairs` of identities (`source.entity:key`); return how many lines that were."""
    table, moment = ledger.tables.match_decision, now()
    lines = [
        {
            "object": target_object,
            "a": a,
            "b": b,
            "judgement": judgement,
            "decided_by": decided.by,
            "decided_at": moment,
            "note": decided.note,
        }
        for a, b in (in_order(*pair) for pair in pairs)
    ]
    with ledger.engine.begin() as connection:
        for start in range(0, len(lines), CHUNK):
            connection.execute(table.insert(), lines[start : start + CHUNK])
    return len(lines)


def decision_history(ledger: Ledger, target_object: str) -> list[tuple[int, str, str, str]]:
    """Return every decision about rows of `target_object`: number, the two identities, judgement; oldest first.

    A target whose ledger no run has brought to this version's shape holds none.
    """
    table = ledger.tables.match_decision
    if not sa.inspect(ledger.engine).has_table(table.name, schema=table.schema):
        return []
    chosen = sa.select(table.c.decision_no, table.c.a, table.c.b, table.c.judgement)
    ordered = chosen.where(table.c.object == target_object).order_by(table.c.decision_no)
    with ledger.engine.connect() as connection:
        return [(int(number), str(a), str(b), str(said)) for number, a, b, said in connection.execute(ordered)]
