"""Whether the tests that take a month of dates are asked for."""

import os

IS_LONG = "POSTLOAN_LONG_TESTS" in os.environ
