"""Airflow on one machine: four supervised processes below `POSTLOAN_HOME/airflow`."""
