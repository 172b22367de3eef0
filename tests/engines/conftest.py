"""What the tests of the engines share."""

import pytest

from tests.support.engines import WITH_EVERY_WAY


@pytest.fixture(params=WITH_EVERY_WAY)
def engine(request: pytest.FixtureRequest) -> str:
    """Name of the engine; a test that uses it runs once on each, and on Spark in both ways."""
    return str(request.param)
