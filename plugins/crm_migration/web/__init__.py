"""The monitor: what every source has done and what waits for a person, as pages inside Airflow's UI."""
