"""One run of a mapping: its target and its staging, and the orders that carry it out."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm_migration.staging import RunFolder
from tests.cases.line import Case
from tests.faults.failpoints import Fault

BATCH_ROWS = 12
Step = tuple[Any, ...]


@dataclass(frozen=True)
class Place:
    """One run of a mapping, its target and its staging."""

    case: Case
    run_id: str
    source: str = "circle"

    @property
    def folder(self) -> RunFolder:
        """Return where the run stages its tables."""
        return RunFolder(str(self.case.root / "staging"), self.source, self.run_id)

    @property
    def dialect(self) -> str:
        """Return what SQLAlchemy calls the target."""
        return str(sa.make_url(self.case.target_url).get_backend_name())

    def order(self, *steps: Step, fault: Fault | None = None, **more: Any) -> dict[str, Any]:
        """Return the order to carry out `steps`, each as a task of its own."""
        job = {
            "mapping": str(self.case.loaded.path),
            "run_id": self.run_id,
            "staging": str(self.case.root / "staging"),
            "source": self.case.source_url,
            "target": self.case.target_url,
            "window": more.pop("window", None),
        }
        asked = {"job": job, "steps": [list(step) for step in steps], "fault": fault.as_dict() if fault else None}
        return {"batch_rows": BATCH_ROWS, "dialect": self.dialect, **asked, **more}
