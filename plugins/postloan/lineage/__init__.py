"""Why a task exists, back to the delivered lines."""
