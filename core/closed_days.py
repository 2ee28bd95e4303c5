"""Public holidays by country or part of a country, as the `holidays` library knows them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2100
"""Holidays are told of these years; outside them none are known."""

_FORM = 'write a country as "DE" or a part of one as "DE-BE"'


def holiday_problem(code: str) -> str:
    """Why `code` names no holidays, with what would be accepted; "" where it does."""
    known = _countries()
    country, _, part = code.partition("-")
    if country in known and (code == country or part in known[country]):
        return ""
    upper = code.upper()
    if upper != code and not holiday_problem(upper):
        return f'there is no "{code}"; did you mean "{upper}"?'
    if country not in known:
        near = [name for name in sorted(known) if name[:1] == country[:1].upper()]
        listed = f"; known with this letter: {', '.join(near)}" if near else ""
        return f'there is no country "{country}"; {_FORM}{listed}'
    if not known[country]:
        return f'"{country}" has no parts with holidays of their own; write "{country}"'
    return f'"{country}" has no part "{part}"; known: {", ".join(known[country])}'


@lru_cache(maxsize=16)
def public_holidays(code: str) -> frozenset[date]:
    """The public holidays of `FIRST_YEAR` to `LAST_YEAR`, with the days that are given instead of
    those that fall on a weekend, where that is the law; none for "".

    code: one in which `holiday_problem` finds nothing; `ValueError` for another.
    """
    if not code:
        return frozenset()
    if problem := holiday_problem(code):
        raise ValueError(problem)
    from holidays import country_holidays

    country, _, part = code.partition("-")
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return frozenset(country_holidays(country, subdiv=part or None, years=years))


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    from holidays import list_supported_countries  # slow to import, and seldom needed

    return list_supported_countries(include_aliases=False)
