"""The truth beside a generated legacy CRM: what a correct migration makes of each of its rows.

It follows from the plan alone, so it is computed again, chunk by chunk, and streamed into CSV files next to
`truth.json`. Simplifications: rows of clusters and traps are never soft-deleted, never rejected, and their
references never point at a key that no row has; a row has at most one fault of its own, which goes before a
missing parent.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl

from demo import layout, links
from demo.draws import Index, Mask
from demo.fates import REJECTIONS, Fate
from demo.layout import TRAPS, Role
from demo.links import TROUBLES
from demo.plan import ENTITIES, ZONE, Plan

CHUNK = 20_000
"""Rows of an entity that are in memory at a time."""
REFERENCES = {
    "accounts": (links.account_parent, links.primary_contact),
    "contacts": (links.contact_account, links.reports_to),
    "opportunities": (links.opportunity_account,),
    "activities": (links.activity_parent,),
    "campaign_members": (links.member_campaign, links.member_person),
}
FILES: dict[str, tuple[str, ...]] = {
    "clusters": ("table", "key", "cluster"),
    "hard_clusters": ("table", "key", "cluster"),
    "rejected": ("table", "key", "reason"),
    "orphans": ("table", "key", "reference", "kind"),
    "filtered": ("table", "key"),
    "traps": ("table", "key_a", "key_b", "kind"),
}
"""CSV files of the truth and their columns. An orphan's kind says what became of the row it refers to:
missing, deleted or rejected; rows that are filtered themselves are not listed."""

Counts = dict[str, int]


@dataclass(frozen=True)
class Truth:
    """Counts of a generated legacy CRM; the keys are in the CSV files beside truth.json."""

    contacts: int
    seed: int
    zone: str
    counts: Counts
    """Rows by legacy table, soft-deleted ones included."""
    filtered: Counts
    rejected: dict[str, Counts]
    orphans: dict[str, Counts]
    clusters: Counts
    duplicates: Counts
    """Rows that a migration merges into another one, by table."""
    hard_clusters: Counts
    traps: Counts
    """Pairs that must stay apart, by kind."""

    @property
    def plan(self) -> Plan:
        """The plan that the data follow."""
        return Plan(self.contacts, self.seed)


def load(folder: Path) -> Truth:
    """Return the truth that `record` wrote."""
    return Truth(**json.loads((folder / "truth.json").read_text(encoding="utf-8")))


def table_of(folder: Path, name: str) -> pl.DataFrame:
    """Return one of the CSV files in FILES, all columns as text."""
    return pl.read_csv(folder / f"{name}.csv", infer_schema=False)


def chunks(rows: int) -> Iterator[Index]:
    """Return the numbers below `rows`, a bounded part at a time."""
    for start in range(0, rows, CHUNK):
        yield np.arange(start, min(start + CHUNK, rows), dtype=np.int64)


def record(plan: Plan, counts: Counts, folder: Path) -> Truth:
    """Write the truth of the plan's data into `folder`; `counts` are the rows of each legacy table."""
    folder.mkdir(parents=True, exist_ok=True)
    tally: Counter[tuple[str, ...]] = Counter()
    with ExitStack() as stack:
        files = {name: stack.enter_context((folder / f"{name}.csv").open("wb")) for name in FILES}
        for name, columns in FILES.items():
            files[name].write((",".join(columns) + "\n").encode())
        for name, rows in _facts(plan):
            rows.select(FILES[name]).write_csv(files[name], include_header=False)
            tally.update(_counted(name, rows))
    truth = _summary(plan, counts, tally)
    text = json.dumps(asdict(truth), indent=2, ensure_ascii=False)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    return truth


def _facts(plan: Plan) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield rows for each of the FILES."""
    for table in ENTITIES:
        for slots in chunks(plan.rows[table]):
            fate = links.fate(plan, table, slots)
            keys = plan.keys(table, slots)
            yield "filtered", _rows(table, fate == Fate.DELETED, key=keys)
            reasons = pl.Series([reason.name.lower() for reason in Fate]).gather(pl.Series(fate))
            yield "rejected", _rows(table, np.isin(fate, REJECTIONS), key=keys, reason=reasons)
            for link in REFERENCES.get(table, ()):
                yield "orphans", _orphans(plan, link(plan, slots), keys, fate)
            if table in {"accounts", "contacts"}:
                yield from _groups(plan, table, slots, keys)


def _rows(table: str, kept: Mask, **columns: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(columns).filter(pl.Series(kept)).with_columns(table=pl.lit(table))


def _orphans(plan: Plan, link: links.Link, keys: pl.Series, fate: Index) -> pl.DataFrame:
    table, column = link.column.split(".")
    trouble = link.trouble(plan)
    kinds = pl.Series([TROUBLES.get(number) for number in range(len(TROUBLES) + 1)]).gather(pl.Series(trouble))
    listed = (trouble != 0) & (fate != Fate.DELETED)
    return _rows(table, listed, key=keys, kind=kinds).with_columns(reference=pl.lit(column))


def _groups(plan: Plan, table: str, slots: Index, keys: pl.Series) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield clusters, and every pair within a trap."""
    places = layout.places(table, slots, plan.rows[table])
    leaders = plan.keys(table, places.leader)
    yield "clusters", _rows(table, places.has(Role.CLUSTER), key=keys, cluster=leaders)
    yield "hard_clusters", _rows(table, places.has(Role.HARD), key=keys, cluster=leaders)
    kinds = pl.Series([role.name.lower() for role in Role]).gather(pl.Series(places.role))
    trapped = places.has(*TRAPS)
    for back in range(1, int(places.position.max()) + 1):
        earlier = plan.keys(table, np.maximum(slots - back, 0))
        yield (
            "traps",
            _rows(table, trapped & (places.position >= back), key_a=earlier, key_b=keys, kind=kinds),
        )


_COUNTED: dict[str, list[pl.Expr]] = {
    "clusters": [pl.col("key") == pl.col("cluster")],
    "hard_clusters": [pl.col("key") == pl.col("cluster")],
    "rejected": [pl.col("reason")],
    "orphans": [pl.col("reference"), pl.col("kind")],
    "filtered": [],
    "traps": [pl.col("kind")],
}


def _counted(name: str, rows: pl.DataFrame) -> dict[tuple[str, ...], int]:
    """Return numbers of rows by (file, table, …)."""
    labels = [label.cast(pl.String).alias(f"label_{at}") for at, label in enumerate(_COUNTED[name])]
    groups = rows.group_by(pl.col("table"), *labels).len()
    return {(name, *labels): count for *labels, count in groups.iter_rows()}


def _summary(plan: Plan, counts: Counts, tally: Counter[tuple[str, ...]]) -> Truth:
    found = {name: {key[1:]: number for key, number in sorted(tally.items()) if key[0] == name} for name in FILES}
    rejected: dict[str, Counts] = {table: {} for table in ENTITIES}
    for (table, reason), number in found["rejected"].items():
        rejected[table][reason] = number
    orphans: dict[str, Counts] = {}
    for (table, reference, kind), number in found["orphans"].items():
        orphans.setdefault(f"{table}.{reference}", {})[kind] = number
    return Truth(
        contacts=plan.contacts,
        seed=plan.seed,
        zone=ZONE,
        counts=counts,
        filtered={table: found["filtered"].get((table,), 0) for table in ENTITIES},
        rejected=rejected,
        orphans=orphans,
        clusters={table: number for (table, leads), number in found["clusters"].items() if leads == "true"},
        duplicates={table: number for (table, leads), number in found["clusters"].items() if leads == "false"},
        hard_clusters={table: number for (table, leads), number in found["hard_clusters"].items() if leads == "true"},
        traps={kind: number for (_, kind), number in found["traps"].items()},
    )
