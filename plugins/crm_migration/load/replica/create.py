"""New records: noted in the ledger, sent to the CRM, and only then, with its ids, written to replica and crosswalk.

A record whose answer was lost is searched by its key before it is sent again, in this attempt or the next one. A search
may be late: what is refused after that is looked for until its first sending is too old to be still hidden, and only
then refused for good. That costs the batch a wait, and the task none of its tries, which are few.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from crm_migration.errors import MigrationError, TargetUnavailable
from crm_migration.ledger.ledger import now
from crm_migration.load.replica.calls import Guard, Outcomes, carry_out
from crm_migration.load.replica.claims import others_among
from crm_migration.load.replica.columns import KEY_LENGTH, canonical_texts, canonical_values
from crm_migration.load.replica.intents import FOUND, OPEN, REFUSED, UNKNOWN, Intent, Intents, Sending
from crm_migration.load.replica.recognising import ALIKE, SOMEWHAT, alike
from crm_migration.load.write import Refusal

if TYPE_CHECKING:
    from crm_migration.load.replica.target import ReplicaTarget

logger = logging.getLogger(__name__)

ROUNDS = 4
LATE_LOOKS = (1, 2, 4, 8)
"""Before each look for a record that is not to be found yet, so many times the time in which a write should show."""
LONGEST_PAUSE = 15.0
"""The most seconds between two looks, and so between two renewals of the lease where only commits renew it."""
TAKEN = "a unique value is already taken: another record of this load has the same external id"
OTHERS = (
    "the CRM holds a record with this external id that somebody else has made meanwhile; the next run takes it over"
)
NO_KEY = "the record has no external id, by which it could be found again"
LONG_KEY = f"the external id is longer than {KEY_LENGTH} characters"
NUL = "a text holds a NUL character"


@dataclass(frozen=True, eq=False)
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


@dataclass
class Found:
    """Records that were looked up, by golden id: the CRM's ids of `ours`, and where it has those of `others` only."""

    ours: dict[str, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)

    def __contains__(self, golden: object) -> bool:
        """Say whether the CRM has a record with its key."""
        return golden in self.ours or golden in self.others


class Creation:
    """Creates the records of one batch."""

    def __init__(self, target: "ReplicaTarget", sending: Sending, token: int) -> None:
        """Prepare; `run` sends."""
        self.target, self.api, self.sending = target, target.api, sending
        self.guard = Guard(target.ledger, target.engine, token)
        self.intents: Intents = target.intents
        self.token = token
        self.doubtful: dict[str, Intent] = {}
        self.sent: dict[str, Intent] = {}

    def run(self, records: pl.DataFrame, fields: list[str]) -> Created:
        """Create `records` (`_golden`, and `fields` as canonical text) and return what became of them."""
        created = Created()
        drafts = self._drafts(records, fields, created)
        before = self.intents.of(self.sending, [draft.golden for draft in drafts])
        known = {golden: one.target_id for golden, one in before.items() if one.state == FOUND and one.target_id}
        self._claim([draft for draft in drafts if draft.golden in known], known, created)
        self.doubtful = {golden: one for golden, one in before.items() if one.state in OPEN}
        self._send([draft for draft in drafts if draft.golden not in known], created)
        return created

    def _claim(self, drafts: list[Draft], known: dict[str, str], created: Created) -> None:
        """Take in what an attempt before has created, but for records that share the key with ours and nothing else."""
        found = Found()
        if drafts:
            self._look(drafts, found, SOMEWHAT)
            self._note([], sorted(found.others))
        mine = [draft.golden for draft in drafts if draft.golden not in found.others]
        created.earlier = {golden: known[golden] for golden in mine}
        created.ids |= created.earlier
        created.refusals += [Refusal(golden, OTHERS) for golden in found.others]

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

    def _send(self, drafts: list[Draft], created: Created) -> None:
        left = drafts
        for _ in range(ROUNDS):
            if not left or created.failure is not None:
                return
            self._note_sent(left)
            outcomes = carry_out(
                self.api.threads, self.guard, left, lambda one: self.api.create(self.sending.target_object, one.values)
            )
            created.ids |= {draft.golden: identity for draft, identity in outcomes.done}
            created.failure = outcomes.failure
            left = self._settle(outcomes, created)
        if left and created.failure is None:
            created.failure = TargetUnavailable(
                f"{self.sending.target_object}: the answers to {len(left)} new records were lost again and again; the "
                "task will try again"
            )

    def _note_sent(self, drafts: list[Draft]) -> None:
        before = {draft.golden: self.doubtful.get(draft.golden, Intent(draft.golden, draft.key)) for draft in drafts}
        self.sent = {golden: replace(one, since=one.since or now()) for golden, one in before.items()}
        with self.target.transaction() as connection:
            self.intents.begin(connection, self.sending, list(self.sent.values()))
            self.target.ledger.check_fence(connection, self.token)

    def _settle(self, outcomes: Outcomes[Draft, str], created: Created) -> list[Draft]:
        """Look up what may be there; return what is to be sent again."""
        refused = dict([*outcomes.refused, *outcomes.doubted])
        lost = [draft for draft in outcomes.lost if draft not in refused]
        for draft in outcomes.lost:
            one = self.sent[draft.golden]
            self.doubtful[draft.golden] = replace(one, attempts=one.attempts + 1)
        doubted = [draft for draft in refused if draft.golden in self.doubtful]
        found = self._search(lost, doubted, created)
        created.ids |= found.ours
        created.refusals += [Refusal(golden, OTHERS) for golden in found.others]
        left = [draft for draft in lost if draft.golden not in found]
        unsure = [draft for draft in doubted if draft.golden not in found and self._may_be_hidden(draft, created)]
        bad = [draft for draft in refused if draft.golden not in found and draft not in unsure]
        created.refusals += [Refusal(draft.golden, refused[draft]) for draft in bad]
        self._note([*left, *unsure], [*(draft.golden for draft in bad), *found.others])
        if unsure and created.failure is None:
            created.failure = TargetUnavailable(
                f"{self.sending.target_object}: {len(unsure)} new records were refused after an answer about them had "
                "been lost, and are not to be found yet; the task will look again before it sends them again"
            )
        return left

    def _may_be_hidden(self, draft: Draft, created: Created) -> bool:
        """Say whether a record may be there although no search shows it: none was made, or it was sent just now."""
        return created.failure is not None or self._doubt_left(draft) > 0

    def _doubt_left(self, draft: Draft) -> float:
        """Return for how many seconds a record may be there although no search shows it."""
        since = self.doubtful[draft.golden].since
        return 0.0 if since is None else self.target.doubt_seconds - (now() - since).total_seconds()

    def _search(self, lost: Sequence[Draft], doubted: Sequence[Draft], created: Created) -> Found:
        """Look records up by their keys: those that the CRM refused now as well, until a search would show them."""
        found = Found()
        if created.failure is not None or not (lost or doubted):
            return found
        try:
            for wait in self._waits(doubted, found):
                time.sleep(wait)
                self.guard.check()
                self._look(self._unfound([*lost, *doubted], found), found, ALIKE)
        except MigrationError as failure:
            created.failure = failure
        return found

    def _waits(self, doubted: Sequence[Draft], found: Found) -> Iterator[float]:
        """Yield the seconds to wait before each look: one look for what was lost, more for what is `doubted`."""
        for times in LATE_LOOKS:
            if times > 1 and not self._unfound(doubted, found):
                return
            yield times * self.target.settle_seconds
        # A clock that is set back must not keep the batch waiting for much longer than the doubt lasts.
        ends = time.monotonic() + self.target.doubt_seconds
        while (left := self._doubt_of(doubted, found)) > 0 and time.monotonic() < ends:
            logger.info(
                "%s: %s new records were refused after an answer about them had been lost; they are looked "
                "for up to %.0f s longer",
                self.sending.target_object,
                len(self._unfound(doubted, found)),
                left,
            )
            yield min(left, LONGEST_PAUSE)

    def _unfound(self, drafts: Sequence[Draft], found: Found) -> list[Draft]:
        return [draft for draft in drafts if draft.golden not in found]

    def _doubt_of(self, drafts: Sequence[Draft], found: Found) -> float:
        """Return for how many seconds any of the records that were not found may be there all the same."""
        return max(map(self._doubt_left, self._unfound(drafts, found)), default=0.0)

    def _look(self, drafts: Sequence[Draft], found: Found, share: float) -> None:
        tables, key = self.target.tables(self.sending.target_object), self.sending.external_id
        names = list(dict.fromkeys([key, *(name for draft in drafts for name in draft.values)]))
        held = canonical_texts(self.api.find(tables.name, key, [draft.key for draft in drafts], names), tables.columns)
        meant = {draft.key: draft for draft in drafts}
        others = others_among(self.target, tables, held[tables.identity].to_list())
        for row in held.sort(tables.identity).iter_rows(named=True):
            draft, identity = meant[row[key]], str(row[tables.identity])
            if identity not in others and alike(canonical_values(draft.values, tables.columns), row, key, share):
                found.ours.setdefault(draft.golden, identity)
            else:
                found.others.add(draft.golden)
        found.others -= found.ours.keys()

    def _note(self, unknown: list[Draft], refused: list[str]) -> None:
        if not unknown and not refused:
            return
        with self.target.transaction() as connection:
            self.target.ledger.check_fence(connection, self.token)
            self.intents.note(connection, self.sending.stream_no, {one.golden: None for one in unknown}, UNKNOWN)
            self.intents.note(connection, self.sending.stream_no, dict.fromkeys(refused), REFUSED)


def _unfit(key: str | None, row: dict[str, str | None]) -> str | None:
    """Return why a record cannot be sent, although the CRM might take it: ledger or replica could not keep it."""
    if not key:
        return NO_KEY
    if len(key) > KEY_LENGTH:
        return LONG_KEY
    return NUL if any("\x00" in value for value in row.values() if value) else None
