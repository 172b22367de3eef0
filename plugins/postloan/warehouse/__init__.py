"""The warehouse: one small interface, one module per engine.

`open_warehouse` picks the engine from the URL. Everything else speaks the portable
subset of the DuckDB dialect; SQLGlot translates it for the others.
"""

from postloan.warehouse.connect import open_warehouse
from postloan.warehouse.models import Model, load_model, model_names
from postloan.warehouse.warehouse import Warehouse

__all__ = ["Model", "Warehouse", "load_model", "model_names", "open_warehouse"]
