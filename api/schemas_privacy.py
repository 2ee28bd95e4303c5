"""The shapes of erasing a person: what is sent, and what is answered."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Shape


class ErasureGiven(BaseModel):
    """Whom to erase; without `dry_run: false` nothing is changed."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field(
        min_length=1,
        max_length=320,
        description="An account name, an e-mail or a full name as any tool tells it, or a"
        " pseudonym.",
        examples=["anna@acme.example"],
    )
    also: list[str] = Field(
        default_factory=list,
        max_length=19,
        description="Further words of theirs that no tool tells, such as a nickname.",
        examples=[["Berger, Anna"]],
    )
    dry_run: bool = Field(
        default=True, description="Only tell what would change; `false` erases, for good."
    )


class AccountsErased(Shape):
    """How many accounts of the person a source has."""

    source: str
    accounts: int = Field(description="How many.")


class RowsChanged(Shape):
    """How many rows of a table hold a word of the person."""

    table: str
    rows: int = Field(description="How many.")


class WordsKept(Shape):
    """Words of the person that are names of the work, too, and stay in this column."""

    where: str = Field(description="table.column")
    words: int = Field(description="How many.")


class ErasureTold(Shape):
    """What was erased, or would be."""

    erased: bool = Field(description="Whether it was done; false for what would be.")
    accounts: list[AccountsErased]
    words: int = Field(description="How many words stand for the person.")
    changed: list[RowsChanged]
    sign_ins_ended: int = Field(description="In how many browsers the person was signed in.")
    tokens: list[str] = Field(description="Tokens named after the person or made by them.")
    teams: list[str] = Field(description="Teams of the configuration that name the person.")
    shared_words: int = Field(
        description="How many words other people have, too, such as a full name; they stay."
    )
    stays_in: list[WordsKept]
    scrubbed: bool | None = Field(
        description="Whether the database was rewritten without the old pages; null: not tried."
    )
    hints: list[str] = Field(description="What is left to do, in words.")
