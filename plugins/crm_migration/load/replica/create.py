"""New records: noted in the ledger, sent to the CRM, and only then, with its ids, written to replica and crosswalk.

A record whose answer was lost is searched by its key before it is sent again, in this attempt or the next one.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from crm_migration.errors import MigrationError, TargetUnavailable
from crm_migration.load.replica.calls import Guard, Outcomes, carry_out
from crm_migration.load.replica.columns import KEY_LENGTH
from crm_migration.load.replica.intents import FOUND, REFUSED, UNKNOWN, Intent, Intents, Sending, look_up
from crm_migration.load.write import Refusal

if TYPE_CHECKING:
    from crm_migration.load.replica.target import ReplicaTarget

logger = logging.getLogger(__name__)

ROUNDS = 4
TAKEN = "a unique value is already taken: another record of this load has the same external id"
NO_KEY = "the record has no external id, by which it could be found again"
LONG_KEY = f"the external id is longer than {KEY_LENGTH} characters"
NUL = "a text holds a NUL character"


@dataclass(frozen=True)
class Draft:
    """A record to create."""

    golden: str
    key: str
    values: dict[str, str]


@dataclass
class Created:
    """What became of drafts: ids by golden id, refusals, and what stopped the rest.

    `earlier` are the ids of those that an attempt before has created, perhaps with other values.
    """

    ids: dict[str, str] = field(default_factory=dict)
    earlier: dict[str, str] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    failure: MigrationError | None = None


class Creation:
    """Creates the records of one batch."""

    def __init__(self, target: "ReplicaTarget", sending: Sending, token: int) -> None:
        """Prepare; `run` sends."""
        self.target, self.api, self.sending = target, target.api, sending
        self.guard = Guard(target.ledger, target.engine, token)
        self.intents: Intents = target.intents
        self.token = token

    def run(self, records: pl.DataFrame, fields: list[str]) -> Created:
        """Create `records` (`_golden`, and `fields` as canonical text) and return what became of them."""
        created = Created()
        drafts = self._drafts(records, fields, created)
        before = self.intents.of(self.sending, [draft.golden for draft in drafts])
        known = {golden: one.target_id for golden, one in before.items() if one.state == FOUND and one.target_id}
        created.earlier = {draft.golden: known[draft.golden] for draft in drafts if draft.golden in known}
        created.ids |= created.earlier
        doubtful = {golden: one.attempts for golden, one in before.items() if one.state in ("sent", UNKNOWN)}
        self._send([draft for draft in drafts if draft.golden not in known], doubtful, created)
        return created

    def _drafts(self, records: pl.DataFrame, fields: list[str], created: Created) -> list[Draft]:
        drafts, keys = [], set()
        for row in records.select("_golden", *fields).iter_rows(named=True):
            golden = str(row.pop("_golden"))
            key = row[self.sending.external_id]
            wrong = TAKEN if key in keys else _unfit(key, row)
            if wrong is not None:
                created.refusals.append(Refusal(golden, wrong))
                continue
            keys.add(key)
            drafts.append(Draft(golden, key, {name: value for name, value in row.items() if value is not None}))
        return drafts

    def _send(self, drafts: list[Draft], attempts: dict[str, int], created: Created) -> None:
        left = drafts
        for _ in range(ROUNDS):
            if not left or created.failure is not None:
                return
            self._note_sent(left, attempts)
            outcomes = carry_out(
                self.api.threads, self.guard, left, lambda one: self.api.create(self.sending.target_object, one.values)
            )
            created.ids |= {draft.golden: identity for draft, identity in outcomes.done}
            created.failure = outcomes.failure
            left = self._settle(outcomes, attempts, created)
        if left and created.failure is None:
            created.failure = TargetUnavailable(
                f"{self.sending.target_object}: the answers to {len(left)} new records were lost again and again; the "
                "task will try again"
            )

    def _note_sent(self, drafts: list[Draft], attempts: dict[str, int]) -> None:
        intents = [Intent(draft.golden, draft.key, attempts.get(draft.golden, 0)) for draft in drafts]
        with self.target.transaction() as connection:
            self.intents.begin(connection, self.sending, intents)
            self.target.ledger.check_fence(connection, self.token)

    def _settle(self, outcomes: Outcomes[Draft, str], attempts: dict[str, int], created: Created) -> list[Draft]:
        """Look up what may be there; return what is to be sent again."""
        refused = {draft.golden: reason for draft, reason in outcomes.refused}
        again = [draft for draft, _ in outcomes.refused if attempts.get(draft.golden)]
        there = self._search([*outcomes.lost, *again], created)
        created.ids |= there
        created.refusals += [Refusal(golden, reason) for golden, reason in refused.items() if golden not in there]
        left = [draft for draft in outcomes.lost if draft.golden not in there]
        for draft in outcomes.lost:
            attempts[draft.golden] = attempts.get(draft.golden, 0) + 1
        self._note(left, [golden for golden in refused if golden not in there])
        return left

    def _search(self, drafts: Sequence[Draft], created: Created) -> dict[str, str]:
        if not drafts or created.failure is not None:
            return {}
        time.sleep(self.target.settle_seconds)
        try:
            ids = look_up(
                self.api, self.sending.target_object, self.sending.external_id, [draft.key for draft in drafts]
            )
        except MigrationError as failure:
            created.failure = failure
            return {}
        return {draft.golden: ids[draft.key] for draft in drafts if draft.key in ids}

    def _note(self, unknown: list[Draft], refused: list[str]) -> None:
        if not unknown and not refused:
            return
        with self.target.transaction() as connection:
            self.intents.note(connection, self.sending.stream_no, {one.golden: None for one in unknown}, UNKNOWN)
            self.intents.note(connection, self.sending.stream_no, dict.fromkeys(refused), REFUSED)


def _unfit(key: str | None, row: dict[str, str | None]) -> str | None:
    """Return why a record cannot be sent, although the CRM might take it: ledger or replica could not keep it."""
    if not key:
        return NO_KEY
    if len(key) > KEY_LENGTH:
        return LONG_KEY
    return NUL if any("\x00" in value for value in row.values() if value) else None
