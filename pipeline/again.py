"""Which part of a source is to be read again, by the name that people know it by."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import BadRequestError, ConfigError, NotFoundError
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.database import Database
from pipeline.source_report import SourceReport
from store import again, cursors
from store.lookup import found_in
from store.models import repository
from store.sources import source_ids

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Noted:
    """What is to be read again; new: False where it was waiting already."""

    source: str
    name: str
    new: bool


def note_again(settings: Settings, database: Database, source_name: str, name: str) -> Noted:
    """Have a project, repository or job read again by whoever collects. Asked twice it is read
    once; what is stored stays, and is written only where it differs.

    `NotFoundError` for a source that is not configured, `BadRequestError` for what it has not.
    """
    source = next((one for one in settings.polled if one.name == source_name), None)
    if source is None:
        known = ", ".join(one.name for one in settings.polled) or "none"
        raise NotFoundError(f'there is no source "{source_name[:100]}"; known: {known}')
    try:
        scope = scope_named(database, source, name)
    except ConfigError as error:
        raise BadRequestError(str(error)) from error
    with database.writing() as session:
        number = source_ids(session)[source.name]
        return Noted(source.name, name, again.ask_again(session, number, scope))


def first_asked(database: Database) -> dict[str, str]:
    """By source: the scope that has waited longest to be read again; the next pass takes the next
    one.
    """
    with database.read() as session:
        waiting = {
            name: again.asked_again(session, one) for name, one in source_ids(session).items()
        }
    return {name: scopes[0] for name, scopes in waiting.items() if scopes}


def was_read(database: Database, report: SourceReport, scope: str) -> None:
    """It waits no more, where the pass went well; else the next one reads it."""
    if report.problems or report.paused:
        return
    with database.writing() as session:
        again.done_again(session, source_ids(session)[report.source], scope)


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
