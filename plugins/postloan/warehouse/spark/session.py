"""A Spark session with the settings under which every engine gives the same rows.

One process has one Spark application; every warehouse opened in it has a session of its own, so
that temporary tables do not meet. The application ends with the process.
"""

import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from postloan.errors import WarehouseError
from postloan.files.modes import UMASK
from postloan.warehouse.spark.options import SparkOptions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SAME_ROWS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.storeAssignmentPolicy": "ANSI",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
"""What must hold in every session, wherever it runs."""

QUIET = Path(__file__).with_name("log4j2.properties")

LEAN = {
    "spark.ui.enabled": "false",
    # The files of a lake are their owner's alone, as all state is. Hadoop gives modes of its own.
    "spark.hadoop.fs.permissions.umask-mode": f"{UMASK:03o}",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ui.retainedExecutions": "1",
    # Spark would log the values it stumbles over; its errors come back to the caller anyway.
    "spark.log.level": "OFF",
    "spark.executor.syncLogLevel.enabled": "true",
}
"""What an application of our own needs; the URL may say otherwise."""

SMALL = {
    # Two hundred, the default, are for many machines; Spark itself joins those that stay small.
    "spark.sql.shuffle.partitions": "32",
    # Folders on a disk are listed faster than a job is started for them.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "2000",
    # Every small table that is joined takes a page of memory at least, and the rules are many: a
    # statement may have two hundred such joins. Two nights of 600 loans held 490 and 700 MB at most
    # with the 8 MB that Spark takes of itself where Java has 2 GB, and 175 and 210 MB with 1 MB. A
    # task may use 8,192 pages, so they are not made smaller still.
    "spark.buffer.pageSize": "2m",
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
}
"""What fits one machine."""

JAVA = "spark.driver.extraJavaOptions"
QUIET_JAVA = f"-Dlog4j2.configurationFile={QUIET}"
BRIEF_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m"
"""A task starts a Java that lives for seconds; compiling everything twice would be half its work.
Measured on two cores, from start to end: the credit bureau of the sample lender, taken in by a
process of its own, 27 s of processor time before and 13 s so, 730 MB and 500 MB of memory; its
core banking 80 s and 49 s, 1.2 GB and 0.9 GB. Compiling once, Java keeps room for no more than
48 MB of code; a day in one process fills them in 40 s, and nothing is compiled from then on. So it
is given what it takes of itself when it compiles twice."""


def new_session(options: SparkOptions) -> "SparkSession":
    """A session of its own on the application of this process, which is started if need be.

    Raises:
        WarehouseError: PySpark or Java is missing, or the master cannot be reached.
    """
    _keep_quiet()
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise WarehouseError(
            "POSTLOAN_WAREHOUSE asks for Spark, which is not installed here. Run: make setup-spark"
        ) from None
    try:
        if options.remote:
            session = SparkSession.builder.remote(options.remote).create()
        else:
            session = _application(options).newSession()
    except (PySparkException, OSError) as error:
        raise WarehouseError(_cannot_start(options, error)) from None
    except Exception as error:
        # What Java says when it cannot start an application has no class of its own.
        if type(error).__module__.partition(".")[0] not in ("py4j", "grpc"):
            raise
        raise WarehouseError(_cannot_start(options, error)) from None
    for key, value in (dict(options.conf) | SAME_ROWS).items():
        # What concerns the whole application was said when it was started.
        if session.conf.isModifiable(key):
            session.conf.set(key, value)
    return session


def _keep_quiet() -> None:
    """PySpark warns of what is not used here, and logs the values that it stumbles over."""
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _application(options: SparkOptions) -> "SparkSession":
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(options.master).appName("postloan")
    wanted = LEAN | (SMALL if options.is_local else {}) | dict(options.conf) | SAME_ROWS
    # What the URL asks of Java stands last, where it wins, and silences nothing.
    asked = (QUIET_JAVA, BRIEF_JAVA if options.is_local else "", options.conf.get(JAVA, ""))
    wanted[JAVA] = " ".join(filter(None, asked))
    for key, value in wanted.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _cannot_start(options: SparkOptions, error: Exception) -> str:
    where = options.remote or options.master
    # What Java says stands on the second line.
    told = str(error).strip().partition("\n: ")[2] or str(error).strip()
    told = told.split("\n", 1)[0][:200].rstrip(".")
    return (
        f"Spark does not start on {where}: {told or type(error).__name__}. It needs Java 17 or "
        f"later on the PATH or in JAVA_HOME, and a master that can be reached."
    )
