"""Labelled sets: folders with records.csv and truth.csv, and the floors that a matcher must reach on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from benchmarks.matching_scores import Scores, labelled, planted

COLUMNS = (
    "id", "source", "given_name", "surname", "full_name", "company", "email", "phone", "website", "address", "suburb",
    "city", "postcode", "region", "country", "dob", "national_id", "extra",
)  # fmt: skip
PRECISION = {"person": 0.995, "company": 0.98}
PLANTED_PRECISION, PLANTED_F1 = 0.995, 0.97
LIKELY_F1 = {
    "febrl1": 0.98, "febrl2": 0.98, "febrl3": 0.99, "fake_1000": 0.93, "fodors_zagats": 0.92,
    "early_childhood_half": 0.93,
}  # fmt: skip
NEVER = ("household", "colleagues", "same_name")
"""Planted kinds of which no two may be merged in ten thousand rows."""
_TEN_THOUSAND = 10_000


class LayoutError(Exception):
    """A folder does not hold a labelled set."""


@dataclass(frozen=True)
class LabelledSet:
    """Records with their truth: `id, cluster`, or listed pairs with `is_match`."""

    name: str
    records: pl.DataFrame
    truth: pl.DataFrame

    @property
    def kind(self) -> str:
        """Return `company` where more records name a company than a person, else `person`."""
        persons = self.records["given_name"].count() + self.records["full_name"].count()
        return "company" if self.records["company"].count() > persons else "person"

    @property
    def labels(self) -> pl.DataFrame:
        """Return the hard cases planted in the records: `id`, `kind`, `group`."""
        return planted(self.records.select("id", "extra"))


@dataclass(frozen=True)
class Outcome:
    """How a matcher did on one set."""

    name: str
    kind: str
    rows: int
    merged: Scores
    likely: Scores
    wrong: dict[str, int] = field(default_factory=dict)

    def missed(self) -> list[str]:
        """Return the floors that were not reached, each with what was found."""
        least = PLANTED_PRECISION if self.wrong else PRECISION[self.kind]
        found = [("merge precision", self.merged.precision, least)]
        if self.wrong:
            found.append(("merge F1", self.merged.f1, PLANTED_F1))
        elif self.name in LIKELY_F1:
            found.append(("merge and likely F1", self.likely.f1, LIKELY_F1[self.name]))
        below = [f"{what} {value:.4f} < {floor}" for what, value, floor in found if value < floor]
        return below + [f"wrong merges of {kind}: {self.wrong[kind]}" for kind in NEVER if self._too_many(kind)]

    def _too_many(self, kind: str) -> bool:
        return self.wrong.get(kind, 0) * _TEN_THOUSAND // max(self.rows, _TEN_THOUSAND) > 0


def folders(data: Path, names: list[str] | None) -> Iterator[Path]:
    """Yield the folders of `data` that hold a set, of these names where names are given.

    Raises:
        LayoutError: a named set is not there, or there is none at all.
    """
    found = {file.parent.name: file.parent for file in sorted(data.glob("*/records.csv"))}
    found = {name: folder for name, folder in found.items() if (folder / "truth.csv").is_file()}
    missing = [name for name in names or [] if name not in found]
    if missing or not found:
        raise LayoutError(
            f"{data}: expected folders with records.csv and truth.csv{f' named {missing}' if missing else ''}, "
            f"found {sorted(found) or 'none'}; name another folder with --data, or other sets with --sets"
        )
    yield from (found[name] for name in names or found)


def read_set(folder: Path) -> LabelledSet:
    """Return the set of a folder, every value as text.

    Raises:
        LayoutError: a column is missing.
    """
    records, truth = (pl.read_csv(folder / name, infer_schema=False) for name in ("records.csv", "truth.csv"))
    if absent := [column for column in COLUMNS if column not in records.columns]:
        raise LayoutError(f"{folder / 'records.csv'}: expected the columns {', '.join(COLUMNS)}; {absent} are missing")
    if not {"id", "cluster"} <= set(truth.columns) and not {"left", "right"} <= set(truth.columns):
        raise LayoutError(
            f"{folder / 'truth.csv'}: expected id,cluster or left,right[,is_match], found {truth.columns}"
        )
    if "left" in truth.columns and "is_match" not in truth.columns:
        truth = labelled(truth, records["id"])
    return LabelledSet(folder.name, records.select(COLUMNS), truth)
