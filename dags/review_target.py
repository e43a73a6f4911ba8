"""# Review the targets.

Looks, on the first night of every month, at what the target of each mapping holds by now, whoever put it there: checks
of every record, stale customers, duplicates, and what has changed since the review before. A review ends red where the
target has become worse than the mapping's `target_review` lets pass. Each review backs the target up first.

The report lies under `_review_of_<target>.<source>` in the staging folder.
"""

from crm_migration.orchestration.target_review import review_dag

dag = review_dag(__file__, __doc__, "0 4 1 * *")  # an Airflow DAG
