"""Two ways for Spark to run a statement: for few rows, and for as many as there are.

Compiling a statement to byte code and spreading it over tasks takes longer than the whole statement
when it reads a few thousand rows. The rows are the same either way.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FEW_ROWS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    # What is sent to all tasks takes megabytes of Java, however few its rows, and is no faster:
    # twelve nights of four loans took 23 s with it and 22 s without (three times each, by turns).
    "spark.sql.autoBroadcastJoinThreshold": "-1",
}


class Gears:
    """The gear that a session is in."""

    def __init__(self, spark: "SparkSession") -> None:
        """Remember how the session is set up for many rows."""
        self._spark = spark
        self._many = {key: spark.conf.get(key) for key in FEW_ROWS}
        self._is_low = False

    def shift(self, *, few: bool) -> None:
        """Choose the gear for the next statement.

        Args:
            few: whether it reads few rows only.
        """
        if few is self._is_low:
            return
        for key, value in (FEW_ROWS if few else self._many).items():
            self._spark.conf.set(key, str(value))
        self._is_low = few
