"""The sample lender: an invented book that behaves like a real one.

`write_sample` fills the landing zone with an opening delivery and one delta delivery per source
and day. It is what `make run` and the benchmark work on. The same arguments give the same bytes.
"""

from postloan.landing.sample.lender import SampleSummary, write_sample

__all__ = ["SampleSummary", "write_sample"]
