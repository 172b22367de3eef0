"""Signs of life: a process can be there and do nothing any more."""

import requests

HEARTBEATS = {
    "metadatabase": "api-server",
    "scheduler": "scheduler",
    "dag_processor": "dag-processor",
    "triggerer": "triggerer",
}
"""What Airflow's health page reports -> the component that is at fault."""
TIMEOUT_SECONDS = 5.0


def silent_components(base_url: str) -> set[str]:
    """Components without a recent heartbeat, as the API server sees them.

    Where the API server itself does not answer nothing is known of the others.

    Args:
        base_url: address of the API server.
    """
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(f"{base_url}/api/v2/monitor/health", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        health = answer.json()
        return {
            component
            for reported, component in HEARTBEATS.items()
            if health.get(reported, {}).get("status") != "healthy"
        }
    except (requests.RequestException, ValueError):
        return {"api-server"}
