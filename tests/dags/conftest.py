"""Airflow reads its settings when it is first imported: give it a folder of its own before."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_FOLDER = tempfile.mkdtemp(prefix="postloan-test-airflow-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ["AIRFLOW_HOME"] = _FOLDER
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(Path(__file__).parents[2] / "plugins")
