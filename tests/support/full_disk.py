"""A disk on which no file may grow beyond some bytes, as this process sees it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def full_disk(largest_file: int) -> Iterator[None]:
    """Writing beyond that size fails, as it does on a full disk, until the block ends.

    Args:
        largest_file: bytes that a file may have.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
