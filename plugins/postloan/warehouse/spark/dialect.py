"""Spark SQL as SQLGlot writes it, but for one thing."""

from typing import Any

from sqlglot import exp
from sqlglot.dialects.spark import Spark


class NestedSpark(Spark):
    """Spark with WITH wherever it stands.

    SQLGlot moves every WITH of a whole statement to its front, as Hive needs it. Two views that
    name a step alike then define the same name twice, and Spark refuses.
    """

    def generate(self, expression: exp.Expr, copy: bool = True, **opts: Any) -> str:
        """Write a statement as it is nested: as part of another one, it is no whole statement."""
        holder = exp.Tuple(expressions=[expression.copy() if copy else expression])
        return super().generate(holder.expressions[0], copy=False, **opts)


DIALECT = "nestedspark"
