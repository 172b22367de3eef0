"""Signs of life: a process can be there and do nothing any more."""

import requests

HEARTBEATS = {
    "metadatabase": "api-server",
    "scheduler": "scheduler",
    "dag_processor": "dag-processor",
    "triggerer": "triggerer",
}
"""What Airflow's health page reports -> the component that it speaks of."""
TIMEOUT_SECONDS = 5.0


def signs_of_life(base_url: str) -> dict[str, bool]:
    """Component -> whether it has a recent heartbeat, as the API server sees it.

    Where the API server itself does not answer, nothing is known of the others.

    Args:
        base_url: address of the API server.
    """
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(f"{base_url}/api/v2/monitor/health", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        health = answer.json()
    except (requests.RequestException, ValueError):
        return {"api-server": False}
    return {
        component: health.get(reported, {}).get("status") == "healthy"
        for reported, component in HEARTBEATS.items()
    }
