"""# Sales sheet.

Moves the contacts of a Google Sheet into the target CRM. The connection `google_sales` (type Google Cloud) holds the
key of a service account; share the sheet with its address, as a reader, and put the sheet's id into the mapping. The
account asks for read access only.

- The sheet is fetched once per run, so that all tasks see one state of it. Leading zeros and long numbers stay.
- Without the connection, `preflight` says so and nothing is read.
- To undo a run, trigger `rollback_migration` with its run id.
"""

from crm_migration.orchestration.dag import migration_dag

dag = migration_dag(__file__, __doc__)  # an Airflow DAG
