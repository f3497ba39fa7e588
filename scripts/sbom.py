"""Write what the server is made of, from the lock, as CycloneDX knows it.

    python3 -m scripts.sbom > sbom.json

Every package that is installed to run it, with its version and the checksums of the files
it may be installed from. It leaves out what only tests and builds want. Always: the same
lock gives the same document, which names nothing that is not in the lock.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)")
CHECKSUM = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> list[dict[str, Any]]:
    """The packages of a lock, in its order."""
    found: list[dict[str, Any]] = []
    for line in lock.splitlines():
        if pinned := PINNED.match(line):
            name, version = pinned.groups()
            found.append(
                {
                    "type": "library",
                    "bom-ref": f"pkg:pypi/{name}@{version}",
                    "name": name,
                    "version": version,
                    "purl": f"pkg:pypi/{name}@{version}",
                    "properties": [],
                }
            )
        for checksum in CHECKSUM.findall(line):
            given = {"name": "locked:sha256", "value": checksum}
            found[-1]["properties"].append(given)
    return found


def document(lock: str, version: str) -> dict[str, Any]:
    """The whole document."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "moments-of-change",
                "name": "moments-of-change",
                "version": version,
            }
        },
        "components": components(lock),
    }


if __name__ == "__main__":
    about = (ROOT / "app" / "__init__.py").read_text(encoding="utf-8")
    made = re.search(r'__version__ = "([^"]+)"', about)
    assert made is not None
    json.dump(document(LOCK.read_text(encoding="utf-8"), made[1]), sys.stdout, indent=1)
    print()
