"""Buttons on a task in the Airflow UI."""

from typing import Any
from urllib.parse import urlsplit

from airflow.sdk import BaseOperatorLink
from airflow.sdk.configuration import conf

URL_PREFIX = "/postloan"
"""Where the API server mounts our pages."""


def address_of_pages() -> str:
    """Where the browser finds our pages: below the path that the API server is reached at."""
    base = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    return f"{base}{URL_PREFIX}"


class DataDocsLink(BaseOperatorLink):
    """From the run that took a delivery in to what the quality gate found on it."""

    name = "Data Docs"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002
        """The page of the revision; where none was made, the list of those of the date."""
        place = getattr(operator, "docs_place", "")
        return f"{address_of_pages()}/data_docs/{place}" if place else ""
