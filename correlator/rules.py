"""Every rule, in the order in which they run: those further down build on links made further up."""

from __future__ import annotations

from typing import Final

from correlator.rules_code import CODE_RULES
from correlator.rules_delivery import DELIVERY_RULES

RULES: Final = (*CODE_RULES, *DELIVERY_RULES)

KINDS: Final = frozenset((rule.a, rule.b) for rule in RULES)
"""The pairs of kinds that can be linked, by a rule or by a person."""
