"""A reader that loses rows is refused: the source counts for itself."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.database import DatabaseSource
from crm_migration.extract.extract import extract
from crm_migration.extract.source import BATCH_ROWS, Window
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder, has_table

MAPPING = Mapping.model_validate(
    {
        "version": "1",
        "source": {"name": "npsp", "connection": "npsp"},
        "target": {"name": "crm", "connection": "crm"},
        "entities": {
            "campaign": {
                "table": "Campaign",
                "key": "id",
                "target": {"object": "campaign", "external_id": "legacy_id"},
                "fields": {"legacy_id": {"from": "id", "kind": "text"}},
            }
        },
    }
)


class Careless(DatabaseSource):
    """Loses the last row of everything it reads."""

    def read(self, entity: str, window: Window | None = None, batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        for frame in super().read(entity, window, batch_rows):
            yield frame.head(-1)


def test_a_read_that_lost_a_row_is_refused(npsp_url: str, tmp_path: Path) -> None:
    folder = RunFolder(str(tmp_path), "npsp", "one")
    assert extract(DatabaseSource(npsp_url, MAPPING), MAPPING, "campaign", folder).rows == 13
    later = RunFolder(str(tmp_path), "npsp", "two")
    with pytest.raises(SourceUnreadable, match="counts 13 rows, 12 were read"):
        extract(Careless(npsp_url, MAPPING), MAPPING, "campaign", later)
    assert not has_table(later, "campaign", "extract")
