"""What Postloan hangs into Airflow. The only file below plugins/ that Airflow scans."""

from importlib import import_module
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from postloan.orchestration.links import URL_PREFIX, DataDocsLink, address_of_pages


class LazyApp:
    """A web application that is imported when it is first asked for something.

    Workers and the DAG processor load plugins too, and serve nothing.
    """

    def __init__(self, module: str) -> None:
        """Remember where the application is: in `app` of a module."""
        self.module = module

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        await import_module(self.module).app(scope, receive, send)


class PostloanPlugin(AirflowPlugin):
    """Pages beside Airflow's own, and the buttons that lead to them; the DAGs do the work."""

    name = "postloan"
    fastapi_apps = [
        {
            "app": LazyApp("postloan.orchestration.web"),
            "url_prefix": URL_PREFIX,
            "name": "Postloan",
        }
    ]
    external_views = [
        {
            "name": "Tables",
            "href": f"{address_of_pages()}/steps/{{DAG_ID}}",
            "destination": "dag",
            "url_route": "postloan_tables",
        }
    ]
    operator_extra_links = [DataDocsLink()]
