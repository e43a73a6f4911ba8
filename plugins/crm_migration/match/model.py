"""The model: what training has learned of each level of likeness, as JSON that a person can read and keep."""

import hashlib
import json
import math
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crm_migration.errors import MappingInvalid
from crm_migration.match.comparisons import Comparison, name_of
from crm_migration.match.frequencies import Frequencies
from crm_migration.match.model_shape import shape_faults

_MOST_BYTES = 2_000_000
_LEARNED = ("m_probability", "u_probability")


@dataclass(frozen=True)
class Model:
    """A trained model.

    Attributes:
        kind: person or company.
        comparisons: Splink's comparisons with the learned `m_probability` and `u_probability` of each level: how
            often a pair of one customer, and a pair of two, reaches it.
        rows: how many rows it was trained on.
        sessions: the features that training held equal, one session each.
        frequencies: how common the values of a feature were in those rows; a file of an older version has none.
    """

    kind: str
    comparisons: list[Comparison]
    rows: int
    sessions: list[str]
    frequencies: dict[str, Frequencies] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all that decides a score."""
        return _sha256([self.kind, self.comparisons, self._common()]) if self.frequencies else self.key

    @property
    def key(self) -> str:
        """Return by what the values in `frequencies` are hashed: each model hashes a value otherwise."""
        return _sha256([self.kind, self.comparisons])

    @property
    def common_columns(self) -> list[str]:
        """Return the features of which it weighs how common the shared value is."""
        levels = [level for one in self.comparisons for level in one["comparison_levels"]]
        return sorted({level["tf_adjustment_column"] for level in levels if level.get("tf_adjustment_column")})

    def _common(self) -> dict[str, Any]:
        return {column: kept.plain() for column, kept in self.frequencies.items()}

    def settings(self, prior: float) -> dict[str, Any]:
        """Return Splink's settings, for `prior`: the probability that two rows at random are one customer."""
        return splink_settings(self.comparisons, prior)

    def levels(self) -> dict[str, dict[float, str]]:
        """Return for each comparison the label of each weight (log2 of m over u, to 6 decimals)."""
        return {
            name_of(comparison): {
                round(math.log2(level["m_probability"] / level["u_probability"]), 6): level["label_for_charts"]
                for level in comparison["comparison_levels"]
                if not level.get("is_null_level")
            }
            for comparison in self.comparisons
        }

    def has_common(self, comparison: str) -> bool:
        """Return whether the comparison weighs how common the shared value is."""
        found = [one for one in self.comparisons if name_of(one) == comparison]
        return any(level.get("tf_adjustment_column") for one in found for level in one["comparison_levels"])

    def text(self) -> str:
        """Return the model as JSON, the hash beside what it covers."""
        told = {"kind": self.kind, "rows": self.rows, "sessions": self.sessions, "sha256": self.digest}
        common = {"frequencies": self._common()} if self.frequencies else {}
        return json.dumps({**told, "comparisons": self.comparisons, **common}, indent=2, ensure_ascii=False) + "\n"

    def write(self, path: Path) -> None:
        """Write the model to `path`, whole or not at all."""
        beside = path.with_suffix(".part")
        beside.write_text(self.text(), encoding="utf-8")
        beside.replace(path)

    @classmethod
    def of(cls, text: str) -> "Model":
        """Return the model whose `text` this is."""
        return cls._of(json.loads(text))

    @classmethod
    def _of(cls, told: dict[str, Any]) -> "Model":
        common = {column: Frequencies.of(kept) for column, kept in told.get("frequencies", {}).items()}
        return cls(told["kind"], told["comparisons"], told["rows"], told["sessions"], common)

    @classmethod
    def read(cls, path: Path, kind: str, present: list[Comparison]) -> "Model":
        """Return the model in `path`; `present` are the comparisons that this version makes for `kind`.

        Raises:
            MappingInvalid: the file is no model, of another kind, changed by hand, or of other comparisons.
        """
        again = "; train it again with `crm-migration train`"
        told, fault = _read(path)
        if not fault:
            fault = next(shape_faults(told), "")
        if fault:
            wanted = "expected a model as `crm-migration train` writes it"
            raise MappingInvalid([f"{path.name}: {wanted}, found {fault}; restore the file, or train it again"])
        model = cls._of(told)
        if model.digest != told["sha256"]:
            raise MappingInvalid(
                [f"{path.name}: expected sha256 {model.digest}, found another one: changed by hand{again}"]
            )
        if model.kind != kind:
            raise MappingInvalid([f"{path.name}: expected a model of kind {kind}, found {model.kind}{again}"])
        known = {name_of(comparison): _unlearned(comparison) for comparison in present}
        stale = [name_of(one) for one in model.comparisons if _unlearned(one) != known.get(name_of(one))]
        if stale:
            raise MappingInvalid([f"{path.name}: comparison {stale[0]!r} is not the one of this version{again}"])
        if not set(model.frequencies) <= set(model.common_columns):
            raise MappingInvalid([f"{path.name}: expected frequencies of {model.common_columns}, found others{again}"])
        return model


def model_path(mapping: Path, entity: str) -> Path:
    """Return where the saved model of an entity lies: beside its mapping."""
    return mapping.with_name(f"{mapping.stem}.{entity}.model.json")


def splink_settings(comparisons: list[Comparison], prior: float) -> dict[str, Any]:
    """Return settings that dedupe the rows of one table; pairs are blocked by `blocking`, not by Splink."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "comparisons": deepcopy(comparisons),
        "blocking_rules_to_generate_predictions": [],
        "probability_two_random_records_match": prior,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
    }


def _sha256(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> tuple[Any, str]:
    """Return the JSON in the file, or what is wrong with it."""
    try:
        if not path.is_file():
            return None, "no file"
        size = path.stat().st_size
        if size > _MOST_BYTES:
            return None, f"{size} bytes, of {_MOST_BYTES} at most"
        return json.loads(path.read_bytes()), ""
    except OSError as fault:
        return None, f"a file that cannot be read: {fault.strerror}"
    except (ValueError, RecursionError):
        return None, "no JSON"


def _unlearned(comparison: Comparison) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in level.items() if key not in _LEARNED} for level in comparison["comparison_levels"]
    ]
