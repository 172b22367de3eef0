"""The engines that a test runs on."""

import pytest

ENGINES = (
    "duckdb",
    pytest.param("postgres", marks=pytest.mark.postgres),
    pytest.param("spark", marks=pytest.mark.spark),
)

WITH_EVERY_WAY = (*ENGINES, pytest.param("spark_jobs", marks=pytest.mark.spark))
"""Spark twice: few rows in short ways, and as if there were no short ways."""
