"""Airflow's mail notifier, whose failures name the connection and no address. Needs the provider `smtp`."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiosmtplib
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk.exceptions import AirflowException, AirflowRuntimeError

from crm_migration.errors import NoticeNotSent

# A server that is away, does not take the mail or breaks off; a connection that is missing or names no sender.
FAILURES = (OSError, smtplib.SMTPException, aiosmtplib.SMTPException, AirflowException, AirflowRuntimeError, ValueError)


class MailNotifier(SmtpNotifier):
    """Sends a mail through the server of a connection of type smtp."""

    def notify(self, context: Any) -> None:
        """Send the mail.

        Raises:
            NoticeNotSent: the server did not take it, or the connection is missing or names no sender.
        """
        with _told_by_id(self.smtp_conn_id):
            super().notify(context)

    async def async_notify(self, context: Any) -> None:
        """Send the mail where the triggerer asks; raises what `notify` raises."""
        with _told_by_id(self.smtp_conn_id):
            await super().async_notify(context)


@contextmanager
def _told_by_id(connection: str) -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        # Not chained: a server's answer repeats the addresses.
        raise NoticeNotSent(
            f"connection {connection!r}: expected the mail server to take the notice, found {type(error).__name__}; "
            "check the connection (type smtp, with from_email in its extra), and whether the server answers"
        ) from None
