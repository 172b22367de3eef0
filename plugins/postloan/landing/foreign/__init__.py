"""Real input: foreign tables become landing deliveries by a declarative mapping.

A mapping is a YAML file: which files there are, and for each feed one SELECT over them. What the
foreign tables lack stays empty; nothing is invented.
"""

from postloan.landing.foreign.importer import ImportSummary, import_tables
from postloan.landing.foreign.mapping import Mapping, MappingError, read_mapping

__all__ = ["ImportSummary", "Mapping", "MappingError", "import_tables", "read_mapping"]
