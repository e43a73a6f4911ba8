"""The sets: records of persons or companies in the order of a file, with the cluster of each."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.duplicates.chances import Chances, Weighted
from demo.duplicates.country_names import CN, WESTERN, Land
from demo.duplicates.firm_copies import firm_copy
from demo.duplicates.firms import Register, firm_draft
from demo.duplicates.neighbours import Market
from demo.duplicates.person_copies import Copyist
from demo.duplicates.persons import People, person_draft
from demo.duplicates.record import COLUMNS, Draft
from demo.duplicates.relatives import Society

_COPIES = Weighted([0, 1, 2, 3], [86.5, 11, 2, 0.5])
_MIXED = ((CN, 40.0), *((land, share * 0.6) for land, share in WESTERN))
_CHINESE = ((CN, 100.0),)


def _lands(shares: tuple[tuple[Land, float], ...]) -> Weighted[Land]:
    return Weighted([land for land, _ in shares], [share for _, share in shares])


def _persons(chances: Chances, shares: tuple[tuple[Land, float], ...]) -> Iterator[list[Draft]]:
    register, people = Register(chances), People(chances, _lands(shares))
    copyist, cluster = Copyist(chances, people, register), 0
    for group in Society(chances, people, register).groups():
        for person in group:
            cluster += 1
            first = person_draft(chances, person, cluster)
            yield [first, *(copyist.copy(person, first) for _ in range(_COPIES.draw(chances)))]


def _companies(chances: Chances, shares: tuple[tuple[Land, float], ...]) -> Iterator[list[Draft]]:
    cluster = 0
    for group in Market(chances, Register(chances), _lands(shares)).groups():
        for firm in group:
            cluster += 1
            first = firm_draft(chances, firm, cluster)
            yield [first, *(firm_copy(chances, firm, first) for _ in range(_COPIES.draw(chances)))]


@dataclass(frozen=True)
class Kind:
    """A set: what makes its clusters, and of which countries."""

    make: Callable[[Chances, tuple[tuple[Land, float], ...]], Iterator[list[Draft]]]
    lands: tuple[tuple[Land, float], ...]


SETS = {
    "persons_western": Kind(_persons, WESTERN),
    "persons_chinese": Kind(_persons, _CHINESE),
    "persons_mixed": Kind(_persons, _MIXED),
    "companies_western": Kind(_companies, WESTERN),
    "companies_chinese": Kind(_companies, _CHINESE),
}


def drafts(name: str, rows: int, seed: int) -> tuple[list[Draft], Chances]:
    """Return so many records of a set, cluster by cluster, and the draws to go on with."""
    chances = Chances(f"{seed}:{name}")
    kind, found = SETS[name], list[Draft]()
    for cluster in kind.make(chances, kind.lands):
        found += cluster
        if len(found) >= rows:
            return found[:rows], chances
    raise AssertionError("a set has no end")


def write(name: str, rows: int, seed: int, folder: Path) -> Path:
    """Write records.csv and truth.csv of a set into a folder of its name, and return that folder."""
    found, chances = drafts(name, rows, seed)
    order = sorted(range(len(found)), key=lambda _: chances.random())
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    with (
        (target / "records.csv").open("w", encoding="utf-8", newline="") as records,
        (target / "truth.csv").open("w", encoding="utf-8", newline="") as truth,
    ):
        lines, clusters = csv.writer(records, lineterminator="\n"), csv.writer(truth, lineterminator="\n")
        lines.writerow(COLUMNS)
        clusters.writerow(("id", "cluster"))
        for number, at in enumerate(order, start=1):
            lines.writerow([f"r{number}", *found[at].row(chances)])
            clusters.writerow((f"r{number}", found[at].cluster))
    return target
