"""Reads the resources of a connector page by page, then shapes them into a delivery."""

import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from postloan.errors import DeliveryError
from postloan.sources.config import Connector, Resource, Rest
from postloan.sources.fineract import check_ready
from postloan.sources.http import Answer, Client
from postloan.sources.pages import Pages
from postloan.sources.result import Order, SourceUnavailableError
from postloan.sources.shaping import Shaper

READINGS = 3
"""How often a list that shifts while it is read is read from its start."""
DOCUMENTS_PER_PAGE = 200


def fetch_rest(order: Order, config: Rest, connector: Connector, client: Client) -> dict[str, int]:
    """Fetch all resources, go on where an earlier fetch stopped, and write the delivery.

    Returns:
        Rows per feed.

    Raises:
        NotReadyError: the source has not finished the date.
        SourceUnavailableError: it did not answer, or its lists never stood still.
        DeliveryError: an answer cannot be used.
    """
    closed = order.business_date
    if connector.gate == "fineract":
        closed = check_ready(client, order)
    with Shaper(order, config, closed) as shaper:
        for name, resource in connector.resources.items():
            _read(order, name, resource, client, shaper)
        return shaper.write_delivery(connector)


def _read(order: Order, name: str, resource: Resource, client: Client, shaper: Shaper) -> None:
    parameters = dict(resource.parameters)
    since = order.cursors.get(name)
    if resource.since and since is not None:
        parameters[resource.since.parameter] = since
    question = json.dumps([resource.model_dump(mode="json"), parameters], sort_keys=True)
    pages = Pages(order.workshop / name, hashlib.sha256(question.encode()).hexdigest())
    for _ in range(READINGS):
        if resource.each:
            values = shaper.values(resource.each.resource, resource.each.field)
            _read_documents(resource, parameters, pages, client, values)
        else:
            _read_list(name, resource, parameters, pages, client)
        shaper.show(name, pages)
        if not resource.key or not shaper.has_conflict(name, resource.key):
            return
        pages.start_anew()
    raise SourceUnavailableError(
        f"{order.where}: {name} changed while it was read, {READINGS} times. Fetch again when the "
        f"source is at rest."
    )


def _read_list(
    name: str, resource: Resource, parameters: dict[str, str], pages: Pages, client: Client
) -> None:
    while not pages.state.complete:
        place = pages.state.place
        is_address = resource.paging.kind == "link" and place is not None
        answer = client.get(
            str(place) if is_address else resource.path,
            None if is_address else {**parameters, **_page_parameters(resource, place)},
            missing_is_empty=resource.missing_is_empty,
        )
        items = _items(name, resource, answer.content)
        following = _next_place(resource, answer, len(items), place)
        if following is not None and following == place:
            raise DeliveryError(f"{name}: the source names the same page as next page again.")
        pages.keep(((None, item) for item in items), following)


def _page_parameters(resource: Resource, place: str | None) -> dict[str, str]:
    paging = resource.paging
    if paging.kind == "none":
        return {}
    size = {paging.size_parameter: str(paging.size)} if paging.size_parameter else {}
    if paging.kind in ("page", "offset"):
        return {**size, paging.parameter: place or str(paging.first)}
    return {**size, paging.parameter: place} if place and paging.kind == "cursor" else size


def _next_place(resource: Resource, answer: Answer, items: int, place: str | None) -> str | None:
    paging = resource.paging
    if paging.kind == "link":
        return answer.next_url
    if paging.kind == "cursor":
        found = answer.content.get(paging.next_field) if isinstance(answer.content, dict) else None
        return str(found) if found not in (None, "") else None
    # A short page need not be the last one: services cap what they are asked for.
    if paging.kind == "none" or items == 0:
        return None
    step = 1 if paging.kind == "page" else items
    return str(int(place or paging.first) + step)


def _items(name: str, resource: Resource, content: Any) -> list[Any]:
    found = content
    if resource.items and isinstance(content, dict):
        found = content.get(resource.items)
    if resource.items is None and isinstance(content, dict):
        found = [content]
    if not isinstance(found, list):
        raise DeliveryError(
            f"{name}: the answer of {resource.path} holds no list"
            + (f" '{resource.items}'" if resource.items else "")
            + ". Look at the connector's items."
        )
    return found


def _read_documents(
    resource: Resource,
    parameters: dict[str, str],
    pages: Pages,
    client: Client,
    values: Iterator[str],
) -> None:
    """One request per value, some of them in one file; the order of the values never changes."""
    if pages.state.complete:
        return
    done = int(pages.state.place or 0)
    waiting = islice(values, done, None)
    while asked := list(islice(waiting, DOCUMENTS_PER_PAGE)):
        kept: list[tuple[str | None, Any]] = []
        for value in asked:
            path = resource.path.replace("{}", quote(value, safe=""))
            answer = client.get(path, parameters, missing_is_empty=resource.missing_is_empty)
            kept += [(value, item) for item in _items(path, resource, answer.content)]
        done += len(asked)
        pages.keep(kept, str(done))
    pages.keep((), None)
