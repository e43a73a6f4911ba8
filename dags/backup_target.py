"""# Back up the targets.

Copies, every Sunday night, all objects that the mappings write to into staging, as one moment shows them, and reads
each copy back. Backups and before-images older than `CRM_MIGRATION_BACKUP_DAYS` are deleted, the latest backup never.
"""

from crm_migration.orchestration.dag import backup_dag

dag = backup_dag(__file__, __doc__, "0 2 * * 0")  # an Airflow DAG
