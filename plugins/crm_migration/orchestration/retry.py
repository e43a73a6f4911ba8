"""Which exception repeats a task and which ends it: decided by the family of the error."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

RETRIES = 3

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
