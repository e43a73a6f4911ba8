"""# Sales drive.

Moves contact lists out of a folder of Google Drive into the target CRM: Google Sheets, workbooks, CSV and JSON alike,
in the folders below too. The connection `google_sales` (type Google Cloud) holds the key of a service account; share
the folder with its address, as a reader, and put the folder's id into the mapping.

- A scheduled run reads the files that changed since the last load; **started by hand** it reads all of them.
- Files are fetched once per run, checked by their checksum, and kept under their id, whatever their title is.
- To undo a run, trigger `rollback_migration` with its run id.
"""

from crm_migration.orchestration.dag import migration_dag

dag = migration_dag(__file__, __doc__)  # an Airflow DAG
