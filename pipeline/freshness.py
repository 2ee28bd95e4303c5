"""The version of everything that is served: moves with facts and with what the Connectors page
shows.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from store import cursors, frames, improvements, scenarios, verdicts
from store.daily import last_made
from store.definitions import last_change
from store.estimates import last_estimate
from store.facts import services_version


def served_version(session: Session) -> str:
    """Equal as long as no fact changed, no source was read or failed, no history came, no
    definition changed, no daily number was made, and nobody judged a link, valued an item, entered
    a scenario or wrote of an improvement.
    """
    everything = cursors.all_states(session)
    states = [state for state in everything if state.key.stream == ""]
    read = ",".join(
        f"{state.source}:{state.last_success_ts}:{state.last_error_ts}:{state.lease_until_ts}"
        for state in states
    )
    older = ",".join(
        f"{state.source}:{state.key.stream}:{state.key.scope}:{part}"
        for state in everything
        if (part := state.cursor.get("older"))
    )
    judged = f"{verdicts.version(session)}|{scenarios.version(session)}"
    judged = f"{judged}|{improvements.version(session)}"
    changes = last_change(session)
    made = last_made(session)
    daily = 0 if made is None else made.as_of_ts
    return f"{facts_told(session)}|{read}|{older}|{judged}|{changes}|{daily}"


def facts_told(session: Session) -> str:
    """The same of facts and of what items are worth alone."""
    streams = frames.value_streams(session)
    facts = ",".join(
        f"{a}:{b}" for a, b in zip(streams["name"], streams["facts_version"], strict=True)
    )
    return f"{facts}|{services_version(session)}|{last_estimate(session)}"
