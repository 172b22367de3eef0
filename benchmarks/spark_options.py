"""Settings of Spark for long computations, and what it tells of them in its event log."""

import json
from pathlib import Path

LONG_LIFE = (
    "conf.spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=4 -XX:-UseSerialGC -XX:%2BUseG1GC"
)
"""Ours make Java for the short life of a task."""


def logging_to(folder: Path) -> str:
    """What the URL of a Spark warehouse must say so that an event log is kept in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return (
        f"conf.spark.eventLog.enabled=true&conf.spark.eventLog.dir=file:{folder}"
        "&conf.spark.eventLog.compress=false&conf.spark.eventLog.rolling.enabled=false"
    )


def shuffled_gb(folder: Path) -> float:
    """Gigabytes written for other tasks to read, by every application that logged there."""
    return sum(map(_bytes_of, (p for p in folder.iterdir() if p.is_file()))) / 1e9


def _bytes_of(log: Path) -> int:
    found = 0
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            if '"SparkListenerTaskEnd"' in line:
                metrics = json.loads(line).get("Task Metrics") or {}
                found += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    return found
