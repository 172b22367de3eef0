"""Spark, the distributed engine: Parquet on shared storage, work spread over many machines."""
