"""What a delivery manager asks."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.company import Company
from tests.questions.asking import YEAR, Asking, seconds_to_now
from tests.questions.truths import (
    DAY,
    by,
    episodes,
    finished,
    items,
    moves_between,
    nearest,
    open_items,
    stages_passed,
    statuses,
    when,
)

BERLIN = ZoneInfo("Europe/Berlin")
STREAMS = ["checkout", "fulfilment", "search"]


@pytest.mark.parametrize("stream", STREAMS)
def test_delivery_1_what_is_too_old_today(ask: Asking, company: Company, stream: str) -> None:
    told = ask.of("delivery-1", "checkout", stream, **YEAR)
    rows = by(told["items"], "key")
    ages = {
        key: seconds_to_now(one.committed_at) for key, one in open_items(company, stream).items()
    }
    assert {key: row["age_s"] for key, row in rows.items()} == ages
    limit = nearest([one.flow_time_s or 0 for one in finished(company, stream)], 0.85)
    shown = told["value"]["sle_d"] or told["observed"]["sle_d"]
    assert shown == pytest.approx(limit / DAY)
    assert {key: row["late"] for key, row in rows.items()} == {
        key: age > limit for key, age in ages.items()
    }
    assert told["value"]["oldest_d"] == pytest.approx(max(ages.values()) / DAY)


def test_delivery_2_what_is_blocked_since_when_and_by_what(ask: Asking, company: Company) -> None:
    begun = {key for stream in STREAMS for key in open_items(company, stream)}
    flags = {
        one.key: flag.start
        for one in company.world.items
        for flag in one.flags
        if flag.end is None and one.key in begun
    }
    rows = by(ask("delivery-2")["items"], "key")
    assert {key: when(row["blocked_by"][0]["since"]) for key, row in rows.items()} == flags
    assert all(row["blocked_by"][0]["kind"] == "flag" for row in rows.values())
    assert rows

    told = ask.year("delivery-2", 1)
    blocked = sum(one.blocked_s for _, one in episodes(company))
    assert told["value"]["blocked_d"] == pytest.approx(blocked / DAY)
    assert {row["key"] for row in told["items"]} == flags.keys() & items(company).keys()


def test_delivery_3_what_will_probably_be_late(ask: Asking, company: Company) -> None:
    every = by(ask.year("delivery-1")["items"], "key")
    lasted = [(one.flow_time_s, True) for one in finished(company) if one.flow_time_s]
    running = [seconds_to_now(one.committed_at) for one in open_items(company).values()]
    gone = [
        (one.active_s + one.waiting_s, False)
        for _, one in episodes(company)
        if one.cancelled_at and one.committed_at
    ]
    seen = [*lasted, *((age, False) for age in running), *gone]
    limit = int(nearest([seconds for seconds, _ in lasted], 0.85))
    for key, one in open_items(company).items():
        age = seconds_to_now(one.committed_at)
        expected = 1.0 if age > limit else survival(seen, limit) / survival(seen, age)
        assert every[key]["breach_p"] == pytest.approx(expected, abs=1e-6), key
    for least in ("0.5", "0.14", "0.2"):
        listed = {row["key"] for row in ask.year("delivery-3", breach_p=least)["items"]}
        assert listed == {k for k, row in every.items() if row["breach_p"] >= float(least)}
    assert ask.year("delivery-3", breach_p="0.14")["items"]


def survival(seen: list[tuple[int, bool]], age: int) -> float:
    """How likely a delivery lasts longer: at each end the share of those at risk that go on."""
    share = 1.0
    for end in sorted({seconds for seconds, over in seen if over and seconds <= age}):
        at_risk = sum(seconds >= end for seconds, _ in seen)
        share *= 1 - sum(seconds == end and over for seconds, over in seen) / at_risk
    return share


@pytest.mark.parametrize("stream", STREAMS)
def test_delivery_4_what_can_be_promised(ask: Asking, company: Company, stream: str) -> None:
    told = ask.of("delivery-4", "checkout", stream, **YEAR)
    lasted = [(one.flow_time_s or 0) / DAY for one in finished(company, stream)]
    assert told["n"] == len(lasted)
    for name, share, least in (("p50", 0.5, 5), ("p85", 0.85, 19), ("p95", 0.95, 59)):
        if len(lasted) >= least:
            assert told["value"][name] == pytest.approx(nearest(lasted, share)), name
        else:
            assert told["value"][name] is None, "withheld where too few were done"


@pytest.mark.parametrize("stream", ["checkout", "fulfilment"])
def test_delivery_5_where_items_bounce_back(ask: Asking, company: Company, stream: str) -> None:
    told = ask.of("delivery-5", "checkout", stream, **YEAR)["items"]
    path = f"/v1/streams/{stream}/map/explain?from={YEAR['from']}&to={YEAR['to']}"
    keys = [row["key"] for row in ask.client.json(path)["included"]]
    plan = next(one for one in company.world.streams if one.name == stream)
    place = {status.stage: at for at, status in enumerate(plan.statuses)}
    step = {}
    for status in reversed(plan.statuses):
        # A queue belongs to the work that it leads to.
        following = step.get(place[status.stage] + 1, status.stage)
        step[place[status.stage]] = following if status.state == "waiting" else status.stage
    back: Counter[tuple[str, str]] = Counter()
    for key in keys:
        steps = [step[place[one]] for one in stages_passed(company, key)]
        back.update((a, b) for a, b in pairwise(steps) if place[b] < place[a])
    assert {(row["from"], row["to"]): row["returns"] for row in told} == back
    assert back


@pytest.mark.parametrize("stream", STREAMS)
def test_delivery_6_whether_more_comes_than_goes(
    ask: Asking, company: Company, stream: str
) -> None:
    value = ask.of("delivery-6", "checkout", stream, **YEAR)["value"]
    true = items(company, stream).values()
    done = sum(one.done_at is not None for _, one in episodes(company, stream))
    dropped = sum(one.cancelled_at is not None for _, one in episodes(company, stream))
    assert (value["arrived"], value["velocity"], value["cancelled"]) == (len(true), done, dropped)
    assert value["net"] == len(true) - value["first_completions"] - dropped
    last = ask.of("delivery-6", "checkout", stream, **YEAR)["points"][-1]
    here = Counter(stages_passed(company, key)[-1] for key in open_items(company, stream))
    stays = {name: count for name, count in last["occupancy"].items() if count and name in here}
    assert stays == here


def test_delivery_7_which_handoff_is_weakest(ask: Asking, company: Company) -> None:
    told = ask.year("delivery-7")["items"]
    shares = [row["complete_accurate"]["share"] for row in told if row["shown"]]
    known = [share for share in shares if share is not None]
    assert known == sorted(known), "the weakest first"
    path = f"/v1/streams/checkout/map/explain?from={YEAR['from']}&to={YEAR['to']}"
    keys = [row["key"] for row in ask.client.json(path)["included"]]
    passed = moves_between(company, keys)
    edges = {(row["from"], row["to"]): row for row in told}
    review = edges["Build", "Review"]
    assert review["moves"] == passed["Build", "Review"]
    # Right at the first time: reviewed, and never sent back from there.
    sent_back = {key for key in keys if moves_between(company, [key])["Review", "Build"]}
    assert review["complete_accurate"]["numerator"] == len(keys) - len(sent_back)
    assert review["complete_accurate"]["n"] == len(keys)


@pytest.mark.parametrize("stream", STREAMS)
def test_delivery_8_whether_a_swing_was_noise(ask: Asking, company: Company, stream: str) -> None:
    told = ask.of("delivery-8", "checkout", stream, **YEAR)
    weeks: Counter[str] = Counter()
    for _, one in episodes(company, stream):
        if one.done_at:
            day = one.done_at.astimezone(BERLIN).date()
            weeks[(day - timedelta(days=day.weekday())).isoformat()] += 1
    whole = [point for point in told["points"] if point["complete"]]
    assert {row["start"]: row["value"] for row in whole} == {
        row["start"]: weeks[row["start"]] for row in whole
    }
    base = [row["value"] for row in whole if row["in_baseline"]]
    centre, swing = fmean(base), fmean(abs(b - a) for a, b in pairwise(base))
    value = told["value"]
    assert value["centre"] == pytest.approx(centre)
    assert value["upper"] == pytest.approx(centre + 2.66 * swing, rel=1e-3)
    beyond = {row["start"] for row in whole if row["value"] > value["upper"]}
    assert beyond <= {row["start"] for row in whole if row["signals"]}
    assert value["signals"] == len(told["signals"])


def test_delivery_9_what_is_not_linked(ask: Asking, company: Company) -> None:
    rows = ask.year("delivery-9", limit="500")["items"]
    told = {row["key"] for row in rows if row["kind"] == "commit"}
    known = {one.sha: one for one in company.world.commits}
    assert told <= known.keys()
    bots = {one.sha for one in known.values() if one.on_default and one.author.bot}
    alone = {sha for sha in bots if len(known[sha].parents) < 2 and not known[sha].tickets}
    assert {sha for sha in told if known[sha].author.bot} == alone
    # What people wrote for a ticket without naming it anywhere.
    for sha in told - alone:
        keys = {company.truth.items[one].key for one in known[sha].tickets}
        assert not any(key in known[sha].message for key in keys), known[sha].message
    tickets = {row["key"] for row in rows if row["kind"] == "item"}
    linked = {item for item, _ in company.truth.pairs}
    without = {
        item.key
        for stream in STREAMS
        for item, one in episodes(company, stream)
        if one.done_at and item.id not in linked and item.type in ("Story", "Bug")
    }
    assert without <= tickets
    assert len(tickets - without) <= 5, "these have commits that name no key"


def test_delivery_10_one_ticket_minute_by_minute(ask: Asking, company: Company) -> None:
    known = statuses(company)
    for key in list(items(company))[::6]:
        told = ask.of("delivery-10", "SHOP-41", key)
        item = next(one for one in company.world.items if one.key == key)
        moves = sorted(item.moves, key=lambda move: (move.at, move.id))
        entered = [(when(told["visits"][0]["start"]), told["visits"][0]["status"])]
        for visit in told["visits"][1:]:
            if visit["status"] != entered[-1][1]:
                entered.append((when(visit["start"]), visit["status"]))
        first = moves[0].from_status if moves else item.first_status
        true = [(item.created, known[first].name)]
        true += [(move.at, known[move.to_status].name) for move in moves]
        assert entered == true, key
