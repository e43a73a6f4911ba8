"""Which exception repeats a task and which ends it: decided by the family of the error.

A used-up quota costs none of a task's tries, as it may end on several days of one load: the task is put off until the
CRM takes calls again.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowRescheduleException

from crm_migration.errors import QuotaExhausted

logger = logging.getLogger(__name__)

RETRIES = 3
GRACE: Final = timedelta(minutes=2)
"""How far a CRM's clock may be behind this one's: a call before its midnight would put the task off by another day."""


@contextmanager
def put_off_without_calls() -> Iterator[None]:
    """Put the running task off while its CRM takes no calls; meanwhile it takes no worker and none of its tries.

    Raises:
        AirflowRescheduleException: the quota is used up; the task goes on once there is a new one.
    """
    try:
        yield
    except QuotaExhausted as spent:
        moment = max(spent.until, datetime.now(UTC)) + GRACE
        logger.warning("%s. The task goes on at %s", spent, moment.isoformat(timespec="seconds"))
        raise AirflowRescheduleException(moment) from spent  # type: ignore[no-untyped-call]


POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="crm_migration.errors.RetryLater",
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=30),
            reason="the other side was away or busy",
        ),
        RetryRule(
            exception="crm_migration.errors.MappingFault", action=RetryAction.FAIL, reason="the mapping must be edited"
        ),
        RetryRule(exception="crm_migration.errors.DataFault", action=RetryAction.FAIL, reason="rows must be repaired"),
        RetryRule(
            exception="crm_migration.errors.OperatorNeeded", action=RetryAction.FAIL, reason="a person must decide"
        ),
    ]
)
