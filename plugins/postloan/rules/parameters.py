"""Single values of a pack as rows, for the kinds that carry some beside their own rules."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from postloan.rules.packs import Pack


def _number(value: Any) -> Decimal | None:
    try:
        return None if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None


def parameter_rows(
    pack: Pack, _known: tuple[str, ...] = ()
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The `parameters` of a pack as rows of `rule_parameter`; none if it has no such part."""
    for parameter in pack.body.get("parameters", ()):
        value = parameter["value"]
        yield (
            "rule_parameter",
            {
                "pack": pack.name,
                "parameter": parameter["parameter"],
                "value_text": str(value).lower() if isinstance(value, bool) else str(value),
                "value_number": _number(value),
                "rule_id": parameter["id"],
                "rule_version": pack.version,
            },
        )
