"""# Roll back a migration.

Undoes one run: what it inserted is removed, what it changed is restored from the backup taken before it, and its
lines leave the ledger. Edits that people made since are listed and nothing is done, unless `force` is set. A later
run that wrote to the same records must be rolled back first.
"""

from crm_migration.orchestration.dag import rollback_dag

dag = rollback_dag(__file__, __doc__)  # an Airflow DAG
