"""The rim that imports Airflow: DAGs from mappings, task bodies, connections, retries."""
