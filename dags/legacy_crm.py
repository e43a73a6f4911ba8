"""# Legacy CRM.

Moves the legacy CRM's accounts, contacts, leads, opportunities, activities, campaigns and their members into the
target CRM: extracted, cleaned, deduplicated, backed up, tried on a sample, loaded, and checked row by row.

- **Started by hand** it reads everything; **on schedule** it reads what changed in the data interval.
- `dry_run` plans without touching the target; `sample_only` stops after the sample.
- A failed task is cleared as usual; nothing is lost or loaded twice.
- To undo a run, trigger `rollback_migration` with its run id.
"""

from crm_migration.orchestration.dag import migration_dag

dag = migration_dag(__file__, __doc__)  # an Airflow DAG
