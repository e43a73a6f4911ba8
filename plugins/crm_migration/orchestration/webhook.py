"""A notifier that posts JSON to a web address, which a connection of type http holds with its secrets."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk.bases.notifier import BaseNotifier

from crm_migration.connections import ConnectionFields
from crm_migration.errors import MappingFault, NoticeNotSent
from crm_migration.orchestration.context import airflow_connection, airflow_connection_async

SECONDS = 20
SCHEMES = ("http", "https")


class WebhookNotifier(BaseNotifier):
    """Posts a message, with its text as `text` or in the form that the connection's extra names."""

    template_fields = ()

    def __init__(self, connection: str, message: dict[str, Any], context: Any = None) -> None:
        """Post `message` to the address of the connection."""
        super().__init__(context)
        self.connection, self.message = connection, message

    def notify(self, context: Any) -> None:  # noqa: ARG002 as Airflow calls it
        """Post the message.

        Raises:
            NoticeNotSent: the address did not take it.
            MappingFault: the connection does not lead to a web address.
        """
        import httpx

        fields = airflow_connection(self.connection)
        with _told_by_id(self.connection), httpx.Client(timeout=SECONDS) as client:
            client.post(**request_of(fields, self.message)).raise_for_status()

    async def async_notify(self, context: Any) -> None:  # noqa: ARG002 as Airflow calls it
        """Post the message where the triggerer asks; raises what `notify` raises."""
        import httpx

        fields = await airflow_connection_async(self.connection)
        with _told_by_id(self.connection):
            async with httpx.AsyncClient(timeout=SECONDS) as client:
                (await client.post(**request_of(fields, self.message))).raise_for_status()


@contextmanager
def _told_by_id(connection: str) -> Iterator[None]:
    """Tell of a failure without the address, which is often the secret."""
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else None
        found = f"HTTP {status}" if status else type(error).__name__
        raise NoticeNotSent(
            f"connection {connection!r}: expected the address to take the notice, found {found}; check the connection, "
            "and whether the address answers"
        ) from None


def request_of(fields: ConnectionFields, message: dict[str, Any]) -> dict[str, Any]:
    """Return what httpx posts: the address, the headers and the body in the form that the receiver wants.

    Raises:
        MappingFault: the connection does not lead to a web address.
    """
    extra = fields.extra
    made: dict[str, Any] = {"url": _url(fields), "json": _body(fields, message)}
    made["headers"] = {str(name): str(value) for name, value in dict(extra.get("headers") or {}).items()}
    if fields.login:
        made["auth"] = (fields.login, fields.password or "")
    elif fields.password:
        made["headers"]["Authorization"] = f"Bearer {fields.password}"
    return made


def _url(fields: ConnectionFields) -> str:
    """Return the address: Airflow keeps `https` as the connection's type or as its schema, which may be a path too."""
    host = fields.host or ""
    kind = fields.conn_type.lower()
    if kind not in SCHEMES or not host:
        raise MappingFault(
            f"connection {fields.conn_id!r}: expected a web address (type http, with a host), found type {kind!r}; "
            "correct the connection"
        )
    scheme = fields.schema if fields.schema in SCHEMES else kind
    path = str(fields.extra.get("path") or (fields.schema if fields.schema not in SCHEMES else "") or "")
    if "://" not in host:
        host = f"{scheme}://{host}"
    port = f":{fields.port}" if fields.port else ""
    return f"{host.rstrip('/')}{port}/{path.lstrip('/')}"


def _body(fields: ConnectionFields, message: dict[str, Any]) -> dict[str, Any]:
    """Return the body: everything as JSON, whose `text` Slack and its likes show, or what Chinese chats take."""
    form = str(fields.extra.get("form") or "json")
    forms: dict[str, dict[str, Any]] = {
        "json": message,
        "wecom": {"msgtype": "text", "text": {"content": message["text"]}},
        "dingtalk": {"msgtype": "text", "text": {"content": message["text"]}},
        "feishu": {"msg_type": "text", "content": {"text": message["text"]}},
    }
    if form not in forms:
        raise MappingFault(
            f"connection {fields.conn_id!r}: expected one of {', '.join(forms)} as 'form' in its extra, found another; "
            "correct it"
        )
    return forms[form]
