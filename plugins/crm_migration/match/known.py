"""What earlier runs, of this source and of others, already know about an entity."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from crm_migration.match.thresholds import LABELS

CROSSWALK = {"source_key": pl.String(), "golden_id": pl.String()}
DECISIONS = {
    "a": pl.String(),
    "b": pl.String(),
    "judgement": pl.String(),
    "golden_a": pl.String(),
    "golden_b": pl.String(),
}
LINEAGE = {"golden_id": pl.String(), "source": pl.String(), "source_key": pl.String(), "record": pl.String()}


@dataclass(frozen=True)
class KnownRecords:
    """The ledger's and the target's part in a match.

    Attributes:
        crosswalk: `source_key`, `golden_id`: this source's rows of this entity that earlier runs placed.
        records: golden records that are in the target, whichever source founded them: `_golden` and fields
            typed as in `clean`. It is read once, batch by batch. A record that a new row joins is rebuilt
            from the fields given here where the ledger holds no row of it, so give all the fields there are.
        lineage: `golden_id`, `source` (stream: `<source>.<entity>`), `source_key`, `record` (JSON): the
            members of merged records.
        decisions: `a`, `b` (identities of rows), `judgement` (`same`, `different` or `unsure`: the last that a
            person gave of the pair), `golden_a`, `golden_b`: the records that the rows belong to, or null.
        labels: `probability`, `same`, `guarded`: what the model last said of the pairs that it showed to a person, and
            what the person said.
    """

    crosswalk: pl.DataFrame
    records: Iterable[pl.DataFrame] | None
    lineage: pl.DataFrame
    decisions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DECISIONS))
    labels: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LABELS))

    def __post_init__(self) -> None:
        """Refuse frames that lack a column, and a crosswalk that places a row twice."""
        for name, frame, schema in (
            ("crosswalk", self.crosswalk, CROSSWALK),
            ("lineage", self.lineage, LINEAGE),
            ("decisions", self.decisions, DECISIONS),
            ("labels", self.labels, LABELS),
        ):
            if missing := sorted(set(schema) - set(frame.columns)):
                raise ValueError(f"known {name}: expected columns {sorted(schema)}, missing {missing}")
        if self.crosswalk["source_key"].n_unique() != self.crosswalk.height:
            raise ValueError("known crosswalk: expected one line per source_key, found several")

    @classmethod
    def nothing(cls) -> "KnownRecords":
        """Return what is known before the first run: no rows, no records."""
        return cls(pl.DataFrame(schema=CROSSWALK), None, pl.DataFrame(schema=LINEAGE))
