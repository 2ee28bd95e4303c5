"""`make sbom`: what is shipped, as CycloneDX: every package of the run-time lock, its licence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.security.licences import ROOT, licence_of


def bom(lock: Path = ROOT / "requirements.txt") -> dict[str, Any]:
    """The document. The same lock gives the same one."""
    command = [
        str(Path(sys.executable).parent / "cyclonedx-py"), "requirements", str(lock),
        "--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible",
        "--spec-version", "1.6", "--no-validate", "--output-format", "JSON", "--output-file", "-",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    for one in found["components"]:
        one["licenses"] = [{"expression": licence_of(one["name"])}]
    return found


def faults(text: str) -> str:
    """Why it is not of its schema; "" where it is."""
    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return "" if found is None else str(found)[:2_000]


def main() -> int:
    into = Path(sys.argv[1] if len(sys.argv) > 1 else "build/headwater.cdx.json")
    text = json.dumps(bom(), indent=2, sort_keys=True) + "\n"
    if wrong := faults(text):
        print(f"not a CycloneDX document: {wrong}")
        return 1
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(text, encoding="utf-8")
    print(f"{into}: {len(json.loads(text)['components'])} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
