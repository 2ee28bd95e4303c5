"""What is said of improvements in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.written import day, duration
from metrics.improvement import Side, Verdict
from metrics.xmr import RUN, Rule

Answer = dict[str, Any]
_DAY: Final = 86_400
_UNDER: Final[Mapping[Side, str]] = {"above": "over", "below": "under"}


def value_words(value: float | None, unit: str) -> str:
    """`4.5 d`, `7.2 a week`."""
    if value is None:
        return "nothing"
    return duration(value * _DAY) if unit == "d" else f"{value:.2g} a week"


def points_words(count: int, per: str) -> str:
    """`8 deliveries`, `1 week`."""
    one, many = ("delivery", "deliveries") if per == "delivery" else ("week", "weeks")
    return f"{count} {one if count == 1 else many}"


def signal_words(signal: Answer, told: Answer) -> str:
    """Which points say so, since when. told: `unit`, `per`, `variant` and `limits`."""
    limits, unit = told["limits"], told["unit"]
    count, side = points_words(signal["points"], told["per"]), _UNDER[signal["side"]]
    since = f"from {day(signal['from'])} to {day(signal['to'])}"
    middle = f"the {'average' if told['variant'] == 'mean' else 'median'} of before"
    centre = value_words(limits["centre"], unit)
    if signal["rule"] == "run":
        return f"{count} in a row {side} {middle}, {centre}, {since}"
    if signal["rule"] == "near_limit":
        return f"most of {count} {since} lie nearer a limit than {middle}, {side} it"
    edge = limits["upper" if signal["side"] == "above" else "lower"]
    return f"{count} {side} the limit of {value_words(edge, unit)}, {day(signal['from'])}"


def verdict_words(found: Verdict, told: Answer, *, n: int) -> str:
    """told: `unit`, `per`, `variant`, `limits` and `decided_by`; n: points since then."""
    per = told["per"]
    if found.outcome in ("held", "did_not_hold") and told["decided_by"] is not None:
        begin = "It held" if found.outcome == "held" else "It went the wrong way"
        return f"{begin}: {signal_words(told['decided_by'], told)}."
    if found.outcome == "no_signal":
        since = f"{points_words(n, per)} since the change" if n else "nothing came since the change"
        return f"No signal by the horizon, {since}: no change can be told from what was usual."
    return f"No signal yet, {points_words(n, per)} since the change; {_needed(found.needed, per)}."


def _needed(needed: Mapping[Rule, int], per: str) -> str:
    run = needed.get("run", RUN)
    least = min(needed.values(), default=run)
    whole = f"{points_words(run, per)} more on the better side of the average would be one"
    return whole if least == run else f"{whole}, {least} far from it at the earliest"


def guard_words(row: Answer) -> str:
    """Whether another number got worse, where, and by how much."""
    unit = row["unit"]
    if row["step"] is not None:
        team = f" ({row['team']})" if row["team"] else ""
        what = f"The wait in {row['step']}{team}"
    else:
        what = {"flow_time": "Flow time", "velocity": "Velocity"}[row["metric"]]
    if row["worse"] is None:
        return f"{what} can't be compared: {row['reason']}."
    amounts = (
        f"{value_words(row['before']['mean'], unit)} before,"
        f" {value_words(row['after']['mean'], unit)} since"
    )
    if not row["worse"]:
        return f"{what} is not worse: {amounts}."
    return f"{what} got worse: {amounts}."


def caveats(found: Answer) -> list[str]:
    """What to know before the verdict is believed. found: the whole answer of an improvement."""
    baseline, after, per = found["baseline"], found["after"], found["per"]
    told = _restless(baseline["signals"], found["wanted"])
    if baseline["provisional"]:
        told.append(f"the limits are provisional: {points_words(baseline['n'], per)} before it")
    if after["began_before"]:
        told.append(
            f"{after['began_before']} of {points_words(after['deliveries'], 'delivery')} had begun"
            " before the change"
        )
    outside = [one for one in found["verdict"]["signals"] if one["rule"] == "outside"]
    if outside and found["verdict"]["decided_by"] is None:
        told.append(
            f"{points_words(len(outside), per)} outside the limits: events to look at, no change of"
            " the rest"
        )
    if found["verdict"]["usual"]:
        usual = len(found["verdict"]["usual"])
        since = "1 signal since is" if usual == 1 else f"{usual} signals since are"
        told.append(f"{since} no more than the baseline showed")
    return told + _moved(found["restated"])


def _restless(own: Sequence[Answer], wanted: Side) -> list[str]:
    """That the baseline had signals, and whether the last bad one may have gone by itself."""
    if not own:
        return []
    count = "1 signal" if len(own) == 1 else f"{len(own)} signals"
    worse = [one for one in own if one["side"] != wanted]
    begin = f"the baseline was not calm: it had {count} in its own limits"
    if not worse:
        return [f"{begin}, and only what goes beyond them counts"]
    return [
        f"{begin}, the last bad one until {day(worse[-1]['to'])}; what came back from there would"
        " have come back without a change"
    ]


def _moved(restated: Answer) -> list[str]:
    told = list(restated["definitions"])
    if restated["would_move"]:
        told.append(
            f"{restated['points']} points of the baseline are other ones by the records of today;"
            " the frozen limits stay"
        )
    return told
