"""Keys of staged rows as the ledger holds them."""

import polars as pl

from crm_migration.ledger.rejected import LONGEST_KEY, ledger_key


def ledger_keys(keys: pl.Expr) -> pl.Expr:
    """Return a column of keys as the ledger holds them: what is too long for it is cut, and told apart by a hash."""
    long = keys.str.len_chars() > LONGEST_KEY
    cut = pl.when(long).then(keys).map_elements(ledger_key, return_dtype=pl.String, skip_nulls=True)
    return pl.when(long).then(cut).otherwise(keys)
