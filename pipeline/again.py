"""Which part of a source is to be read again, by the name that people know it by."""

from __future__ import annotations

from core.errors import ConfigError
from core.source_settings import AnySource
from pipeline.database import Database
from store import cursors
from store.lookup import found_in
from store.models import repository
from store.sources import source_ids

_SHOWN = 20


def scope_named(database: Database, source: AnySource, name: str) -> str:
    """The scope of a project, repository or job of a source that was read before. `ConfigError`
    where there is none of this name, with those that there are, or where the source is one list.
    """
    with database.read() as session:
        source_id = source_ids(session).get(source.name)
        numbers = [] if source_id is None else [source_id]
        states = [one for one in cursors.all_states(session) if one.source == source.name]
        read = found_in(session, repository, ("path", "external_id"), "source_id", numbers)
        paths = {str(path): str(number) for path, number in read}
    scopes = {one.key.scope for one in states} - {""}
    known = {path: number for path, number in paths.items() if number in scopes}
    if source.kind == "jenkins":
        known = {job: job for job in scopes}
    if source.kind not in ("jenkins", "gitlab", "github"):
        raise ConfigError(
            f"{source.name} is read as one list, not by project; read all of it again:"
            f" headwater sync --source {source.name} --full"
        )
    if name not in known:
        told = ", ".join(sorted(known)[:_SHOWN]) or "nothing: it was never read"
        raise ConfigError(f'{source.name} has no "{name}"; it has {told}')
    return known[name]
