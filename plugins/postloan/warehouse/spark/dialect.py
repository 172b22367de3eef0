"""Spark SQL as SQLGlot writes it, but for one thing."""

from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator


class NestedSpark(Spark):
    """Spark with WITH wherever it stands.

    SQLGlot moves every WITH to the front of a statement, as Hive needs it. Two views that name a
    step alike then define the same name twice, and Spark refuses.
    """

    class Generator(SparkGenerator):
        """Writes a statement as it is nested."""

        EXPRESSIONS_WITHOUT_NESTED_CTES: ClassVar[set[type[exp.Expr]]] = set()


DIALECT = "nestedspark"
