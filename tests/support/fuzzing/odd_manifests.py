"""Manifests that say something other than they should."""

import json
import random
from typing import Any

from tests.support.fuzzing.mutations import ON_BYTES, PLAIN_BYTES

NOTE = "Zq7Note"
"""What a manifest holds is no field of a row; it may be told, if it is told harmlessly."""

ODD_TERMS: dict[str, tuple[Any, ...]] = {
    "rows": (-1, 0, 1, 2**31, 10**30, 1.0, 5.5, "6", None, True, [], "6 rows"),
    "sha256": ("", "0" * 64, "A" * 64, "g" * 64, None, 5, "0" * 63, "0" * 64 + "\n"),
    "file": (
        *("", ".", "..", "../x.csv", "/etc/passwd", "a/b.csv", "a\\b", "x\n", None, "x\0"),
        *("missing.csv", "manifest.json", "x" * 500, ".hidden", "x.gz"),
    ),
    "feed": ("", "nobody", "\x1b[31m", f"{NOTE}\n", None, 5, "x" * 5000, "姓名"),
    "control_totals": (
        *(None, [], "x", {"amount": "1"}, {NOTE: "1.00"}, {NOTE: "not a number"}),
        *({"amount": amount} for amount in ("NaN", "1e400", "x", None, 1.5, "9" * 28)),
    ),
    "extra": (1,),
    f"{NOTE}\x1b[31m\n": (NOTE,),
}


def odd_manifest(rng: random.Random, whole: dict[str, Any]) -> bytes:
    """The manifest as bytes, with one thing about it other than it should be."""
    text = json.dumps(whole).encode()
    entry = whole["files"][0]

    def told(**other: Any) -> bytes:
        return json.dumps({**whole, **other}).encode()

    def odd_entry() -> bytes:
        term = rng.choice(list(ODD_TERMS))
        return told(files=[{**entry, term: rng.choice(ODD_TERMS[term])}])

    return rng.choice(
        (
            *(odd_entry, odd_entry, odd_entry),
            lambda: told(files=rng.choice(([], [entry, entry], None, {}, "x", [None], [[]]))),
            lambda: told(source=rng.choice(("", "nobody", None, 5, f"{NOTE}\x1b[31m\n" * 50))),
            lambda: told(business_date=rng.choice(("", "2026-11-31", None, 5, 1e400, "x" * 900))),
            lambda: told(opening=rng.choice((None, "false", 0, "x", []))),
            lambda: told(cursors=rng.choice((None, [], {"a": 1}, {NOTE: "\0"}, {"x" * 999: ""}))),
            lambda: told(**{rng.choice(("extra", NOTE, "\x1b[31m\n")): NOTE}),
            lambda: rng.choice(ON_BYTES)(rng, text, PLAIN_BYTES),
            lambda: rng.choice(ON_BYTES)(rng, text, PLAIN_BYTES),
            lambda: b"[" * 100_000,
            lambda: b" " * (1 << 20) + text,
            lambda: b"\xef\xbb\xbf" + text,
            lambda: text.decode().encode("utf-16"),
            lambda: b"",
        )
    )()
