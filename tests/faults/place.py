"""One run of a mapping: its target and its staging, and the orders that carry it out."""

import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crm_migration.staging import RunFolder
from tests.cases.line import Case
from tests.faults.failpoints import Fault
from tests.fxiaoke.stand_in import StandIn

BATCH_ROWS = 12
OBJECTS = {
    "account": "AccountObj",
    "contact": "ContactObj",
    "opportunity": "NewOpportunityObj",
    "activity": "ActiveRecordObj",
}
"""What a CRM calls its objects, by entity."""
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

    def content(self) -> dict[str, Any]:
        """Return all that the target holds, in a form that can be compared."""
        return dict(self.case.content())

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


@dataclass(frozen=True)
class CrmPlace(Place):
    """One run into a stand-in of a CRM; the target's URL is that of its ledger."""

    server: StandIn = field(kw_only=True)

    def content(self) -> dict[str, Any]:
        """Return the CRM's records by object, without who changed them last, and when."""
        objects = json.loads(self.server.dump(stamps=False))
        return {
            name: sorted(json.dumps(one, sort_keys=True) for one in objects.get(name, {}).values())
            for name in OBJECTS.values()
        }

    def order(self, *steps: Step, fault: Fault | None = None, **more: Any) -> dict[str, Any]:
        """Return the order to carry out `steps`, each as a task of its own."""
        made, gate = super().order(*steps, fault=fault, **more), self.server.gate
        crm = {"conn_id": "crm", "conn_type": "http", "host": self.server.url, "schema": "", "port": None}
        extra = {"permanentCode": gate.permanent_code, "userId": "1000"}
        made["job"]["crm"] = crm | {"login": gate.app_id, "password": gate.app_secret, "extra": extra}
        return made
