"""The credentials that the simulated tools accept, and the variables that carry them."""

from __future__ import annotations

JIRA_USER = "headwater@acme.example"
JIRA_TOKEN = "demo-jira-token"
GITLAB_TOKEN = "demo-gitlab-token"
GITHUB_TOKEN = "demo-github-token"
JENKINS_USER = "headwater"
JENKINS_TOKEN = "demo-jenkins-token"
SNOW_USER = "headwater.integration"
SNOW_PASSWORD = "demo-snow-password"
SNOW_CLIENT = "demo-snow-client"
SNOW_SECRET = "demo-snow-secret"
SNOW_TOKEN = "demo-snow-oauth-token"

SECRETS = {
    "DEMO_JIRA_USER": JIRA_USER,
    "DEMO_JIRA_TOKEN": JIRA_TOKEN,
    "DEMO_GITLAB_TOKEN": GITLAB_TOKEN,
    "DEMO_GITHUB_TOKEN": GITHUB_TOKEN,
    "DEMO_JENKINS_USER": JENKINS_USER,
    "DEMO_JENKINS_TOKEN": JENKINS_TOKEN,
    "DEMO_SNOW_USER": SNOW_USER,
    "DEMO_SNOW_PASSWORD": SNOW_PASSWORD,
}
