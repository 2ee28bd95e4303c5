"""The tools of a simulated company for tests of `headwater init`, and the words that name them."""

from __future__ import annotations

from simulator.server import CompanyServer

ITEMS = 300


def jira(tools: CompanyServer, *more: str) -> list[str]:
    login = ["--user-env", "DEMO_JIRA_USER", "--token-env", "DEMO_JIRA_TOKEN"]
    return ["--source", "jira", "--url", tools.url("jira"), *login, *more]


def gitlab(tools: CompanyServer, *more: str) -> list[str]:
    login = ["--token-env", "DEMO_GITLAB_TOKEN"]
    return ["--source", "gitlab", "--url", tools.url("gitlab"), *login, *more]


def jenkins(tools: CompanyServer) -> list[str]:
    login = ["--user-env", "DEMO_JENKINS_USER", "--token-env", "DEMO_JENKINS_TOKEN"]
    return ["--source", "jenkins", "--url", tools.url("jenkins"), *login]


def servicenow(tools: CompanyServer) -> list[str]:
    login = ["--user-env", "DEMO_SNOW_USER", "--token-env", "DEMO_SNOW_PASSWORD"]
    return ["--source", "servicenow", "--url", tools.url("servicenow"), *login]
