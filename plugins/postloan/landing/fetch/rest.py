"""Reads the resources of a connector page by page, then shapes them into a delivery."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from postloan.errors import DeliveryError
from postloan.landing.fetch.config import Connector, Resource, Rest
from postloan.landing.fetch.fineract import check_ready
from postloan.landing.fetch.http import Answer, Client
from postloan.landing.fetch.pages import Pages
from postloan.landing.fetch.result import (
    NotReadyError,
    Order,
    SourceUnavailableError,
    Standing,
    cursor_name,
)
from postloan.landing.fetch.shaping import Shaper

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
    standing = _standing(order, connector, client)
    with Shaper(order, config, standing) as shaper:
        for name, resource in connector.resources.items():
            _read(order, name, resource, client, shaper)
        _check_it_stood_still(order, connector, client, standing)
        return shaper.write_delivery(connector)


def _standing(order: Order, connector: Connector, client: Client) -> Standing:
    """Where the source stands; one without a gate of its own has finished what it is asked for."""
    if connector.gate == "fineract":
        return check_ready(client, order)
    return Standing(order.business_date, order.business_date)


def _check_it_stood_still(
    order: Order, connector: Connector, client: Client, standing: Standing
) -> None:
    """Refuse pages of two states: a source that closes its day rewrites what it has told."""
    try:
        later = _standing(order, connector, client)
    except NotReadyError:
        shutil.rmtree(order.workshop, ignore_errors=True)
        raise
    if later != standing:
        raise SourceUnavailableError(
            f"{order.where}: the source went on from its business date {standing.current} to "
            f"{later.current} while it was read, so what was read is of two states. Nothing was "
            f"delivered; the next fetch reads it anew."
        )


def _read(order: Order, name: str, resource: Resource, client: Client, shaper: Shaper) -> None:
    # Pages kept from another business date of the source are of another state of it.
    standing = shaper.standing.current.isoformat()
    cursors = order.cursors_of(name)
    question = json.dumps([resource.model_dump(mode="json"), cursors, standing], sort_keys=True)
    pages = Pages(order.workshop / name, hashlib.sha256(question.encode()).hexdigest())
    reading = _Reading(name, resource, cursors, pages, client)
    for _ in range(READINGS):
        if resource.each:
            reading.ask_for_each(shaper.values(resource.each.resource, resource.each.field))
        elif not pages.state.complete:
            reading.read_list()
        shaper.show(name, pages)
        if not resource.key or not shaper.has_conflict(name, resource.key):
            return
        pages.start_anew()
    raise SourceUnavailableError(
        f"{order.where}: {name} changed while it was read, {READINGS} times. Fetch again when the "
        f"source is at rest."
    )


@dataclass(frozen=True)
class _Reading:
    """One resource that is read, from where an earlier fetch stopped.

    Attributes:
        cursors: where its lists ended last time, see `cursor_name`.
    """

    name: str
    resource: Resource
    cursors: Mapping[str, str]
    pages: Pages
    client: Client

    def ask_for_each(self, values: Iterator[str]) -> None:
        """Ask for every value, in an order that never changes, those that are done left out."""
        if self.pages.state.complete:
            return
        state = self.pages.state
        last, is_amid = state.of or "", state.place is not None
        waiting = (v for v in values if v > last or (v == last and is_amid))
        if self.resource.paging.kind == "none" and not self.resource.since:
            self._read_documents(waiting)
        else:
            for value in waiting:
                self.read_list(value)
        self.pages.finish()

    def read_list(self, of: str | None = None) -> None:
        """Read one list page by page; of a value where the resource is asked for each."""
        while True:
            state = self.pages.state
            place = state.place if state.of == of else None
            answer = self._ask(of, place)
            items = _items(self.name, self.resource, answer.content)
            following = _next_place(self.resource, answer, len(items), place)
            if following is not None and following == place:
                raise DeliveryError(
                    f"{self.name}: the source names the same page as next page again."
                )
            self.pages.keep(((of, item) for item in items), following, of)
            if following is None:
                return

    def _read_documents(self, values: Iterator[str]) -> None:
        """One request per value, some of them in one file."""
        while asked := list(islice(values, DOCUMENTS_PER_PAGE)):
            kept: list[tuple[str | None, Any]] = []
            for value in asked:
                answer = self._ask(value, None)
                kept += [(value, i) for i in _items(self.name, self.resource, answer.content)]
            self.pages.keep(kept, None, of=asked[-1])

    def _ask(self, of: str | None, place: str | None) -> Answer:
        resource = self.resource
        if resource.paging.kind == "link" and place is not None:
            return self.client.get(place, missing_is_empty=resource.missing_is_empty)
        parameters = {**resource.parameters, **_page_parameters(resource, place)}
        reached = self.cursors.get(cursor_name(self.name, of))
        if resource.since and reached is not None:
            parameters[resource.since.parameter] = reached
        path = resource.path.replace("{}", quote(of or "", safe=""))
        return self.client.get(path, parameters, missing_is_empty=resource.missing_is_empty)


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
