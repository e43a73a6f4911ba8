"""Whom to tell when a run needs somebody: the mapping's `notify` section."""

from typing import Literal

from pydantic import Field

from crm_migration.mapping.fields import Strict

Event = Literal[
    "sample_waiting", "rejected", "validation_failed", "drift", "quota", "deadline", "failed", "target_worse"
]
EVENTS = """\
What is told: `sample_waiting` for an approval, rows `rejected`, `validation_failed`, `drift` of the source, a `quota`
of the target that is used up, a `deadline` that was missed, a run that has `failed`, a review that found the target
`target_worse` than the last one."""


class Notice(Strict):
    """One way to tell people, or a chat, what has happened: counts, names and a link, never a customer's value."""

    events: list[Event] = Field(min_length=1, description=" ".join(EVENTS.split()))
    via: Literal["smtp", "webhook"] = Field(description="By mail, or by a POST of JSON to a web address.")
    connection: str = Field(
        description="Airflow connection id: of the mail server (type smtp), or of the web address (type http)."
    )
    to: list[str] = Field(default_factory=list, description="Mail addresses; of `smtp` only.")
    sender: str | None = Field(
        None, alias="from", description="Mail address of the sender; default: the `from_email` of the connection."
    )
    rejected_share: float = Field(
        0.0, ge=0, le=1, description="Share of an entity's rows above which `rejected` is told."
    )
