"""A company small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from simulator.model import (
    Build,
    Commit,
    Deployment,
    Edit,
    Flag,
    Item,
    MergeRequest,
    Move,
    Service,
    Stage,
    Status,
    StreamPlan,
    World,
)
from simulator.model_planned import Version
from tests.simulator.tiny_desk import change, incident
from tests.simulator.tiny_names import (
    ANNA,
    BOT,
    CI_BUILDS,
    COMMITS,
    HOUR,
    ITEMS,
    MINUTE,
    PIPELINES,
    START,
    sha,
)


def _plan() -> StreamPlan:
    web = Service("web", "shop/web", "gitlab", "gitlab", "Web Shop", change_approval=False)
    payments = Service("payments", "shop/payments", "jenkins", "jenkins", "Payments", True)
    statuses = [
        Status("10000", "Backlog", "new", "Ideas", "new"),
        Status("10001", "Doing", "indeterminate", "Build", "active"),
        Status("10002", "Done", "done", "Done", "done"),
    ]
    retired = Status("10990", "Doing", "indeterminate", "Build", "active")
    return StreamPlan(
        name="checkout",
        title="Checkout",
        project="SHOP",
        idea_project="IDEA",
        statuses=statuses,
        services=[web, payments],
        item_types=["Story", "Bug"],
        retired=[retired],
    )


def tiny_world() -> World:
    commits, branches = _commits()
    deployments = [_web_deployment(), _payments_deployment()]
    return World(
        seed=0,
        now=START + 400 * HOUR,
        start=START,
        streams=[_plan()],
        people=[ANNA, BOT],
        items=_items(),
        commits=commits,
        merge_requests=_requests(),
        builds=[*_pipelines(), *_jenkins_builds()],
        deployments=deployments,
        changes=[change()],
        incidents=[incident(number) for number in range(5)],
        branches=branches,
        tags={"shop/web": {"v1.0.0": sha("web 10")}},
        versions=_versions(),
    )


def _versions() -> list[Version]:
    """The first is out, with the second item; the third item is planned for both that follow."""
    first, second = date(2026, 1, 8), date(2026, 3, 26)
    return [
        Version("10500", "SHOP", "1.0", None, first, released=True),
        Version("10501", "SHOP", "1.1", first, second),
        Version("10502", "SHOP", "Later", None, None),
    ]


def _item(number: int) -> Item:
    created = START + number * HOUR
    return Item(
        id=str(10100 + number),
        key=f"SHOP-{number}",
        project="SHOP",
        stream="checkout",
        type="Epic" if number == 1 else "Story",
        title=f"Item {number}",
        created=created,
        first_status="10000",
        reporter=ANNA,
        moves=[Move(5000 + number * 100, created + MINUTE, "10000", "10001", ANNA)],
    )


def _items() -> list[Item]:
    items = [_item(number) for number in range(1, ITEMS + 1)]
    second = items[1]
    second.epic, second.idea, second.value_per_week = items[0].id, "10099", 1500.0
    second.versions, second.due = ["10500"], date(2026, 1, 9)
    second.moves[0] = replace(second.moves[0], to_status="10990")
    second.moves.append(Move(5202, second.created + 5 * MINUTE, "10990", "10002", ANNA))
    start = second.created + 2 * MINUTE
    second.flags.append(Flag(start, start + MINUTE, 5201, 5203))
    third = items[2]
    third.versions = ["10501", "10502"]
    third.flags.append(Flag(third.created + 2 * MINUTE, None, 5301, None))
    third.edits = [
        Edit(5310 + n, third.created + (3 + n) * MINUTE, "assignee", None, "Anna Berger", ANNA)
        for n in range(45)
    ]
    idea = replace(_item(0), id="10099", key="IDEA-1", project="IDEA", moves=[], created=START)
    return [idea, *items]


def _commit(repository: str, name: str, parents: list[str], at: datetime) -> Commit:
    return Commit(
        sha=sha(name),
        repository=repository,
        parents=[sha(parent) for parent in parents],
        authored=at,
        committed=at,
        message=f"SHOP-2 {name}\n\nBody",
        author=ANNA,
    )


def _commits() -> tuple[list[Commit], dict[str, dict[str, str]]]:
    web = [
        _commit("shop/web", f"web {n}", [f"web {n - 1}"] if n else [], START + n * HOUR)
        for n in range(COMMITS)
    ]
    # The commits of a squashed request hang off main and are reachable from no branch.
    squashed = [
        _commit("shop/web", "work 1", ["web 5"], START + 6 * HOUR),
        _commit("shop/web", "work 2", ["work 1"], START + 7 * HOUR),
    ]
    feature = _commit("shop/web", "feature", ["web 20"], START + 50 * HOUR)
    payments = [
        _commit("shop/payments", f"pay {n}", [f"pay {n - 1}"] if n else [], START + n * HOUR)
        for n in range(3)
    ]
    branches = {
        "shop/web": {"main": sha(f"web {COMMITS - 1}"), "feature/SHOP-3": sha("feature")},
        "shop/payments": {"main": sha("pay 2")},
    }
    return [*web, *squashed, feature, *payments], branches


def _requests() -> list[MergeRequest]:
    merged = MergeRequest(
        id=501,
        iid=1,
        repository="shop/web",
        title="SHOP-2 checkout",
        description="",
        source_branch="SHOP-2",
        created=START + 6 * HOUR,
        updated=START + 9 * HOUR,
        state="merged",
        commits=[sha("work 1"), sha("work 2")],
        head_sha=sha("work 2"),
        author=ANNA,
        merged=START + 9 * HOUR,
        squash_sha=sha("web 9"),
    )
    return [_opened(merged), merged]


def _opened(merged: MergeRequest) -> MergeRequest:
    return replace(
        merged,
        id=502,
        iid=2,
        source_branch="feature/SHOP-3",
        created=START + 5 * HOUR,
        updated=START + 60 * HOUR,
        state="opened",
        commits=[sha("feature")],
        head_sha=sha("feature"),
        merged=None,
        squash_sha=None,
    )


def _pipelines() -> list[Build]:
    built = []
    for number in range(1, PIPELINES + 1):
        at = START + number * HOUR
        stages = [
            Stage(str(7000 + number * 10), "deploy:eu", "failed", at, at + MINUTE, at + 2 * MINUTE),
            Stage(
                str(7001 + number * 10), "deploy:eu", "success", at, at + MINUTE, at + 5 * MINUTE
            ),
            Stage(
                str(7002 + number * 10), "deploy:us", "success", at, at + MINUTE, at + 9 * MINUTE
            ),
        ]
        built.append(
            Build(
                id=300 + number,
                number=number,
                system="gitlab",
                job="",
                repository="shop/web",
                ref="main",
                sha=sha(f"web {number}"),
                status="success",
                queued=at,
                started=at + MINUTE,
                finished=at + 9 * MINUTE,
                stages=stages,
            )
        )
    return built


def _jenkins_builds() -> list[Build]:
    def build(ident: int, number: int, job: str, ref: str) -> Build:
        at = START + number * HOUR
        return Build(
            id=ident,
            number=number,
            system="jenkins",
            job=job,
            repository="shop/payments",
            ref=ref,
            sha=sha(f"pay {min(number, 2)}"),
            status="success",
            queued=at,
            started=at + MINUTE,
            finished=at + 3 * MINUTE,
            stages=[Stage("9", "compile", "success", at + MINUTE, at + MINUTE, at + 3 * MINUTE)],
            library_sha=sha("library"),
        )

    ci = [build(1000 + n, n, "shop/payments-ci", "main") for n in range(1, CI_BUILDS + 1)]
    branch = build(2000, 1, "shop/payments/feature%2Fx", "feature/x")
    deploy = build(2001, 1, "shop/deploy-payments-production", "main")
    running = replace(
        build(2002, 2, "shop/deploy-payments-production", "main"), finished=None, status="running"
    )
    return [*ci, branch, deploy, running]


def _web_deployment() -> Deployment:
    at = START + HOUR
    return Deployment(
        id="shop/web!pipeline/301",
        service="web",
        environment="production",
        sha=sha("web 1"),
        version="1.0.0",
        build=301,
        status="success",
        created=at,
        started=at + MINUTE,
        finished=at + 9 * MINUTE,
        kind="planned",
        job_ids=[801, 802],
    )


def _payments_deployment() -> Deployment:
    return replace(
        _web_deployment(),
        id="shop/deploy-payments-production#1",
        service="payments",
        sha=sha("pay 1"),
        build=2001,
        job_ids=[],
        change=sha("change")[:32],
    )
