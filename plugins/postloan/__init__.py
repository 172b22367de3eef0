"""Postloan: post-loan management as workflows on Apache Airflow."""
