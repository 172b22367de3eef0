"""The edge towards Airflow: the only part of the package that may import it."""
