"""The shapes of what people say about links: as it is sent, and as it is answered."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Shape, Time
from api.schemas_lists import Listed


class EndGiven(BaseModel):
    """One end of a link: by `key`, which must be known here, or as its source names it (`source`,
    `id` and, of a commit or merge request, `repository_id`), which may come later.
    """

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(
        description="item, commit, merge_request, build, deployment, change or incident.",
        examples=["commit"],
    )
    key: str = Field(
        default="",
        max_length=512,
        description="A ticket's key, a sha or 7 digits of it, the number of a merge request, change"
        " or incident, a build as job#7; `path@sha` and `path!8` name the repository, too.",
        examples=["SHOP-412"],
    )
    repository: str = Field(default="", max_length=512, description="Its path, with `key`.")
    source: str = Field(default="", max_length=512, description="Its name in the configuration.")
    id: str = Field(
        default="",
        max_length=512,
        description="Its id there; of a commit the sha, of a merge request the number.",
    )
    repository_id: str = Field(
        default="", max_length=512, description="The repository's id at the source."
    )


class VerdictGiven(BaseModel):
    """That two things belong together, or do not."""

    model_config = ConfigDict(extra="forbid")

    a: EndGiven
    b: EndGiven
    answer: str = Field(description="confirmed or rejected.", examples=["rejected"])
    who: str = Field(max_length=1000, description="Who says so, at most 100 characters.")
    why: str = Field(max_length=5000, description="Why, for others to read; at most 500.")


class WithdrawalGiven(BaseModel):
    """Who takes a verdict back, and why."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(max_length=1000, description="Who says so, at most 100 characters.")
    why: str = Field(default="", max_length=5000, description="Why; may be left out; at most 500.")


class EndRow(Shape):
    """One end of a link as its source names it, and, where it is stored, as people call it."""

    kind: str
    source: str
    repository_id: str | None
    id: str
    label: str | None = Field(description="Null where it is not known here (yet).")
    repository: str | None
    url: str


class OverruledRow(Shape):
    """What a rule found between two things that a person said do not belong together."""

    rule: str
    confidence: float
    evidence: str


class VerdictRow(Shape):
    """What somebody said about a link, and whether it counts."""

    id: int
    a: EndRow
    b: EndRow
    answer: Literal["confirmed", "rejected", "withdrawn"]
    who: str
    why: str
    at: Time
    state: Literal["in_effect", "pending", "waiting", "replaced"] = Field(
        description="`pending`: until links are made next. `waiting`: what it names is not known"
        " here. `replaced`: somebody said something later."
    )
    overruled: list[OverruledRow] = Field(description="Of a rejection: what rules had found.")


class PairRow(Shape):
    """One link behind a line of evidence: two names in `ends`, and the verdict that counts."""

    a: str
    b: str
    verdict: int | None


class AgreementShare(Shape):
    """Of the links that people judged the share that they confirmed, with its 95 % interval; null
    with the reason where nobody judged any.
    """

    share: float | None
    interval: list[float | None]
    reason: str | None


class AgreementRow(Shape):
    """How a rule and people agree. `links`: those that stand, judged or not."""

    rule: str
    a: str
    b: str
    meaning: str
    base: float
    links: int
    judged: int
    confirmed: int
    rejected: int
    agreement: AgreementShare


class MissedRow(Shape):
    """Links that people added and no rule had found."""

    a: str
    b: str
    links: int


class AgreementRows(Listed[AgreementRow]):
    """Every rule in the order in which they run, and what none of them found."""

    missed: list[MissedRow]
    caveats: list[str]
