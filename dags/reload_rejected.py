"""# Load repaired rows.

Takes the edited workbook of a run's rejected rows and loads those rows, and no others, through the same line as any
run: clean, match, back up, sample, load, validate, report. Rows that are still wrong stay open; a run that is rolled
back opens its rows again. The mapping's `notify` says who is told; a green run gives the target's assets events. The
monitor's page of a run starts this with the file that was uploaded there.
"""

from crm_migration.orchestration.reload import reload_dag

dag = reload_dag(__file__, __doc__)  # an Airflow DAG
