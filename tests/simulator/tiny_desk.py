"""The service desk of the tiny company."""

from __future__ import annotations

from simulator.model_desk import AuditEntry, ChangeRequest, Incident
from tests.simulator.tiny_names import HOUR, MINUTE, START, sha


def change() -> ChangeRequest:
    at = START + HOUR
    return ChangeRequest(
        id=sha("change")[:32],
        number="CHG0030001",
        type="normal",
        state="3",
        approval="approved",
        title="Release 1.0.0 of payments",
        description="SHOP-2",
        ci="Payments",
        created=START,
        updated=at,
        work_start=at,
        work_end=at + 9 * MINUTE,
        closed=at + HOUR,
        close_code="successful",
        correlation_id="shop/deploy-payments-production#1",
        audit=[AuditEntry("a" * 32, "state", "-5", "3", at)],
    )


def incident(number: int) -> Incident:
    at = START + number * HOUR
    return Incident(
        id=sha(f"incident {number}")[:32],
        number=f"INC000{number}",
        title="Errors on Payments",
        description="",
        priority=number + 1,
        state="2",
        ci="Payments",
        opened=at,
        updated=at,
        resolved=None,
        closed=None,
        caused_by=sha("change")[:32] if number == 0 else None,
        deployment=None,
        duplicate_of=sha("incident 0")[:32] if number == 1 else None,
    )
