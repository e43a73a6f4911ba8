"""An auth manager in which not everybody may see every DAG, as deployments with FAB or Keycloak have it."""

from typing import Any

from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

WITHOUT_ANY = "mallory"
HALF_SIGHTED = "half"


class PerDagAuthManager(SimpleAuthManager):
    """Lets `mallory` see no DAG and `half` only the one named `sheet`; the rest is the simple auth manager's."""

    def is_authorized_dag(self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None) -> bool:
        """Return whether the user may do that to the DAG."""
        dag_id = details.id if details else None
        if user.username == WITHOUT_ANY or (user.username == HALF_SIGHTED and dag_id != "sheet"):
            return False
        return super().is_authorized_dag(method=method, user=user, access_entity=access_entity, details=details)
