"""What an installation needs, what of it is there, and how to get the rest.

Nothing is changed: no table is made, no file of the warehouse, no folder. Every part answers with
findings; a part that is broken is a finding and never an error.
"""

from postloan.doctor.examination import examine
from postloan.doctor.finding import Finding, State

__all__ = ["Finding", "State", "examine"]
