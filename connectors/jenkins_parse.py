"""Jenkins payloads to records: builds, what they checked out, stages, and deployments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.jenkins_names import build_id, job_path, matches
from connectors.stream import Payload, Scope
from connectors.times import utc
from core.errors import PayloadError
from core.records import Build, BuildStage, Deployment, Record, Result, Revision
from core.source_settings import DeploymentRule

_RESULTS = {
    "SUCCESS": Result.SUCCESS,
    "FAILURE": Result.FAILED,
    "FAILED": Result.FAILED,
    "UNSTABLE": Result.UNSTABLE,
    "ABORTED": Result.CANCELED,
    "NOT_BUILT": Result.SKIPPED,
    "NOT_EXECUTED": Result.SKIPPED,
    "IN_PROGRESS": Result.RUNNING,
    "PAUSED_PENDING_INPUT": Result.WAITING,
}
_UNFINISHED = frozenset({Result.RUNNING, Result.WAITING})
_SHA_PARAMETERS = ("GIT_COMMIT", "COMMIT", "REVISION")
_VERSION_PARAMETERS = (
    "VERSION", "TAG", "RELEASE", "APP_VERSION", "RELEASE_VERSION", "ARTIFACT_VERSION",
    "RELEASE_TAG", "GIT_TAG", "IMAGE_TAG", "DOCKER_TAG", "IMAGE", "DOCKER_IMAGE", "ARTIFACT",
)  # fmt: skip
_SHA = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_REMOTE_BRANCH = re.compile(r"(?:refs/)?remotes/[^/]+/|refs/(?:heads|tags)/|origin/")
_PUSHER = re.compile(r"(?<=push) by .+", re.IGNORECASE)
_LIBRARY = re.compile(
    r"(?:^|[-_.])(?:jenkins|pipelines?|shared|global|groovy|ci)"
    r"(?:[-_.](?:shared|pipelines?|global|groovy|build))*[-_.]?(?:libs?|library|libraries)(?:$|[-_.])"
)


@dataclass(frozen=True, slots=True)
class _Checkout:
    sha: str
    remotes: tuple[str, ...]
    branch: str

    @property
    def library(self) -> bool:
        """Whether its name says shared library: that commit is not what was built."""
        return any(_LIBRARY.search(_repository_name(remote)) for remote in self.remotes)


def parse_build(
    payload: Payload, scope: Scope, *, base_url: str, rules: Sequence[DeploymentRule] = ()
) -> Iterator[Record]:
    """The build, its stages where `_details.describe` has them, and a deployment where a rule fits.

    `scope.id` is the job's full name; the server's own `url` is not used, its host is only what an
    administrator typed. `PayloadError` where number or start is missing.
    """
    build = _build(payload, scope, base_url)
    yield build
    describe = _describe(payload)
    if describe:
        yield from parse_stages(describe, build.id)
    rule = next((rule for rule in rules if matches(rule.job, build.job)), None)
    if rule is not None:
        yield _deployment(build, _checkouts(payload), rule)


def _build(payload: Payload, scope: Scope, base_url: str) -> Build:
    number = payload.get("number")
    if not isinstance(number, int):
        raise PayloadError(f"{scope.id}: a build without a number")
    started = _at(payload.get("timestamp"))
    if started is None:
        raise PayloadError(f"{scope.id}#{number}: a build without `timestamp`")
    result = _build_result(payload)
    duration = payload.get("duration")
    done = result is not Result.RUNNING and isinstance(duration, int) and duration >= 0
    checkouts = _checkouts(payload)
    waited = _queued_ms(payload)
    return Build(
        id=build_id(scope, number),
        job=scope.id,
        number=number,
        result=result,
        url=f"{base_url.rstrip('/')}/{job_path(scope.id)}/{number}/",
        ref=_ref(checkouts, scope),
        queued_at=None if waited is None else started - timedelta(milliseconds=waited),
        started_at=started,
        finished_at=started + timedelta(milliseconds=duration or 0) if done else None,
        cause=_cause(payload),
        upstream=_upstream(payload),
        revisions=_revisions(checkouts),
        parameters=tuple(_parameters(payload).items()),
        description=str(payload.get("description") or ""),
    )


def is_running(payload: Payload) -> bool:
    """A pipeline may set its result long before it ends: `building` decides where it is told."""
    if payload.get("building") or payload.get("inProgress"):
        return True
    return payload.get("result") is None and "building" not in payload


def _build_result(payload: Payload) -> Result:
    if is_running(payload):
        return Result.RUNNING
    return _RESULTS.get(str(payload.get("result")), Result.OTHER)


def parse_stages(describe: Mapping[str, Any], build_id: str) -> Iterator[BuildStage]:
    """The stages of a run as the stage view tells them (`wfapi/describe`).

    A pause for a person's input lies somewhere inside the stage, only its length is known: the
    stage counts as waiting that long first (`queued_at` to `started_at`) and working after.
    """
    stages = describe.get("stages")
    if not isinstance(stages, list):
        raise PayloadError(f"{build_id}: a description of a run without `stages`")
    for ordinal, stage in enumerate(stages):
        if not isinstance(stage, dict):
            raise PayloadError(f"{build_id}: stage {ordinal} is not an object")
        yield _stage(stage, ordinal, build_id)


def _stage(stage: Mapping[str, Any], ordinal: int, build_id: str) -> BuildStage:
    result = _RESULTS.get(str(stage.get("status")), Result.OTHER)
    begin = _at(stage.get("startTimeMillis"))
    pause = timedelta(milliseconds=_ms(stage.get("pauseDurationMillis")) or 0)
    length = _ms(stage.get("durationMillis"))
    done = begin is not None and length is not None and result not in _UNFINISHED
    worked = begin is not None and result is not Result.WAITING
    return BuildStage(
        build=build_id,
        id=str(stage.get("id") or ordinal),
        ordinal=ordinal,
        name=str(stage.get("name") or ""),
        result=result,
        queued_at=begin if pause or result is Result.WAITING else None,
        started_at=begin + pause if begin and worked else None,
        finished_at=begin + timedelta(milliseconds=length or 0) if begin and done else None,
    )


def _deployment(build: Build, checkouts: Sequence[_Checkout], rule: DeploymentRule) -> Deployment:
    """The build as a deployment; its sha is None where several repositories could be meant."""
    values = {name.upper(): value for name, value in build.parameters}
    own = [checkout for checkout in checkouts if not checkout.library]
    given = next((values[n] for n in _SHA_PARAMETERS if _SHA.fullmatch(values.get(n, ""))), None)
    built = {checkout.sha for checkout in own}
    remotes = {remote for checkout in own for remote in checkout.remotes}
    started = build.started_at
    if started is None:
        raise PayloadError(f"{build.id}: a deployment without a start")
    return Deployment(
        id=build.id,
        environment=rule.environment,
        result=build.result,
        created_at=build.queued_at or started,
        service=rule.service,
        remote=next(iter(remotes)) if len(remotes) == 1 else "",
        sha=given.lower() if given else next(iter(built)) if len(built) == 1 else None,
        ref=build.ref,
        version=next((values[n] for n in _VERSION_PARAMETERS if values.get(n)), ""),
        group=build.id,
        build=build.id,
        started_at=started,
        finished_at=build.finished_at,
        url=build.url,
    )


def _objects(parent: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list; Jenkins puts null and `{}` for actions that tell nothing."""
    found = parent.get(name)
    return [o for o in found if isinstance(o, dict) and o] if isinstance(found, list) else []


def _checkouts(payload: Payload) -> list[_Checkout]:
    """One per repository checked out (git plugin, `BuildData`), in order, each once."""
    found: dict[_Checkout, None] = {}
    for action in _objects(payload, "actions"):
        revision = action.get("lastBuiltRevision")
        if not isinstance(revision, dict) or not revision.get("SHA1"):
            continue
        remotes = tuple(_without_user(url) for url in action.get("remoteUrls") or () if url)
        branch = next((_branch(str(b.get("name") or "")) for b in _objects(revision, "branch")), "")
        found[_Checkout(str(revision["SHA1"]), remotes, branch)] = None
    return list(found)


def _revisions(checkouts: Sequence[_Checkout]) -> tuple[Revision, ...]:
    pairs = {(c.sha, remote): None for c in checkouts for remote in c.remotes or ("",)}
    return tuple(Revision(sha, remote) for sha, remote in pairs)


def _ref(checkouts: Sequence[_Checkout], scope: Scope) -> str:
    """The branch: of the branch job's name, otherwise of the first checkout that is no library."""
    if scope.payload.get("_branch_job"):
        return unquote(scope.id.rsplit("/", 1)[-1])
    own = next((checkout for checkout in checkouts if not checkout.library), None)
    return own.branch if own else ""


def _branch(name: str) -> str:
    """`refs/remotes/origin/main`, `remotes/origin/main` and `origin/main` are all `main`."""
    return "" if name == "detached" else _REMOTE_BRANCH.sub("", name, count=1)


def _parameters(payload: Payload) -> dict[str, str]:
    """Build parameters as text; Jenkins keeps the value of a password back, and so do we."""
    values: dict[str, str] = {}
    for action in _objects(payload, "actions"):
        for parameter in _objects(action, "parameters"):
            value = parameter.get("value")
            secret = "password" in str(parameter.get("_class", "")).lower()
            if secret or not isinstance(value, str | bool | int | float):
                continue
            text = str(value).lower() if isinstance(value, bool) else str(value)
            values[str(parameter["name"])] = text
    return values


def _cause(payload: Payload) -> str:
    """Why it ran: `upstream <build id>`, `user`, or the words of the server. Names are left out."""
    texts: dict[str, None] = {}
    for action in _objects(payload, "actions"):
        for cause in _objects(action, "causes"):
            if cause.get("upstreamProject"):
                text = f"upstream {cause['upstreamProject']}#{cause.get('upstreamBuild')}"
            elif "userId" in cause or "UserIdCause" in str(cause.get("_class", "")):
                text = "user"
            else:
                text = _PUSHER.sub("", str(cause.get("shortDescription") or ""))
            texts[text] = None
    return "; ".join(text for text in texts if text)


def _upstream(payload: Payload) -> str | None:
    """The build that started this one, as full name and number; the first where several did."""
    for action in _objects(payload, "actions"):
        for cause in _objects(action, "causes"):
            if cause.get("upstreamProject") and isinstance(cause.get("upstreamBuild"), int):
                return f"{cause['upstreamProject']}#{cause['upstreamBuild']}"
    return None


def _queued_ms(payload: Payload) -> int | None:
    """Time in the queue: the metrics plugin's, else the stage view's; None where neither tells."""
    for action in _objects(payload, "actions"):
        if (told := _ms(action.get("queuingDurationMillis"))) is not None:
            return told
    return _ms(_describe(payload).get("queueDurationMillis"))


def _describe(payload: Payload) -> Mapping[str, Any]:
    return (payload.get("_details") or {}).get("describe") or {}


def _at(millis: object) -> datetime | None:
    """Epoch milliseconds as UTC; None for the 0 that stands for "not yet"."""
    return utc(millis) if isinstance(millis, int) and millis > 0 else None


def _ms(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _repository_name(remote: str) -> str:
    return remote.rstrip("/").removesuffix(".git").replace(":", "/").rsplit("/", 1)[-1].lower()


def without_logins(build: Payload) -> Payload:
    """The build as it may be kept: people do write passwords into the addresses of repositories."""
    for action in build.get("actions") or ():
        remotes = action.get("remoteUrls") if isinstance(action, dict) else None
        if isinstance(remotes, list):
            action["remoteUrls"] = [_without_user(str(url)) for url in remotes if url]
    return build


def _without_user(url: str) -> str:
    """The address without user and password, which people do write into remotes; "" for none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or "@" not in parts.netloc:
        return url
    return parts._replace(netloc=parts.netloc.rsplit("@", 1)[1]).geturl()
