"""Cleaning in parts: workers clean stretches of an extract side by side, and one task puts them together.

Which keys rows share is seen over the whole extract in every part. A part that is missing, or that was made of other
rows or for another mapping, is cleaned where the whole is asked for.
"""

from collections.abc import Mapping as Table
from contextlib import ExitStack

import polars as pl

from crm_migration.clean.facts import EXAMPLES, Facts
from crm_migration.clean.work import SORTED, Work
from crm_migration.staging import Staged, TableWriter, drop_table, has_table, open_table


def clean_part(work: Work, number: int) -> Staged:
    """Write the clean, rejected, filtered and flagged rows of one part, and return the clean ones.

    Raises:
        What `clean` raises, but for what only the whole tells.
    """
    of = work.config.parts
    with ExitStack() as stack:
        tables = {
            step: stack.enter_context(TableWriter(work.folder, work.entity, _step(step, number, of))) for step in SORTED
        }
        facts = work.sort(tables, (number, of))
        for step in SORTED[1:]:
            tables[step].finish()
        return tables[SORTED[0]].finish(made_of=work.digest, counted=facts.plain())


def put_together(work: Work, tables: Table[str, TableWriter]) -> Facts:
    """Take every part over into the tables of SORTED, the missing ones cleaned now; return what happened to them."""
    facts, digest = Facts(), work.digest
    for number in range(work.config.parts):
        cleaned = _staged(work, number, digest) or clean_part(work, number)
        found = Facts.of(cleaned.facts["counted"])
        tables["flagged"].write(_first(facts, _part(work, "flagged", number).frame()))
        for step in SORTED:
            if step != "flagged":
                tables[step].take_over(_part(work, step, number))
        facts.add(found)
    return facts


def drop_parts(work: Work) -> None:
    """Remove the parts, once the whole is staged: a later attempt is to clean anew."""
    for number in range(work.config.parts):
        for step in SORTED:
            drop_table(work.folder, work.entity, _step(step, number, work.config.parts))


def _first(facts: Facts, flagged: pl.DataFrame) -> pl.DataFrame:
    """Return those of a part's flagged rows that are among the first of all, `facts` counting the parts before."""
    room = pl.Series(
        [
            max(EXAMPLES - facts.flags.get(field, {}).get(flag, 0), 0)
            for field, flag in flagged.select("field", "flag").iter_rows()
        ],
        dtype=pl.Int64,
    )
    return flagged.filter(pl.int_range(pl.len()).over("field", "flag") < room)


def _staged(work: Work, number: int, digest: str) -> Staged | None:
    if not has_table(work.folder, work.entity, _step(SORTED[0], number, work.config.parts)):
        return None
    staged = _part(work, SORTED[0], number)
    return staged if staged.facts["made_of"] == digest else None


def _part(work: Work, step: str, number: int) -> Staged:
    return open_table(work.folder, work.entity, _step(step, number, work.config.parts))


def _step(step: str, number: int, of: int) -> str:
    return f"{step}_{number}_of_{of}"
