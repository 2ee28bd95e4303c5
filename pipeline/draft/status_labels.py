"""Which labels seem to stand for statuses, where a tracker has no statuses of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SAYS = re.compile(r"^((?:status|state|workflow|stage|phase)\s*(?:::|:|/|-)\s*)\S", re.I)


def status_labels(names: Sequence[str], on_board: Sequence[str] = ()) -> tuple[str, ...]:
    """Patterns for `status_labels`: `workflow::*` where two labels or more begin so, and the labels
    of a board's lists that no such pattern has.
    """
    begins = [match[1] for name in names if (match := _SAYS.match(name))]
    found = [f"{begin}*" for begin in dict.fromkeys(begins) if begins.count(begin) > 1]
    alone = [name for name in on_board if not any(name.startswith(one[:-1]) for one in found)]
    return (*found, *(one for one in alone if not re.search(r"[*?\[\]]", one)))
