"""`headwater forecast`: the queue of parents, and what is asked of any work."""

from __future__ import annotations

from tests.cli.conftest import Run

_LONG = ("--days", "355")


def test_the_queue_is_shown_with_every_parent_or_why_there_is_no_date(headwater: Run) -> None:
    (told,) = headwater("forecast", "checkout", *_LONG, "--json").lines
    queue = told["queue"]
    assert len(queue["items"]) > 1
    shown = headwater("forecast", "checkout", *_LONG)
    assert shown.status == 0
    assert shown.out.startswith("Checkout, from the pace of the last 355 days")
    assert all(row["key"] in shown.out for row in queue["items"])
    if queue["value"]["p85"] is None:
        assert "No forecast: history too short" in shown.out
    else:
        assert f"done by {queue['dates']['p85']} with 85 %" in shown.out
    assert "such dates held" in shown.out or "can't be told yet" in shown.out


def test_another_goes_first_and_an_unknown_one_is_refused(headwater: Run) -> None:
    (told,) = headwater("forecast", "checkout", *_LONG, "--json").lines
    last = told["queue"]["items"][-1]["key"]
    (moved,) = headwater("forecast", "checkout", *_LONG, "--first", last, "--json").lines
    assert moved["queue"]["items"][0]["key"] == last
    refused = headwater("forecast", "checkout", "--first", "NOPE-1")
    assert refused.status == 1
    assert "NOPE-1 is no parent with open items" in refused.err
    assert headwater("forecast", "nope").status == 1


def test_releases_have_their_names_and_dates(headwater: Run) -> None:
    words = ("forecast", "checkout", "--of", "release", *_LONG)
    (told,) = headwater(*words, "--json").lines
    queue = told["queue"]
    assert (queue["of"], told["calibration"]["of"]) == ("release", "release")
    shown = headwater(*words)
    assert shown.status == 0
    for row in queue["items"]:
        assert shown.out.count(row["title"]) >= 1
        assert f"{row['title']} {row['title']}" not in shown.out
    assert "with a due date at risk" in shown.out or queue["value"]["p85"] is None
    assert "--of" in headwater("forecast", "--help").out
    assert headwater("forecast", "checkout", "--of", "sprint").status == 2


def test_of_any_work_it_says_when_and_how_many(headwater: Run) -> None:
    words = ("forecast", "search", *_LONG, "--items", "3", "--by", "2026-12-24")
    (told,) = headwater(*words, "--json").lines
    shown = headwater(*words).out
    when, many = told["when"], told["how_many"]
    if when["value"]["p85"] is None:
        assert shown.count("No forecast: history too short") == 2
    else:
        assert f"3 items are done by {when['dates']['p50']} with 50 %" in shown
        assert f"{many['value']['p85']} or more with 85 %" in shown
    assert "By 2026-12-24" in shown or many["value"]["p85"] is None
