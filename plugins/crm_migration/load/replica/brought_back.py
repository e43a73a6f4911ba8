"""Records that lay in the CRM's recycle bin and that a run has brought back, since their rows are there again.

Undoing the run puts them into the bin again, with the values that they had there: an earlier run, which had removed
them, may be undone as well, and needs them.
"""

from typing import TYPE_CHECKING

import polars as pl

from crm_migration.load.replica.deliver import Delivery, Undelivered, delete_rows
from crm_migration.load.replica.tables import OWN, ObjectTables
from crm_migration.load.retire import LINES
from crm_migration.load.retired import DELETED
from crm_migration.staging import RunFolder, TableWriter, has_table, open_table

if TYPE_CHECKING:
    from crm_migration.load.replica.target import ReplicaTarget

STEP = "brought_back"
"""What is staged of them: id and fields as they were in the bin."""
Place = tuple[RunFolder, str]
"""Where a run is staged, and which of its entities is meant."""


def bring_back(target: "ReplicaTarget", place: Place, former: pl.Series, token: int) -> pl.Series:
    """Bring records back that are to be inserted again; return their ids. Others are to be made anew."""
    former = former.drop_nulls()
    if former.is_empty():
        return former
    tables = target.tables(target.mapping.entities[place[1]].target.object)
    with target.engine.begin() as connection:
        known = tables.read(connection, tables.confirmed, former)[tables.identity]
    refused = [one.target_id for one in Delivery(target, token).bring_back(tables, known)]
    with target.engine.begin() as connection:
        delete_rows(connection, tables.confirmed, tables.identity, pl.Series("lost", refused, pl.String))
        back = tables.read(connection, tables.confirmed, known).drop(OWN)
    _keep(place, tables, back)
    return known.filter(~known.is_in(refused))


def _keep(place: Place, tables: ObjectTables, back: pl.DataFrame) -> None:
    """Stage records as they have come back, before they are changed; what an attempt before has kept stays."""
    if back.is_empty():
        return
    earlier = [open_table(*place, STEP).frame()] if has_table(*place, STEP) else []
    with TableWriter(*place, STEP) as writer:
        writer.write(pl.concat([*earlier, back]).unique(tables.identity, keep="first", maintain_order=True))


def removed_before(target: "ReplicaTarget", folder: RunFolder, target_object: str) -> list[str]:
    """Return the ids of an object's records that were removed before the run that is staged in `folder`."""
    entities = [name for name, spec in target.mapping.entities.items() if spec.target.object == target_object]
    lines = [open_table(folder, name, LINES).frame() for name in entities if has_table(folder, name, LINES)]
    return sorted({one for some in lines for one in some.filter(pl.col("retired") == DELETED)["target_id"]})


def as_they_were(target: "ReplicaTarget", folder: RunFolder, token: int) -> list[Undelivered]:
    """Give records that are about to be removed again the values that they had; return what the CRM refused."""
    refused: list[Undelivered] = []
    for entity, spec in target.mapping.entities.items():
        if has_table(folder, entity, STEP):
            tables = target.tables(spec.target.object)
            refused += Delivery(target, token).give_back(tables, open_table(folder, entity, STEP).frame())
    return refused
