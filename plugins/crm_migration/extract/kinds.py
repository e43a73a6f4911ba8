"""What kind of values a column of text holds, found from the values as they stream by.

Each batch is counted by distinct value. A shape that fits too little of an even sample of a batch is given up for
good, so that a column is matched against a handful of expressions, whatever its length. What is kept: a count per
shape, at most 51 distinct values, and 8 bytes per row as long as no value has come twice.
"""

from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from crm_migration.extract import kind_patterns as patterns
from crm_migration.extract.kind_patterns import DATES, DATETIMES, NOTATIONS, Notation, swapped

KindName = Literal[
    "integer", "decimal", "money", "date", "datetime", "boolean", "email", "phone", "url", "choice", "text", "empty"
]
MOST_VALUES = 50
MOST_HASHES = 2_000_000
"""Hashes of values, of eight bytes each, that are remembered to tell whether one comes twice."""
LONGEST_VALUE = 240
"""Letters of a value; longer ones are no codes, and are not kept to be listed."""
ENOUGH = 0.95
"""Share of a column's values that must look like a kind."""
HOPELESS = 0.02
"""Share of a sample below which a shape is given up."""
SAMPLE = 1_000
LONGEST_CHOICE = 60
TRUE_WORDS = frozenset({"1", "true", "t", "yes", "y", "on", "ja", "j", "oui", "o", "si", "sí", "sim", "是", "真"})
FALSE_WORDS = frozenset({"0", "false", "f", "no", "n", "off", "nein", "non", "não", "nao", "否", "假"})
SHAPES: dict[str, str] = {
    "integer": patterns.INTEGER,
    "padded": patterns.PADDED,
    "currency": patterns.CURRENCY,
    "email": patterns.EMAIL,
    "phone": patterns.PHONE,
    "dialled": patterns.DIALLED,
    "url": patterns.URL,
    "file": patterns.BARE_FILE,
    "zero_date": patterns.ZERO_DATE,
    **DATES,
    **DATETIMES,
}

RARE = ("padded", "currency", "zero_date")
"""Shapes of short values that tell something however few they are."""


@dataclass(frozen=True)
class ColumnKind:
    """What a column of text was found to hold; `kind` is called as in a mapping's fields, or `empty`.

    `fitting` is the share of the filled values that look like the kind. `formats` are those of dates; where
    `ambiguous` is set, all values could be read with day and month swapped, or with the decimal mark for the
    thousands mark. `scale` is the most decimals seen. `values` are the distinct ones, sorted, None where there are
    more than 50. `unique` says whether each filled value came once; None where there were too many to tell.
    """

    kind: KindName
    rows: int = 0
    filled: int = 0
    fitting: float = 1.0
    formats: tuple[str, ...] = ()
    ambiguous: bool = False
    decimal_mark: str = "."
    thousands: str = ""
    scale: int = 0
    values: tuple[str, ...] | None = None
    max_length: int = 0
    multiline: bool = False
    padded: bool = False
    unique: bool | None = None

    @property
    def null_share(self) -> float:
        """Return the share of rows without a value."""
        return 1 - self.filled / self.rows if self.rows else 1.0

    @property
    def base(self) -> str:
        """Return the kind as far as it does not hang on how many rows were seen: a `choice` is a `text`."""
        return "text" if self.kind == "choice" else self.kind


def guess(series: pl.Series) -> ColumnKind:
    """Return the kind of one column that is in memory whole."""
    found = KindGuess()
    found.see(series)
    return found.result()


@dataclass
class Allowance:
    """How many hashes of values may still be remembered; the columns of a table can share one."""

    left: int = MOST_HASHES


@dataclass
class KindGuess:
    """Finds the kind of a column from batches of its values, which are text."""

    rows: int = 0
    filled: int = 0
    max_length: int = 0
    multiline: bool = False
    _counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SHAPES, 0))
    _numbers: dict[Notation, int] = field(default_factory=lambda: dict.fromkeys(NOTATIONS, 0))
    _scales: dict[Notation, int] = field(default_factory=dict)
    _thirds: bool = True
    _values: set[str] | None = field(default_factory=set)
    _hashes: list[pl.Series] | None = field(default_factory=list)
    _told: bool = True
    allowance: Allowance = field(default_factory=Allowance)

    def see(self, series: pl.Series) -> None:
        """Take a batch of the column; null and blank are no values."""
        text = series.cast(pl.String).str.strip_chars()
        kept = text.filter((text.str.len_bytes() > 0).fill_null(value=False))
        self.rows += len(series)
        self.filled += len(kept)
        if not len(kept):
            return
        self.max_length = max(self.max_length, _greatest(kept.str.len_chars()))
        self.multiline = self.multiline or bool(kept.str.contains("\n", literal=True).any())
        counted = kept.rename("value").value_counts(name="count")
        self._keep_values(counted["value"])
        self._keep_hashes(counted["value"], len(kept))
        if not self._is_prose(kept):
            self._count(counted)

    def result(self) -> ColumnKind:
        """Return what was found so far."""
        if not self.filled:
            return self._made("empty")
        for found in (self._boolean(), self._moment(), self._number(), self._shaped()):
            if found is not None:
                return found
        return self._made("choice" if self._is_choice() else "text", padded=self._share("padded") > 0)

    def _keep_values(self, distinct: pl.Series) -> None:
        if self._values is not None:
            if self.max_length <= LONGEST_VALUE:
                self._values.update(distinct.head(MOST_VALUES + 1))
            if self.max_length > LONGEST_VALUE or len(self._values) > MOST_VALUES:
                self._values = None

    def _keep_hashes(self, distinct: pl.Series, rows: int) -> None:
        """Remember what came, until something comes twice or there is too much to remember."""
        if self._hashes is None or not self._told:
            return
        hashes = distinct.hash()
        twice = len(distinct) < rows or any(hashes.is_in(held.implode()).any() for held in self._hashes)
        if twice or len(hashes) > self.allowance.left:
            self.allowance.left += sum(map(len, self._hashes))
            # Past the limit nothing is told any more.
            self._told, self._hashes = twice, None
            return
        self.allowance.left -= len(hashes)
        self._hashes.append(hashes)

    def _is_prose(self, kept: pl.Series) -> bool:
        """Say whether a batch is longer text throughout, which no shape fits."""
        shortest = kept.str.len_bytes().min()
        return isinstance(shortest, int) and shortest > LONGEST_CHOICE * 4

    def _count(self, counted: pl.DataFrame) -> None:
        sample = counted["value"].gather_every(max(1, counted.height // SAMPLE))
        short = counted.filter(pl.col("value").str.len_bytes() <= LONGEST_CHOICE)
        clocks = bool(sample.str.contains(patterns.CLOCK).any())
        days = bool(sample.str.contains(patterns.DAY_LIKE).any())
        for name in list(self._counts):
            if (name in DATETIMES and not clocks) or (name in DATES and not days) or name not in SHAPES:
                continue
            if name in RARE:
                self._counts[name] += _weight(short, SHAPES[name])
            elif self._promising(sample, SHAPES[name], name):
                self._counts[name] += _weight(counted, SHAPES[name])
        bare = counted
        if self._counts.get("currency"):
            bare = counted.with_columns(pl.col("value").str.replace_all(patterns.CURRENCY_PARTS, "").str.strip_chars())
            self._counts["bare_integer"] = self._counts.get("bare_integer", 0) + _weight(bare, patterns.INTEGER)
        self._count_numbers(bare)

    def _promising(self, sample: pl.Series, pattern: str, name: str) -> bool:
        """Say whether a shape is worth counting; one that fits nearly nothing of a large sample is given up."""
        fits = int(sample.str.contains(pattern).sum())
        if fits < HOPELESS * len(sample) and len(sample) >= SAMPLE // 2:
            del self._counts[name]
            return False
        return len(sample) < SAMPLE or fits > 0

    def _count_numbers(self, counted: pl.DataFrame) -> None:
        sample = counted["value"].gather_every(max(1, counted.height // SAMPLE))
        for notation in list(self._numbers):
            fits = sample.str.contains(notation.pattern)
            if not fits.any() and len(sample) >= SAMPLE // 2:
                del self._numbers[notation]
                continue
            found = counted.filter(pl.col("value").str.contains(notation.pattern))
            self._numbers[notation] += int(found["count"].sum())
            decimals = found["value"].str.extract(rf"\{notation.mark}([0-9]+)$").str.strip_chars_end("0")
            self._scales[notation] = max(self._scales.get(notation, 0), _greatest(decimals.str.len_bytes()))
            if not notation.thousands and found.height:
                self._thirds &= bool(found["value"].str.contains(r"^[-+]?[0-9]{1,3}[.,][0-9]{3}$").all())

    def _share(self, name: str) -> float:
        return self._counts.get(name, 0) / self.filled

    def _boolean(self) -> ColumnKind | None:
        folded = {value.lower() for value in self._values or ()}
        both = folded <= TRUE_WORDS | FALSE_WORDS and len(folded) <= len("yn") + 2
        # One letter alone is a code as likely as not.
        alone = len(folded) == 1 and not folded <= {"0", "1"} and len(next(iter(folded))) == 1
        return self._made("boolean") if folded and both and not alone else None

    def _moment(self) -> ColumnKind | None:
        for kind, known in (("datetime", DATETIMES), ("date", DATES)):
            zeros = self._counts.get("zero_date", 0)
            formats, ambiguous = self._formats(known)
            read = sum(self._counts[name] for name in formats)
            plain = sum(self._counts.get(name, 0) for name in DATES) if kind == "datetime" and read else 0
            if read and read + min(plain, read) + zeros >= ENOUGH * self.filled:
                fitting = min(1.0, (read + plain + zeros) / self.filled)
                return self._made(kind, fitting=fitting, formats=formats, ambiguous=ambiguous)
        return None

    def _formats(self, known: dict[str, str]) -> tuple[tuple[str, ...], bool]:
        """Return the formats that values have, the most frequent first, one of each pair that swaps day and month."""
        seen = [name for name in known if self._counts.get(name, 0) >= max(1, HOPELESS / 10 * self.filled)]
        chosen: list[str] = []
        ambiguous = False
        for name in sorted(seen, key=lambda name: -self._counts[name]):
            other = swapped(name)
            if other in chosen:
                ambiguous |= self._counts[other] == self._counts[name]
            else:
                chosen.append(name)
        return tuple(chosen), ambiguous

    def _number(self) -> ColumnKind | None:
        currency = self._counts.get("currency", 0)
        whole = self._counts.get("bare_integer" if currency else "integer", 0)
        notation = max(self._numbers, key=self._written, default=NOTATIONS[0])
        written = self._written(notation)
        if whole + written < ENOUGH * self.filled:
            return None
        if self._share("padded") > 0:
            return self._made("choice" if self._is_choice() else "text", padded=True)
        notation, ambiguous = self._notation(notation)
        scale = max(self._scales.get(notation, 0), self._scales.get(Notation(notation.mark), 0)) if written else 0
        fitting = min(1.0, (whole + written) / self.filled)
        kind: KindName = "money" if currency else "decimal" if scale else "integer"
        shape = {"decimal_mark": notation.mark, "thousands": notation.thousands} if written else {}
        return self._made(kind, fitting=fitting, ambiguous=ambiguous and written > 0, scale=scale, **shape)

    def _written(self, notation: Notation) -> int:
        """Return how many values have this notation's marks; numbers below a thousand lack the one for thousands."""
        marked = self._numbers.get(notation, 0)
        return marked + self._numbers.get(Notation(notation.mark), 0) if marked and notation.thousands else marked

    def _notation(self, best: Notation) -> tuple[Notation, bool]:
        """Return the notation, and whether `1,234` could be either one and a bit or a thousand and more."""
        if best.thousands or not self._thirds or not self._numbers.get(best):
            return best, False
        grouped = Notation("," if best.mark == "." else ".", best.mark)
        if best.mark == "," and self._numbers.get(grouped) == self._numbers[best]:
            return grouped, True
        return best, best.mark == ","

    def _shaped(self) -> ColumnKind | None:
        if self._share("email") >= ENOUGH:
            return self._made("email", fitting=self._share("email"))
        if self._share("url") - self._share("file") >= ENOUGH:
            return self._made("url", fitting=self._share("url"))
        if self._share("phone") >= ENOUGH and self._share("dialled") >= ENOUGH / 2:
            return self._made("phone", fitting=self._share("phone"))
        return None

    def _is_choice(self) -> bool:
        few = self._values is not None and 2 * len(self._values) <= self.filled
        return few and self.max_length <= LONGEST_CHOICE and not self.multiline

    def _made(self, kind: str, **found: object) -> ColumnKind:
        return ColumnKind(
            kind=kind,  # type: ignore[arg-type]
            rows=self.rows,
            filled=self.filled,
            values=tuple(sorted(self._values)) if self._values is not None else None,
            max_length=self.max_length,
            multiline=self.multiline,
            unique=(self._hashes is not None) if self._told else None,
            **found,  # type: ignore[arg-type]
        )


def _weight(counted: pl.DataFrame, pattern: str) -> int:
    """Return how many rows have a value that fits."""
    return int(counted["count"].filter(counted["value"].str.contains(pattern)).sum())


def _greatest(lengths: pl.Series) -> int:
    most = lengths.max()
    return most if isinstance(most, int) else 0
