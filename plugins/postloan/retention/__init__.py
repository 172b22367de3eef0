"""Retention: what expires by rule, what a legal hold keeps, and the record of what was deleted."""
