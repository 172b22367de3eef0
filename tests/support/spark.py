"""One Spark application for the tests of a run; a lake for each of them is only a folder."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

from postloan.warehouse import open_warehouse
from tests.support.long_tests import IS_LONG

JAVA = 17
FOR_A_SHORT_LIFE = {
    "SPARK_LOCAL_IP": "127.0.0.1",
    # Compiled well, code is fast later than a test is over.
    "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1",
}
"""Environment of processes that start a Spark for a few statements."""

MEMORY = "2g" if IS_LONG else "1g"
"""What runs for an hour gathers more."""


@cache
def why_no_spark() -> str | None:
    """Why Spark cannot run here, or None where it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "no Spark here: pyspark is not installed (make setup-spark)"
    java = shutil.which("java")
    if java is None:
        return f"no Spark here: Java {JAVA} or later is not on the PATH"
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    if found is None or int(found.group(1)) < JAVA:
        return f"no Spark here: Java {JAVA} or later is needed"
    return None


@dataclass
class TestLake:
    """Lakes below one folder, all on the same application."""

    folder: Path
    options: str = (
        f"master=local[2]&conf.spark.driver.memory={MEMORY}"
        # The application of a run lives for minutes: it is worth compiling well.
        "&conf.spark.driver.extraJavaOptions=-Dpostloan.asked=yes -XX:TieredStopAtLevel=4"
    )
    numbers: Iterator[int] = field(default_factory=count)

    __test__ = False

    def url_of(self, folder: Path, **more: object) -> str:
        """URL of a lake in a folder."""
        added = "".join(f"&{name}={value}" for name, value in more.items())
        return f"spark:///{folder}?{self.options}{added}"

    @contextmanager
    def emptied(self, **more: object) -> Iterator[str]:
        """URL of a lake without rows; its files are gone at the end."""
        folder = self.folder / f"lake_{next(self.numbers)}"
        yield self.url_of(folder, **more)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_lake(folder: Path) -> Iterator[TestLake]:
    """Lakes whose application is kept alive by one session until the block ends."""
    lake = TestLake(folder)
    with lake.emptied() as url, open_warehouse(url):
        yield lake
