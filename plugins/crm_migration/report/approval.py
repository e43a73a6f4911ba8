"""Who was asked whether everything may be loaded, and what they said: staged with the run, told by its report."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from crm_migration.report.part import Part
from crm_migration.staging import RunFolder, file_system, replace_file
from crm_migration.validate.checks import RUN

STEP = "approval"


class Approval(Part):
    """The answer to the question whether a sample may be followed by everything else."""

    answer: Literal["approved", "rejected"]
    by: str | None = Field(description="Who answered; null: nobody did in time, and the mapping's policy decided.")
    at: datetime

    @property
    def told(self) -> str:
        """Return the answer in words."""
        who = f"by {self.by}" if self.by else "by the mapping's on_timeout, as nobody answered in time"
        return f"{self.answer} {who}"


def write_answer(folder: RunFolder, said: Approval) -> None:
    """Stage the answer with the run.

    Raises:
        StagingFull: the disk has no room for it.
    """
    place = folder.table(RUN, STEP)
    filesystem, local = file_system(place)
    filesystem.makedirs(local, exist_ok=True)
    replace_file(f"{place}/answer.json", said.model_dump_json())


def read_answer(folder: RunFolder) -> Approval | None:
    """Return what was answered in this run; None where nobody was asked, or has not answered yet."""
    filesystem, local = file_system(f"{folder.table(RUN, STEP)}/answer.json")
    if not filesystem.exists(local):
        return None
    with filesystem.open(local, "r") as handle:
        return Approval.model_validate_json(handle.read())
