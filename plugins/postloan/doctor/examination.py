"""The whole examination, in the order a person would look."""

from collections.abc import Callable, Iterator

from postloan.doctor.deliveries import AIRFLOW, airflow, deliveries
from postloan.doctor.deliveries import TOPIC as DELIVERIES
from postloan.doctor.finding import Finding
from postloan.doctor.installation import INCLUDE, MACHINE, include, machine
from postloan.doctor.warehouses import TOPIC as WAREHOUSE
from postloan.doctor.warehouses import warehouse
from postloan.errors import PostloanError
from postloan.settings import Settings
from postloan.text.advice import advised

Part = Callable[[Settings], Iterator[Finding]]

PARTS = {
    MACHINE: machine,
    INCLUDE: include,
    WAREHOUSE: warehouse,
    DELIVERIES: deliveries,
    AIRFLOW: airflow,
}


def examine(home: Settings) -> Iterator[Finding]:
    """Look at every part of an installation; what depends on a broken part is left out."""
    for topic, part in PARTS.items():
        for finding in _looked_at(topic, part, home):
            yield finding
            if part is include and finding.what == "contracts" and finding.state == "missing":
                return


def _looked_at(topic: str, part: Part, home: Settings) -> Iterator[Finding]:
    """The findings of a part; what keeps it from looking, such as a missing right, is one too."""
    try:
        yield from part(home)
    except PermissionError as error:
        where = error.filename or home.home
        words = f"{where} cannot be looked into by this user"
        remedy = "Look as the user that Postloan runs as, or set POSTLOAN_HOME to your own home."
        yield Finding.missing(topic, "rights", words, remedy)
    except (PostloanError, OSError) as error:
        yield Finding.missing(topic, "state", str(advised(error) or error))
