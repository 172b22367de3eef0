"""`make sbom`: a bill of materials (CycloneDX) of what each lock installs.

cyclonedx-py reads the lock. What depends on what is told by the lock itself, and added here. Names
of indices and numbers of lines are left out, so that the same lock gives the same bytes anywhere.
"""

import json
import subprocess
import sys
from operator import itemgetter
from pathlib import Path
from typing import Any

from make.locks import REPOSITORY, Pin, read_lock

PRODUCT = "postloan"
SPECIFICATION = "1.6"
SETS = ("requirements", "requirements-s3", "requirements-spark")
"""What an installation may consist of; tools of developers are no part of the product."""

Bom = dict[str, Any]


def bill_of(lock: Path) -> str:
    """The bill of materials of one lock, as JSON.

    Raises:
        RuntimeError: it is not valid CycloneDX, or not everything of the lock is in it.
    """
    bom = _told(lock)
    pins = {_ref(pin.name, pin.version): pin for pin in read_lock(lock)}
    missing = pins.keys() ^ {_ref(c["name"], c["version"]) for c in bom["components"]}
    if missing:
        raise RuntimeError(f"{lock.name}: in the lock or the bill alone: {', '.join(missing)}.")
    for component in bom["components"]:
        ref = _ref(component["name"], component["version"])
        component.pop("description", None)
        component["bom-ref"] = component["purl"] = ref
        component["externalReferences"] = [_distribution(ref, pins[ref])]
    bom["components"].sort(key=itemgetter("bom-ref"))
    root = bom["metadata"]["component"]
    root["bom-ref"] = PRODUCT
    bom["dependencies"] = _graph(pins)
    text = json.dumps(bom, indent=1, sort_keys=True) + "\n"
    _validate(lock, text)
    return text


def _told(lock: Path) -> Bom:
    """What cyclonedx-py reads off a lock."""
    made = subprocess.run(  # noqa: S603 (our own tool on our own file)
        [
            *(sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(lock)),
            *("--pyproject", str(REPOSITORY / "pyproject.toml"), "--output-reproducible"),
            *("--spec-version", SPECIFICATION, "--output-format", "JSON", "--no-validate"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    bom: Bom = json.loads(made.stdout)
    return bom


def _distribution(ref: str, pin: Pin) -> Bom:
    hashes = [{"alg": "SHA-256", "content": sha256} for sha256 in sorted(pin.hashes)]
    return {"type": "distribution", "url": ref, "hashes": hashes}


def _ref(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


def _graph(pins: dict[str, Pin]) -> list[Bom]:
    """Who depends on whom; the product itself on what its requirements name."""
    needs: dict[str, set[str]] = {PRODUCT: set(), **{ref: set() for ref in pins}}
    for ref, pin in pins.items():
        for asker in pin.wanted_by:
            # A file with requirements speaks for the product.
            for needing in [r for r, p in pins.items() if p.name == asker] or [PRODUCT]:
                needs[needing].add(ref)
    return [{"ref": ref, "dependsOn": sorted(wanted)} for ref, wanted in sorted(needs.items())]


def _validate(lock: Path, text: str) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    fault = JsonStrictValidator(SchemaVersion.from_version(SPECIFICATION)).validate_str(text)
    if fault is not None:
        raise RuntimeError(f"{lock.name}: its bill of materials is not valid: {fault}")


def main(arguments: list[str]) -> int:
    """Write the bills into a folder, or with `--check` see whether they can be written."""
    if arguments == ["--check"]:
        bill_of(REPOSITORY / "requirements.txt")
        return 0
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name in SETS:
        target = folder / f"{name.replace('requirements', 'postloan')}.cdx.json"
        target.write_text(bill_of(REPOSITORY / f"{name}.txt"), encoding="utf-8")
        print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
