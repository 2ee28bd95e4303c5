"""Durations as people write them in the configuration: `10m`, `72h`, `14d`."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(value: object) -> timedelta:
    """`"10m"` as a timedelta; one positive number and one of s, m, h, d, w. `ValueError`
    otherwise.
    """
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d+)\s*([smhdw])", value.strip()) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('write a duration as a number and a unit: "10m", "72h", "14d"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
