"""The example of the documentation loads as it stands; each mistake is refused with file, line and
a hint.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from core.config_file import load_settings
from core.errors import ConfigError
from core.source_settings import GitlabSource, JenkinsSource, JiraSource, ServiceNowSource

ENV = {
    "JIRA_USER": "reader@acme.example",
    "JIRA_TOKEN": "jira-secret",
    "GITLAB_TOKEN": "gitlab-secret",
    "JENKINS_USER": "reader",
    "JENKINS_TOKEN": "jenkins-secret",
    "SNOW_USER": "reader",
    "SNOW_PASSWORD": "snow-secret",
    "HEADWATER_DB_PASSWORD": "db-secret",
}
DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def example() -> str:
    """The complete example of the configuration page."""
    return DOCS.read_text(encoding="utf-8").split("```toml\n", 1)[1].split("```", 1)[0]


def refusal(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> list[str]:
    path = tmp_path / "headwater.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, ENV if env is None else env)
    return [line.removeprefix(f"{path}") for line in str(caught.value).splitlines()]


def test_the_documented_example_loads_with_every_value_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "headwater.toml"
    path.write_text(example(), encoding="utf-8")
    settings = load_settings(path, ENV)
    jira, gitlab, jenkins, snow = settings.sources
    assert isinstance(jira, JiraSource)
    assert jira.projects == ("SHOP", "IDEA")  # where a stream's ideas are is read as well
    assert (jira.every, jira.history) == (timedelta(minutes=10), date(2024, 1, 1))
    assert jira.auth.token is not None
    assert jira.auth.token.get_secret_value() == "jira-secret"
    assert isinstance(gitlab, GitlabSource)
    assert isinstance(jenkins, JenkinsSource)
    assert jenkins.deployments[0].job == "shop/deploy-*"
    assert isinstance(snow, ServiceNowSource)
    assert snow.incidents.priorities == (1, 2)
    stream = settings.streams[0]
    assert [stage.state for stage in stream.stages][:3] == ["new", "active", "waiting"]
    assert stream.reopen_window == timedelta(days=14)
    assert settings.types.debt == ("Tech Debt",)
    assert settings.dora.observation_window == timedelta(hours=72)


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    path = tmp_path / "headwater.toml"
    path.write_text(example(), encoding="utf-8")
    printed = repr(load_settings(path, ENV))
    assert not [value for value in ENV.values() if f"'{value}'" in printed]


def test_a_relative_database_lies_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "headwater.toml"
    path.write_text('[database]\nurl = "sqlite:///data.db"\n', encoding="utf-8")
    assert load_settings(path, {}).database.url == f"sqlite:///{(tmp_path / 'data.db').resolve()}"


def test_the_environment_may_name_the_database(tmp_path: Path) -> None:
    path = tmp_path / "headwater.toml"
    path.write_text("", encoding="utf-8")
    env = {"HEADWATER_DATABASE_URL": "postgresql://u:p@db/headwater"}
    assert load_settings(path, env).database.url == "postgresql://u:p@db/headwater"


def test_a_secret_may_come_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    path = tmp_path / "headwater.toml"
    path.write_text(
        '[[sources]]\nname = "g"\nkind = "gitlab"\nurl = "https://g.example"\n'
        'auth = { token = "file:token" }\n',
        encoding="utf-8",
    )
    token = load_settings(path, {}).sources[0].auth.token
    assert token is not None
    assert token.get_secret_value() == "from-file"


def test_a_secret_that_is_renewed_in_its_file_is_renewed_for_us(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n", encoding="utf-8")
    path = tmp_path / "headwater.toml"
    path.write_text(SOURCE + 'auth = { token = "file:token" }\n', encoding="utf-8")
    settings = load_settings(path, {})
    token = settings.sources[0].auth.token
    assert token is not None
    file.write_text("glpat-2\n", encoding="utf-8")
    assert token.get_secret_value() == "glpat-2"
    file.unlink()
    assert token.get_secret_value() == "glpat-2"
    assert "glpat-2" not in repr(settings)


def test_the_end_of_line_of_a_secret_is_none_of_it(tmp_path: Path) -> None:
    path = tmp_path / "headwater.toml"
    path.write_text(SOURCE + 'auth = { token = "env:TOKEN" }\n', encoding="utf-8")
    token = load_settings(path, {"TOKEN": "glpat\r\n"}).sources[0].auth.token
    assert token is not None
    assert token.get_secret_value() == "glpat"


SOURCE = '[[sources]]\nname = "g"\nkind = "gitlab"\nurl = "https://g.example"\n'
JIRA = '[[sources]]\nname = "j"\nkind = "jira"\nurl = "https://j.example"\nprojects = ["A"]\n'
STREAM = JIRA + '[[streams]]\nname = "s"\nitems = { source = "j", projects = ["A"] }\n'
GITHUB = '[[sources]]\nname = "h"\nkind = "github"\nrepositories = ["shop/web"]\n'
ITEMS = '[[streams]]\nname = "s"\nitems = { source = "h", projects = ["shop/web"] }\n'
STAGE_A = 'stages = [\n  { name = "A", state = "new", statuses = ["x"] },\n'


@pytest.mark.parametrize("more", ["", 'organizations = ["shop"]\n'])
def test_issues_of_github_are_items_and_its_repositories_projects(
    tmp_path: Path, more: str
) -> None:
    """Of an organization nobody names the repositories, so that any of them may be a project."""
    project = "shop/api" if more else "shop/web"
    path = tmp_path / "headwater.toml"
    path.write_text(GITHUB + more + ITEMS.replace("shop/web", project), encoding="utf-8")
    settings = load_settings(path, ENV)
    assert settings.streams[0].items.projects == (project,)
    assert settings.sources[0].url == "https://api.github.com"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[server]\nprot = 1\n", 2, 'unknown key "prot"; did you mean "port"?'),
        ("[sever]\nport = 1\n", 1, 'unknown key "sever"; did you mean "server"?'),
        ('\n\n[server]\n# a comment\nport = "x"\n', 5, "server.port: input should be a valid"),
        ('[server]\ntimezone = "Europe/Berln"\n', 2, "no such time zone: Europe/Berln"),
        (SOURCE.replace("gitlab", "girlab"), 3, 'kind "girlab"; did you mean "gitlab"?'),
        (
            '[[sources]]\nname = "g"\nurl = "https://g"\n',
            1,
            "a source needs a kind, one of: events, github, gitlab",
        ),
        (SOURCE + "\n" + SOURCE, 7, 'the name "g" is used twice in [[sources]]'),
        (SOURCE + 'auth = { token = "env:NOT_SET" }\n', 5, "set it: export NOT_SET=.."),
        (SOURCE + 'auth = { token = "glpat-123" }\n', 5, '"env:NAME" or "file:PATH"'),
        (SOURCE + 'auth = { token = "file:absent" }\n', 5, "secret file absent cannot be read"),
        (JIRA.replace('projects = ["A"]', ""), 1, '"projects" is missing'),
        (SOURCE.replace("https://", ""), 4, "write an address such as https://"),
        (SOURCE + 'every = "ten"\n', 5, '"10m"'),
        ('[[services]]\nname = "w"\npaths = ["web/*.py"]\n', 3, "only whole folders"),
        ('[[services]]\nname = "w"\npaths = ["/web/**"]\n', 3, "from the root of the repository"),
        ('[[services]]\nname = "w"\npaths = ["a/../b"]\n', 3, 'without "." and ".."'),
        ('[[services]]\nname = "w"\npaths = []\n', 3, "name at least one part"),
        ('[[services]]\nname = "w"\nmanifests = ["ops"]\n', 1, "name its code"),
        ('[database]\nurl = "postgresql://u:hunter2@h/d"\n', 2, "without a password"),
        (STREAM.replace('source = "j"', 'source = "jj"'), 8, 'no tracker "jj"; did you mean "j"?'),
        (STREAM.replace('j", projects = ["A"]', 'j", projects = ["a"]'), 8, "no project among"),
        (GITHUB + ITEMS.replace("shop/web", "shop/wep"), 7, 'did you mean "shop/web"?'),
        (GITHUB.replace("shop/web", "web"), 4, 'write "owner/name" instead of "web"'),
        (
            '[[services]]\nname = "a"\nconfiguration_items = ["Shop"]\n'
            '[[services]]\nname = "b"\nconfiguration_items = ["shop"]\n',
            6,
            '"shop" is a configuration item of "a" already',
        ),
        (STREAM + 'services = ["web"]\n', 9, 'no service "web"; known: none'),
        (
            STREAM + STAGE_A + '  { name = "B", state = "activ", statuses = ["y"] },\n]\n',
            11,
            '"activ" is not allowed here; did you mean "active"?',
        ),
        (
            STREAM + STAGE_A + '  { name = "B", state = "active", statuses = ["x"] },\n]\n',
            11,
            'the status "x" is in two stages',
        ),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_a_hint(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    told = refusal(tmp_path, text)
    assert any(row.startswith(f":{line}: ") and words in row for row in told), told


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, '[server]\nport = "x"\ntimezone = "y"\nhots = "z"\n')) == 3


def test_a_password_in_an_address_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    told = refusal(tmp_path, '[database]\nurl = "postgresql://u:hunter2@h/d"\n')
    assert "hunter2" not in "".join(told)


def test_a_literal_secret_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    told = refusal(tmp_path, SOURCE + 'auth = { token = "glpat-123" }\n')
    assert "glpat-123" not in "".join(told)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="headwater demo"):
        load_settings(tmp_path / "none.toml", {})


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    assert "line 1" in refusal(tmp_path, "port = = 1\n")[0]


def test_groups_of_a_team_are_refused_as_nothing_reads_them(tmp_path: Path) -> None:
    told = refusal(tmp_path, '[[teams]]\nname = "web"\ngroups = ["shop/web-team"]\n')
    assert told[0].startswith(':3: unknown key "groups"')


def test_the_example_file_is_the_documented_example() -> None:
    file = DOCS.parent / "headwater.example.toml"
    assert file.read_text(encoding="utf-8") == example()
