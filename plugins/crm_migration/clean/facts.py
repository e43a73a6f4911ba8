"""What cleaning did to an entity, counted part by part."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from pydantic import TypeAdapter

from crm_migration.clean.classification import Overlaps
from crm_migration.clean.fields import CleanField
from crm_migration.clean.profile import Profile
from crm_migration.errors import InvalidValue

EXAMPLES = 5
FLAGGED = {"_key": pl.String, "_row": pl.Int64, "field": pl.String, "flag": pl.String}
"""Columns of the staged table `flagged`: for each field and flag, the first few rows that carry it."""


@dataclass
class Facts:
    """Counters of one entity; `as_dict` is what the manifest of the clean table carries.

    `invalid` counts all rows that no filter took out; `changed`, `filled_before`, `filled_after` and `flags` count
    the rows that came out clean, so that they can be compared.
    """

    rejected: int = 0
    filters: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    filled_before: Counter[str] = field(default_factory=Counter)
    filled_after: Counter[str] = field(default_factory=Counter)
    invalid: dict[str, Counter[str]] = field(default_factory=dict)
    flags: dict[str, Counter[str]] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    first_failed: dict[str, str] = field(default_factory=dict)
    overlaps: Overlaps = field(default_factory=Overlaps)
    profile: Profile = field(default_factory=Profile)

    def add_filtered(self, names: pl.Series) -> None:
        """Count the rows that filters took out, by the filter's name."""
        self.filters.update(_by_value(names))

    def add_field(self, name: str, result: CleanField, keys: pl.Series, clean: pl.Series) -> None:
        """Count one field of one part; `clean` marks the rows that no field rejects."""
        self.invalid.setdefault(name, Counter()).update(_by_value(result.found))
        self.changed[name] += _count(result.changed & clean)
        self.filled_before[name] += _count(result.before & clean)
        self.filled_after[name] += _count(result.values.is_not_null() & clean)
        for flag, mask in result.flags.items():
            self.flags.setdefault(name, Counter())[flag] += _count(mask & clean)
        if result.failed.any():
            self.failed[name] += _count(result.failed)
            self.first_failed.setdefault(name, keys.filter(result.failed)[0])

    def flagged(self, results: Mapping[str, CleanField], labels: pl.DataFrame, clean: pl.Series) -> pl.DataFrame:
        """Return the first rows of each field and flag, so that a person finds them; call before `add_field`."""
        lines = [pl.DataFrame(schema=FLAGGED)]
        for name, result in results.items():
            for flag, mask in result.flags.items():
                room = EXAMPLES - self.flags.get(name, Counter())[flag]
                if room > 0:
                    told = pl.lit(name).alias("field"), pl.lit(flag).alias("flag")
                    lines.append(labels.filter(mask & clean).head(room).select("_key", "_row", *told))
        return pl.concat(lines)

    def raise_failed(self, source: str, entity: str) -> None:
        """Stop the run where a field with `on_invalid: fail` met a value it cannot take.

        Raises:
            InvalidValue: names each such field, how many values and the key of the first.
        """
        if self.failed:
            raise InvalidValue(
                "\n".join(
                    f"source '{source}', entity '{entity}', field '{name}': {count} value(s) cannot be read, "
                    f"the first in the row with key '{self.first_failed[name]}'; correct them at the source, "
                    "or set the field's on_invalid to reject or null"
                    for name, count in self.failed.items()
                )
            )

    def add(self, other: "Facts") -> None:
        """Count what `other` has counted of later rows."""
        self.rejected += other.rejected
        for own, more in (
            (self.filters, other.filters),
            (self.changed, other.changed),
            (self.filled_before, other.filled_before),
            (self.filled_after, other.filled_after),
            (self.failed, other.failed),
        ):
            own.update(more)
        for counts, others in ((self.invalid, other.invalid), (self.flags, other.flags)):
            for name, more in others.items():
                counts.setdefault(name, Counter()).update(more)
        self.first_failed = other.first_failed | self.first_failed
        self.overlaps.merge(other.overlaps)
        self.profile.merge(other.profile)

    def plain(self) -> dict[str, Any]:
        """Return all of it as JSON takes it; `of` makes it again."""
        plain: dict[str, Any] = _PLAIN.dump_python(self, mode="json")
        return plain

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Facts":
        """Return what `plain` has told."""
        return _PLAIN.validate_python(plain)

    def as_dict(self) -> dict[str, Any]:
        """Return the counters as plain data; fields without an invalid value are left out of `invalid`."""
        return {
            "rejected": self.rejected,
            "filtered": self.filters.total(),
            "filters": dict(self.filters),
            "changed": dict(self.changed),
            "invalid": {name: dict(counts) for name, counts in self.invalid.items() if counts},
            "flags": {name: dict(counts) for name, counts in self.flags.items() if counts.total()},
            "filled_before": dict(self.filled_before),
            "filled_after": dict(self.filled_after),
        }


_PLAIN = TypeAdapter(Facts)


def _by_value(names: pl.Series) -> Mapping[str, int]:
    counts = names.drop_nulls().rename("name").value_counts(name="rows")
    return dict(counts.iter_rows())


def _count(mask: pl.Series) -> int:
    return int(mask.sum() or 0)
