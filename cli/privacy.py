"""`headwater privacy erase`: erases a person, after telling what that changes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.access import acting
from cli.output import console, print_json
from cli.setting_up import ready
from core.errors import BadRequestError, StoppedError
from pipeline.erasing import erase, look


def run_erase(
    config: Path, person: str, *, also: Sequence[str], dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Without `--yes` it asks at a terminal, and refuses where there is none."""
    named = person or _asked("Whom? An account name, an e-mail or a full name: ")
    with ready(config) as (_, database):
        if dry_run:
            _tell(look(database, named, also), as_json=as_json)
            return
        if not yes:
            _tell(look(database, named, also), as_json=False)
            if _asked("This can't be undone. Write erase to go on: ") != "erase":
                raise StoppedError("nothing was changed")
        _tell(erase(database, named, also, who=acting()), as_json=as_json)


def _asked(question: str) -> str:
    """Questions go beside the answer, which a script may read."""
    if not sys.stdin.isatty():
        raise BadRequestError("give the person, and --yes or --dry-run: there is nobody to ask")
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _tell(told: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(dict(told))
        return
    lines = [
        f"{_did(told)} {sum(one['accounts'] for one in told['accounts'])} accounts"
        f" ({', '.join(one['source'] for one in told['accounts'])}), known by"
        f" {told['words']} words"
    ]
    lines += [f"  {one['rows']:>8} rows of {one['table']}" for one in told["changed"]]
    if told["sign_ins_ended"]:
        lines.append(f"  {told['sign_ins_ended']:>8} browsers signed out")
    lines += [f"tokens: {', '.join(told['tokens'])}"] if told["tokens"] else []
    lines += [f"teams: {', '.join(told['teams'])}"] if told["teams"] else []
    lines += [f"{one['words']} words stay in {one['where']}" for one in told["stays_in"]]
    lines += [f"- {hint}" for hint in told["hints"]]
    console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)


def _did(told: Mapping[str, Any]) -> str:
    return "Erased" if told["erased"] else "Would erase"
