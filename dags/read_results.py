"""# Read the results of an import.

Reads what the CRM's import wizard made of a run's import files: put the result files into the folder of the import
files and name them. Records that were refused are handed over again by the next run; ids that the CRM has given are
kept. Reading the same files twice changes nothing.
"""

from crm_migration.orchestration.read_results import results_dag

dag = results_dag(__file__, __doc__)  # an Airflow DAG
