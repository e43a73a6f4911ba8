"""Whether the monitor is where the demo says: in Airflow's menu, behind its login, with every source on its page."""

from collections.abc import Iterable

from demo.api import AirflowClient

ROUTE = "crm"
"""The part of the address by which Airflow's menu knows the monitor."""


def monitor_address(client: AirflowClient, sources: Iterable[str]) -> str:
    """Return the address of the monitor in Airflow's UI, after a look at the page that is shown there.

    Raises:
        RuntimeError: the menu has no such entry, or one of the addresses or sources is not there.
    """
    views = [view for plugin in client.plugins() for view in plugin["external_views"]]
    found = next((view for view in views if view["url_route"] == ROUTE and view["destination"] == "nav"), None)
    if found is None:
        named = ", ".join(sorted(str(view["url_route"]) for view in views)) or "none"
        raise RuntimeError(
            f"expected an entry {ROUTE!r} in Airflow's menu, found {named}; `airflow plugins` shows what could not be "
            "imported"
        )
    address = f"/plugin/{ROUTE}"
    client.page(address)
    shown = client.page(found["href"])
    if missing := [source for source in sources if f"/dag/{source}" not in shown]:
        raise RuntimeError(f"expected every source on {found['href']}, did not find {', '.join(missing)}")
    return client.url + address
