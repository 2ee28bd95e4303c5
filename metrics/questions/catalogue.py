"""The questions: which game each looks for, its rule, a harmless answer, and where to look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Detector:
    """One question in words. rule: what is counted and from when on it asks."""

    id: str
    game: str
    question: str
    rule: str
    harmless: str
    look_at: str


_ALL = (
    Detector(
        "parked_work",
        "Parking blocked work in an active status",
        "Does work wait in stages that count as active?",
        "items that expect code with more than 5 working days in an active stage without a commit,"
        " merge request, review, build, work log or change in the tracker; from 5 items and a"
        " quarter of those that were active",
        "the work left no trace in the tools: design, talks, a long experiment, or commits that"
        " name no ticket",
        "ask of two or three of these what they waited for, and give that waiting a status",
    ),
    Detector(
        "ignored_time",
        "Parking blocked work in an ignored status",
        "Does more time go to statuses that nothing counts?",
        "the share of time in ignored statuses; from a tenth, twice that of the window before, and"
        " 5 items",
        "a customer or a supplier is waited for, which was agreed to be left out",
        "the items with the longest ignored time: count_ignored = true shows it as waiting",
    ),
    Detector(
        "late_start",
        "Moving to In Progress just before Done",
        "Does work begin before the board says so?",
        "first deliveries with code whose first commit is more than a day older than their"
        " commitment, or that were active for less than an hour; from 5 and a quarter of those with"
        " code",
        "the stage that means commitment is mapped too late, or small fixes are noted afterwards",
        "the status in which the first commits fall: perhaps it belongs to an active stage",
    ),
    Detector(
        "splitting",
        "Splitting tickets to lift velocity",
        "Are there more items with less in each?",
        "1.5 times the deliveries of the window before (binomial test, p < 0.01), at most two"
        " thirds of the commits per item (Mann-Whitney, p < 0.01), while parents take at least four"
        " fifths of their time; lines are not read",
        "smaller batches are good practice; then parents become faster after a while",
        "whether the parts are of use alone, and the flow time of their parents",
    ),
    Detector(
        "batch_closing",
        "Closing in batches before the end of a period",
        "Is more done at the end of months, with no release behind it?",
        "deliveries in the last 2 working days of whole months; from 5, twice what working days"
        " would give (binomial test, p < 0.01), and fewer than half released within 7 days",
        "a review or an acceptance at the end of the month closes what was ready",
        "when the code of these items went live, and when they were really ready",
    ),
    Detector(
        "empty_deployments",
        "Empty deployments for frequency",
        "Do deployments bring anything new?",
        "deployments to production with no new commit or the version that ran there already,"
        " rollbacks aside; from 3 and a fifth of all",
        "a restart, a change of configuration or secrets, or a schedule that deploys every night",
        "what triggered them; a restart need not be a deployment",
    ),
    Detector(
        "silent_repairs",
        "Hiding failures",
        "Are there repairs without an incident?",
        "rollbacks and hotfixes with no incident of their service from 7 days before to a day"
        " after; from 3 and half of all repairs",
        "the fault was seen before any user met it, or hotfix is the name of a usual branch",
        "what these repaired, and whether anybody noted it",
    ),
    Detector(
        "severity_drift",
        "Hiding failures",
        "Do incidents become less severe on paper?",
        "the priority of incidents against the window before; from 10 in each, Mann-Whitney p <"
        " 0.01, towards less severe",
        "failures became milder: smaller changes, quicker recovery",
        "recovery time and the texts of some of the mildest incidents",
    ),
    Detector(
        "reclassified",
        "Hiding failures",
        "Are incidents put down to something else after they were told?",
        "incidents that were attributed to a deployment when that was told, and later not; from 3"
        " and a tenth of those attributed",
        "the analysis after an incident found its true cause",
        "what was written about these at the time, in /v1/restatements",
    ),
    Detector(
        "avoided_reopen",
        "Avoiding the reopen",
        "Do new defects stand in for reopened items?",
        "deliveries to which a defect made within 14 days after is linked; from 3 and a tenth of"
        " all deliveries",
        "the team's rule is to write a new ticket; then reopen_rate says little",
        "reopen_rate beside the share of these",
    ),
    Detector(
        "bulk_moves",
        "Editing in bulk",
        "Are many items moved at once?",
        "commitments and deliveries of 10 or more items within a minute; from a tenth of all",
        "an automation closes what a release brought, or a board was tidied up once",
        "whether the moment of the move is that of the work; a release automation is no end of"
        " work",
    ),
    Detector(
        "redated",
        "Editing the past",
        "Do dates change after they were told?",
        "deliveries whose commitment or end moved by more than a day after it had been told, not by"
        " a mapping; from 5 and a twentieth of all",
        "items were reopened, imported anew or merged",
        "/v1/restatements: what moved, and when",
    ),
    Detector(
        "remapped",
        "Changing the mapping before reporting day",
        "Does the mapping change at the end of months?",
        "items restated by a changed mapping in the last 3 working days of a month; from 10",
        "the mapping was corrected when somebody looked at the numbers",
        "/v1/restatements with the cause mapping, and the numbers under both mappings",
    ),
    Detector(
        "inflated_cost",
        "Inflated cost of delay",
        "Are values set higher than what comes true?",
        "items whose measured direct value 90 days after they went live is less than half of what"
        " was expected: from 10 measured, more than half of them; and valued items in flight that"
        " are expedites (P5): from 10, more than a quarter. Nothing is counted by requester",
        "early guesses are wide; what a feature brings may come later than in 90 days",
        "realised_value by item, and the ranges of the values that were set",
    ),
    Detector(
        "cancelled_old",
        "Cancelling old items before a review",
        "Are old items cancelled at the end of months?",
        "the age of what is cancelled in the last 5 working days of whole months against other"
        " days; from 5 in each, Mann-Whitney p < 0.01, twice the median age",
        "a monthly look through the backlog: a good habit",
        "discard_rate, and flow time with what was cancelled (km_ percentiles)",
    ),
)

DETECTORS: Final[dict[str, Detector]] = {one.id: one for one in _ALL}
