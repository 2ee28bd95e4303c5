"""`make openapi`: writes docs/openapi.json anew, once CHANGELOG.md says what breaks programs.

Each line that breaks stands in CHANGELOG.md under "### Breaking changes of the API", as it is
printed here. `--since FILE` compares with another document, such as that of a release, and writes
nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.api.openapi.breaking import differences
from tests.api.openapi.changelog import untold
from tests.api.openapi.document import STORED, present, stored, written

CHANGELOG = STORED.parents[1] / "CHANGELOG.md"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--since", type=Path, help="compare with this document; write nothing")
    asked = parser.parse_args()
    old = json.loads(asked.since.read_text(encoding="utf-8")) if asked.since else stored()
    new = present()
    found = list(differences(old, new))
    for one in found:
        print(f"{'BREAKS' if one.breaking else 'adds  '}  {one}")
    lines = [str(one) for one in found if one.breaking]
    missing = untold(lines, CHANGELOG.read_text(encoding="utf-8"))
    if missing:
        print("\nWrite into CHANGELOG.md, under its first `### Breaking changes of the API`:\n")
        print("\n".join(f"- `{line}`" for line in missing))
        print("\nor keep what programs rely on. Nothing was written.")
        return 1
    if not asked.since:
        STORED.write_text(written(new) + "\n", encoding="utf-8")
        print(f"{STORED}: {len(found)} differences")
    return 0


if __name__ == "__main__":
    sys.exit(main())
