"""# Web drop.

Moves what the web site drops into a folder into the target CRM: contacts (`contacts_*.csv`), leads (`leads_*.ndjson`)
and calls (`calls_*.xml`). A watcher starts a run when files have arrived and stood still for some seconds; a file that
is still being written is left alone, as are hidden files and names that end like `.part`.

- A run that files have started reads the files that changed since the last load; **started by hand** it reads all.
- Lines that cannot be read are rejected by file and line; the rest loads.
- To undo a run, trigger `rollback_migration` with its run id.
"""

from crm_migration.orchestration.dag import migration_dag

dag = migration_dag(__file__, __doc__)  # an Airflow DAG
