"""# Partner workbook.

Moves the contacts of a partner's Excel workbook into the target CRM: the sheet `Kontakte` of `partners*.xlsx` in the
folder of the connection `partner_files`. Who is a customer already, by e-mail address or mobile number and a similar
name, becomes no second record.

- Cells that hold an error (`#DIV/0!`) reject their row, by sheet and row number.
- `crm-migration preview include/mappings/partner_workbook.yaml` shows how the workbook is read.
- To undo a run, trigger `rollback_migration` with its run id.
"""

from crm_migration.orchestration.dag import migration_dag

dag = migration_dag(__file__, __doc__)  # an Airflow DAG
