"""The pairs of rows that wait for a person: one after the other, with both records and what the model said."""

import json
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm_migration.errors import MappingFault, MigrationError
from crm_migration.ledger.decisions import Decided, Judgement, record_decisions
from crm_migration.ledger.ledger import Ledger
from crm_migration.report.pairs import SideBySide, side_by_side
from crm_migration.web.project import Origin
from crm_migration.web.text import is_number

AHEAD = 8
PAIR = ("pair_no", "object", "a", "b", "rule", "reason", "probability", "weights", "last_run", "stream_no")
JUDGEMENTS: dict[str, Judgement] = {"accept": "same", "reject": "different", "unsure": "unsure"}
LEAST = -1.0
"""Stands for the probability of a pair that no model was asked about: after all others."""


@dataclass(frozen=True)
class Waiting:
    """A pair that waits for a decision."""

    number: int
    target_object: str
    a: str
    b: str
    rule: str | None
    reason: str
    probability: float | None
    weights: dict[str, Any] | None
    last_run: int
    stream_no: int
    said: str | None


def _latest(ledger: Ledger) -> sa.Subquery:
    """Return the number of the last decision of each pair."""
    table = ledger.tables.match_decision
    by = (table.c.object, table.c.a, table.c.b)
    return sa.select(*by, sa.func.max(table.c.decision_no).label("last")).group_by(*by).subquery()


def _waiting(ledger: Ledger, origin: Origin, *columns: Any) -> sa.Select[Any]:
    """Choose pairs with a row of the source that nobody has decided; those of which a person is unsure among them."""
    review, decision, latest = ledger.tables.match_review, ledger.tables.match_decision, _latest(ledger)
    same = sa.and_(latest.c.object == review.c.object, latest.c.a == review.c.a, latest.c.b == review.c.b)
    joined = review.outerjoin(latest, same).outerjoin(decision, decision.c.decision_no == latest.c.last)
    undecided = sa.or_(decision.c.judgement.is_(None), decision.c.judgement == "unsure")
    chosen = sa.select(*columns, decision.c.judgement.label("said")) if columns else sa.select(sa.func.count())
    return chosen.select_from(joined).where(_of_source(review, origin), undecided)


def _of_source(review: sa.Table, origin: Origin) -> sa.ColumnElement[bool]:
    """Return the condition that either row of a pair is of the source."""
    begins = f"{origin.name}."
    of_it = [sa.func.substr(side, 1, len(begins)) == begins for side in (review.c.a, review.c.b)]
    return review.c.object.in_(origin.objects) & sa.or_(*of_it)


def count(ledger: Ledger, origin: Origin) -> int:
    """Return how many pairs wait for a person."""
    with ledger.engine.connect() as connection:
        return int(connection.scalar(_waiting(ledger, origin)) or 0)


def queue(ledger: Ledger, origin: Origin, after: tuple[float, int] | None, most: int = AHEAD) -> list[Waiting]:
    """Return the pairs that wait, the likeliest first; `after` is the likelihood and number of the one before them."""
    review = ledger.tables.match_review
    rank = sa.func.coalesce(review.c.probability, LEAST)
    chosen = _waiting(ledger, origin, *(review.c[name] for name in PAIR))
    if after is not None:
        likelihood, number = after
        later = sa.and_(rank == likelihood, review.c.pair_no > number)
        chosen = chosen.where(sa.or_(rank < likelihood, later))
    with ledger.engine.connect() as connection:
        rows = list(connection.execute(chosen.order_by(rank.desc(), review.c.pair_no).limit(most)))
    return [_pair(row) for row in rows]


def _pair(row: Any) -> Waiting:
    told = dict(row._mapping)  # noqa: SLF001 as SQLAlchemy documents it
    number, target_object, weights = told.pop("pair_no"), told.pop("object"), told.pop("weights")
    return Waiting(number, target_object, weights=json.loads(weights) if weights else None, **told)


def place(pair: Waiting) -> str:
    """Return where the queue goes on behind a pair, for an address."""
    likelihood = LEAST if pair.probability is None else pair.probability
    return f"{likelihood!r}_{pair.number}"


def placed(text: str | None) -> tuple[float, int] | None:
    """Return what `place` has written; None where it is none."""
    likelihood, _, number = (text or "").partition("_")
    if not is_number(number):
        return None
    try:
        return float(likelihood), int(number)
    except ValueError:
        return None


@dataclass(frozen=True)
class Shown:
    """A pair with both records compared; `trouble` where the target could not be asked for them."""

    pair: SideBySide
    trouble: str | None = None


def beside(origin: Origin, pair: Waiting, readable: AbstractSet[str]) -> Shown:
    """Return both records of a pair, compared; a record is empty where it is gone, or of a source not `readable`."""
    from crm_migration.load.pair_records import pair_records
    from crm_migration.load.reviews import Pair
    from crm_migration.web.records import quick_record

    entities = origin.loaded.mapping.entities
    entity = next(name for name, spec in entities.items() if spec.target.object == pair.target_object)
    told = (pair.rule, pair.reason, pair.probability, pair.weights, pair.last_run)
    known = Pair(pair.number, entity, pair.a, pair.b, *told)
    try:
        with origin.target() as target:
            found = [quick_record(target, entity, identity) for identity in (pair.a, pair.b)]
            records = found if all(found) else list(pair_records(target, origin.staging, known))
    except MigrationError as error:
        return Shown(side_by_side(known, {}, {}), str(error))
    one, other = (record if may else {} for record, may in zip(records, seen(pair, readable), strict=True))
    return Shown(side_by_side(known, one, other))


def seen(pair: Waiting, readable: AbstractSet[str]) -> tuple[bool, bool]:
    """Return of either row of a pair whether its source is among those that may be seen."""
    return source_of(pair.a) in readable, source_of(pair.b) in readable


def source_of(identity: str) -> str:
    """Return the source of a row's identity, `source.entity:key`."""
    return identity.partition(":")[0].rpartition(".")[0]


@dataclass(frozen=True)
class Rows:
    """The two rows of a pair that a decision is about, by their identities."""

    target_object: str
    a: str
    b: str

    @property
    def sources(self) -> set[str]:
        """Return the sources whose records the decision joins or parts."""
        return {source_of(self.a), source_of(self.b)}


def rows_of(ledger: Ledger, origin: Origin, number: int) -> Rows:
    """Return the rows of a pair of this source.

    Raises:
        MappingFault: the pair is none of this source's.
    """
    review = ledger.tables.match_review
    chosen = sa.select(review.c.object, review.c.a, review.c.b).where(
        review.c.pair_no == number, _of_source(review, origin)
    )
    with ledger.engine.connect() as connection:
        row = connection.execute(chosen).first()
    if row is None:
        raise MappingFault(
            f"expected a pair of {origin.name}, found pair {number}; open the queue again: it may have been merged "
            "meanwhile"
        )
    return Rows(*row)


def decide(ledger: Ledger, rows: Rows, said: str, by: str) -> None:
    """Record what a person says of a pair, as `crm-migration review` does.

    Raises:
        MappingFault: the judgement is none.
    """
    if said not in JUDGEMENTS:
        raise MappingFault(f"expected one of {', '.join(JUDGEMENTS)}, found another word; use the buttons of the page")
    record_decisions(ledger, rows.target_object, [(rows.a, rows.b)], JUDGEMENTS[said], Decided(by))
