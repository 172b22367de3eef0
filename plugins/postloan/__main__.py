"""`python -m postloan`."""

import sys

from postloan import quiet_exit
from postloan.cli import main

if __name__ == "__main__":
    quiet_exit.install()
    sys.exit(main())
