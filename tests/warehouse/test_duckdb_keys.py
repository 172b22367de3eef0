"""The quick looks at keys miss no repeated one."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from postloan.warehouse.duckdb.engine import DuckDBWarehouse
from postloan.warehouse.duckdb.keys import repeated_numbers

NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.integers(60, 130),
    st.sampled_from([-(2**31), -65, -64, -63, 0, 63, 64, 2**31 - 1]),
)


@settings(max_examples=50)
@given(keys=st.lists(st.tuples(st.sampled_from("ab"), NUMBERS), min_size=1, max_size=30))
def test_a_number_that_occurs_twice_in_its_group_is_found(keys: list[tuple[str, int]]) -> None:
    twice = sum(n > 1 for n in Counter(keys).values())
    rows = " union all ".join(f"select '{group}' as owner, {n} as no" for group, n in keys)
    with DuckDBWarehouse(":memory:", threads=1) as warehouse:
        for number in ("integer", "bigint"):
            warehouse.temporary_from(
                "numbered",
                f"select owner, cast(no as {number}) as no from ({rows}) as sent",
            )
            assert warehouse.repeated_keys("numbered", ("owner", "no")) == twice
        (sieve,) = warehouse.stream_rows(repeated_numbers("numbered", ("owner", "no")), {})
        assert bool(sieve[0]) == bool(twice)
