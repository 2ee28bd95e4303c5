"""`headwater init`: its options, of which some belong to the source named before them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand

from cli.options import DEFAULT_CONFIG, examples
from core.errors import ConfigError

init = typer.Typer()

_SOURCES = "headwater.sources"
_KIND: Final = "--source"
OF_A_SOURCE: Final = {
    "--url": "url",
    "--name": "name",
    "--user-env": "user_env",
    "--user-file": "user_file",
    "--token-env": "token_env",
    "--token-file": "token_file",
    "--project": "projects",
}

Given = dict[str, Any]


class SourceOptions(TyperCommand):
    """Keeps which option was said of which source, for their order would be lost otherwise."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As any command, with the sources as a list beside."""
        ctx.meta[_SOURCES] = list(args)
        return super().parse_args(ctx, args)


def by_source(args: Sequence[str]) -> list[Given]:
    """What is said of each source, in order: kind, url, name, user_env, user_file, token_env,
    token_file, and a list of projects. `ConfigError` for what is said before a source is named, or
    twice of one.
    """
    found: list[Given] = []
    words = iter(args)
    for word in words:
        name, equals, value = word.partition("=")
        if name != _KIND and name not in OF_A_SOURCE:
            continue
        told = value if equals else next(words, "")
        if name == _KIND:
            found.append({"kind": told, "projects": []})
            continue
        if not found:
            raise ConfigError(
                f"{name} says something of a source; name that before it: --source jira {name} .."
            )
        key = OF_A_SOURCE[name]
        if key == "projects":
            found[-1][key].append(told)
        elif key in found[-1]:
            raise ConfigError(f"{name} is there twice for one source; name the other with --source")
        else:
            found[-1][key] = told
    return found


@init.command(
    "init",
    cls=SourceOptions,
    epilog=examples(
        "headwater init",
        "headwater init --source jira --url https://acme.atlassian.net --user-env JIRA_USER"
        " --token-env JIRA_TOKEN --project SHOP --source gitlab --url https://gitlab.acme.example"
        " --token-env GITLAB_TOKEN --yes -o headwater.toml",
        "headwater init --add --source jenkins --url https://jenkins.acme.example"
        " --user-env JENKINS_USER --token-file secrets/jenkins-token",
    ),
    rich_help_panel="Begin",
)
def init_command(
    ctx: typer.Context,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            help="A tool: jira, gitlab, github, jenkins or servicenow; may be given several times."
            " What follows up to the next --source is said of it.",
        ),
    ] = None,
    url: Annotated[list[str] | None, typer.Option("--url", help="Its address.")] = None,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="How it is called here; default: its kind.")
    ] = None,
    user_env: Annotated[
        list[str] | None,
        typer.Option("--user-env", help="The environment variable with the account's name."),
    ] = None,
    user_file: Annotated[
        list[str] | None, typer.Option("--user-file", help="Or the file with it.")
    ] = None,
    token_env: Annotated[
        list[str] | None,
        typer.Option("--token-env", help="The environment variable with the token or password."),
    ] = None,
    token_file: Annotated[
        list[str] | None,
        typer.Option(
            "--token-file",
            help="Or the file with it, which only you can read (0600); from the folder of the"
            " configuration.",
        ),
    ] = None,
    project: Annotated[
        list[str] | None,
        typer.Option(
            "--project",
            help="What to read: a project's key (jira), a path (gitlab, github), a pattern of jobs"
            " (jenkins); may be given several times. Default: all, up to a bound.",
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write.", show_default=True)
    ] = DEFAULT_CONFIG,
    add: Annotated[
        bool,
        typer.Option("--add", help="Add to a file that is there; all that it says stays."),
    ] = False,
    sample: Annotated[
        int,
        typer.Option(min=10, max=2000, help="How many items of each project are looked at."),
    ] = 200,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; take what is proposed.")
    ] = False,
) -> None:
    """Draft the configuration: asks for your tools, tests each, and proposes streams, services and
    environments of what it finds there.

    Statuses come in the order that items really pass them, with the time spent in each and a guess
    which of them are waiting; every guess stands beside its evidence. Edit it, then go on with
    `headwater migrate`. Tokens stay where they are: the file names the variable or file that holds
    each. A file that is there is never overwritten.
    """
    del source, url, name, user_env, user_file, token_env, token_file, project  # by_source has them
    from cli.init import run_init

    told = by_source(ctx.meta[_SOURCES])
    run_init(told, output=output, add=add, sample=sample, yes=yes)
