"""A mapping that was read from a file and is whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crm_migration.mapping.faults import Fault, Positions, render
from crm_migration.mapping.model import Mapping


@dataclass(frozen=True)
class LoadedMapping:
    """A mapping, the file it came from, the hash of that file's bytes, and where each entry stands in it."""

    mapping: Mapping
    sha256: str
    path: Path
    positions: Positions

    def problems(self, faults: Iterable[Fault]) -> list[str]:
        """Return one line per fault, with its position in this file."""
        return render(self.path, self.positions, faults)
