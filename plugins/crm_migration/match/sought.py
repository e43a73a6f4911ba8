"""What rows are looked up by among those already known: strong keys' values, and what the model blocks by."""

from dataclasses import dataclass

import polars as pl

from crm_migration.mapping.matching import MatchModel
from crm_migration.match.blocking import TIGHT
from crm_migration.match.compare import key_value
from crm_migration.match.features import featured
from crm_migration.match.plan import Plan


@dataclass(frozen=True)
class Sought:
    """The columns to look rows up by.

    Attributes:
        keys: `_value_0`, …: the value of each strong key.
        model: where there is one, `_block_0`, … are hashes of what its tight rules say that two rows must share.
    """

    keys: dict[str, pl.Expr]
    model: MatchModel | None

    @classmethod
    def of(cls, plan: Plan, *, by_model: bool) -> "Sought":
        """Return what a plan looks rows up by: strong keys alone where nothing is known that a model could meet."""
        keys = {f"_value_{number}": key_value(key) for number, key in enumerate(plan.keys)}
        return cls(keys, plan.model if by_model else None)

    @property
    def kinds(self) -> dict[str, pl.DataType]:
        """Return the columns and their types."""
        rules = TIGHT[self.model.kind] if self.model else []
        return dict.fromkeys(self.keys, pl.String()) | {f"_block_{number}": pl.UInt64() for number in range(len(rules))}

    def columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the columns for the rows of `frame`."""
        if frame.is_empty():
            return pl.DataFrame(schema=self.kinds)
        values = frame.lazy().select(**self.keys).collect() if self.keys else pl.DataFrame(height=frame.height)
        if self.model is None:
            return values
        made = featured(frame, self.model)
        blocks = {f"_block_{number}": _hashed(rule) for number, rule in enumerate(TIGHT[self.model.kind])}
        return pl.concat([values, made.select(**blocks)], how="horizontal")

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` with the columns added."""
        return pl.concat([frame, self.columns(frame)], how="horizontal") if self.kinds else frame


def _hashed(rule: tuple[str, ...]) -> pl.Expr:
    together = pl.concat_str(rule, separator="\x1f")
    return pl.when(together.is_not_null()).then(together.hash())
