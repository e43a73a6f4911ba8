"""The cleaned rows behind merged records, as match has staged them."""

from dataclasses import replace

import polars as pl

from crm_migration.staging import RunFolder, has_table, open_table, own_texts

LINEAGE = {"_key": pl.String, "_golden": pl.String, "record": pl.String, "_source": pl.String}


class StagedLineage:
    """Rows of merged records, read when a batch asks for them: a row is long, and there may be many.

    Eight bytes a row are held, a hash of whose record it is, to know in which part of the table to look.
    """

    def __init__(self, folder: RunFolder, entity: str, members: pl.DataFrame) -> None:
        """See what there is; `members` tell by which rule (`_merged_by`) a row (`_key`) was merged."""
        own = pl.lit(f"{folder.source}.{entity}").alias("_source")
        self._own = own
        self._merged_by = members.select("_key", "_merged_by", own)
        staged = open_table(folder, entity, "lineage") if has_table(folder, entity, "lineage") else None
        parts = [] if staged is None else [replace(staged, parts=[part]) for part in staged.parts]
        self._parts = [(part, part.frame(["_golden"])["_golden"].hash(seed=0)) for part in parts]

    def of(self, golden: pl.Series) -> pl.DataFrame:
        """Return `_key`, `_golden`, `record`, `_source` and `_merged_by` of the rows of these records."""
        hashes, wanted = golden.hash(seed=0).implode(), golden.implode()
        found = [pl.DataFrame(schema=LINEAGE)]
        for part, held in self._parts:
            if held.is_in(hashes).any():
                lines = own_texts(part.frame().filter(pl.col("_golden").is_in(wanted)))
                found.append(lines.with_columns(self._source(lines)).select(list(LINEAGE)))
        return pl.concat(found).join(self._merged_by, on=["_key", "_source"], how="left", maintain_order="left")

    def _source(self, lines: pl.DataFrame) -> pl.Expr:
        return pl.col("_source").fill_null(self._own) if "_source" in lines.columns else self._own
