"""`python -m postloan`."""

import sys

from postloan.cli import main

if __name__ == "__main__":
    sys.exit(main())
