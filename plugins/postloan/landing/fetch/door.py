"""The one door: whatever kind a source is of, a complete delivery lies in the landing zone after.

A fetch that was interrupted goes on where it was; one that is complete is not repeated.
"""

import shutil
import time

from postloan.errors import ContractError
from postloan.files.landing_folder import make_workshop
from postloan.ingestion.reading.manifest import MANIFEST
from postloan.landing.fetch.config import Files, Landing, Rest, Sql, read_connector
from postloan.landing.fetch.files import copy_files
from postloan.landing.fetch.http import Client, Pause
from postloan.landing.fetch.rest import fetch_rest
from postloan.landing.fetch.result import Endpoint, FetchResult, Order
from postloan.landing.fetch.sql import fetch_sql


def fetch(
    order: Order,
    config: Landing | Files | Sql | Rest,
    endpoint: Endpoint,
    *,
    again: bool = False,
    pause: Pause = time.sleep,
) -> FetchResult:
    """Bring the delivery of one source and business date into the landing zone.

    Args:
        order: which delivery, and what is known already.
        config: how the source delivers.
        endpoint: what its connection says.
        again: fetch anew although the delivery is complete.
        pause: waits a number of seconds.

    Raises:
        NotReadyError: the source has not finished the date.
        SourceUnavailableError: it did not answer; what was read so far is kept.
        DeliveryError: it answered something that cannot be used.
        ContractError: the configuration does not fit the source.
    """
    if isinstance(config, Landing):
        return FetchResult(False, note=f"{order.source} delivers itself: nothing to fetch.")
    if again:
        shutil.rmtree(order.workshop, ignore_errors=True)
    elif (order.folder / MANIFEST).exists():
        return FetchResult(False, note=f"{order.where} is complete: nothing to fetch.")
    make_workshop(order.landing, order.source, order.business_date)
    if isinstance(config, Files):
        rows = copy_files(order, endpoint)
    elif isinstance(config, Sql):
        rows = fetch_sql(order, config, endpoint)
    elif isinstance(config, Rest):
        connector = read_connector(config.connector)
        with Client(config, endpoint, pause) as client:
            rows = fetch_rest(order, config, connector, client)
    else:
        raise ContractError(f"{order.source}: unknown kind of source.")
    return FetchResult(True, rows)
