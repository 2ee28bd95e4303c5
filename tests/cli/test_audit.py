"""`headwater audit`: the sample with the command that judges each link."""

from __future__ import annotations

from tests.cli.conftest import Run


def test_the_sample_is_printed_with_commands(headwater: Run) -> None:
    outcome = headwater("audit", "--month", "2026-10")
    assert outcome.status == 0
    (body,) = headwater("audit", "--month", "2026-10", "--json").lines
    assert outcome.out.startswith(f"Audit of 2026-10: {len(body['items'])} of {body['population']}")
    for row in body["items"]:
        assert row["command"] in outcome.out
    assert "nobody judged the sample of 2026-10 yet" in outcome.out


def test_what_is_no_month_is_refused_with_what_to_write(headwater: Run) -> None:
    outcome = headwater("audit", "--month", "october")
    assert outcome.status != 0
    assert "2026-10" in outcome.err
