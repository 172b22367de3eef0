"""Signs of life: a process can be there and do nothing any more."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

HEARTBEATS = {
    "metadatabase": "api-server",
    "scheduler": "scheduler",
    "dag_processor": "dag-processor",
    "triggerer": "triggerer",
}
"""What Airflow's health page reports -> the component that it speaks of."""
TIMEOUT_SECONDS = 5.0


def signs_of_life(base_url: str, door: HTTPAdapter) -> dict[str, bool]:
    """Component -> whether it has a recent heartbeat, as the API server sees it.

    Where the API server itself does not answer, nothing is known of the others, nor where what
    answers is no health page: whoever believed it would end what is at work.

    Args:
        base_url: address of the API server.
        door: connects to our own API server and to nobody else.
    """
    try:
        with requests.Session() as session:
            session.trust_env = False
            session.mount("http://", door)
            answer = session.get(f"{base_url}/api/v2/monitor/health", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        health: Any = answer.json()
        return {
            component: health[reported]["status"] == "healthy"
            for reported, component in HEARTBEATS.items()
        }
    except (requests.RequestException, ValueError, LookupError, TypeError):
        return {"api-server": False}
