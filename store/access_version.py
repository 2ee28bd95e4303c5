"""Whether anything was changed about who may come in, told without reading any of it."""

from __future__ import annotations

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from store.models import api_token, audit_event, sign_in


def access_version(session: Session) -> tuple[int | None, ...]:
    """Another one once a token was made or revoked, or a browser signed in or out; none comes back.

    Each of these is noted in the audit log by the transaction that does it. The number of a note
    that is stored late may be below one that is there already: that one row more or less counts is
    told by the rows themselves.
    """
    notes = select(func.max(audit_event.c.id).label("note")).subquery()
    tokens = select(
        func.count().label("tokens"),
        func.count(api_token.c.revoked_ts).label("revoked"),
    ).subquery()
    browsers = select(
        func.count().label("sign_ins"),
        func.sum(sign_in.c.id).label("numbers"),
    ).subquery()
    joined = notes.join(tokens, true()).join(browsers, true())
    return tuple(session.execute(select(notes, tokens, browsers).select_from(joined)).one())
