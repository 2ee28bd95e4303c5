"""What to do where a source could not be read at first: the next step for each error."""

from __future__ import annotations

from typing import Final

from core.errors import SourceError

TOKEN: Final = {
    "jira": "make an API token at id.atlassian.com (Security), with its account's e-mail as user;"
    " Data Center: a personal access token of your profile, without a user",
    "gitlab": "make an access token with the scope read_api: yours, or that of a group or project",
    "github": "make a fine-grained token (Settings, Developer settings) for the repositories",
    "jenkins": "make an API token in your Jenkins profile (Security); its account is the user",
    "servicenow": "check user and password; the user needs web service access, no multi-factor",
}
NEEDS: Final = {
    "jira": "grant the account Browse Projects in what shall be read",
    "gitlab": "give the account the role Reporter, and the token the scope read_api",
    "github": "let the token read Metadata, Contents, Issues, Pull requests, Actions, Deployments",
    "jenkins": "grant the account Overall/Read and Job/Read",
    "servicenow": "grant the roles sn_change_read, sn_incident_read and audit_viewer",
}
ADDRESS: Final = {
    "jira": "https://acme.atlassian.net, or https://jira.acme.example with its path, if it has one",
    "gitlab": "https://gitlab.com or https://gitlab.acme.example: the base, not that of a project",
    "github": "https://api.github.com; an enterprise server: https://github.acme.example/api/v3",
    "jenkins": "https://jenkins.acme.example with its path, if it has one: not that of a job",
    "servicenow": "https://acme.service-now.com",
}
_SAID: Final = (
    ("certificate_verify_failed", "its certificate is of an authority that is not known here: let"
     " SSL_CERT_FILE name the file (PEM) with the certificate of your company's authority"),
    ("wrong_version_number", "the port answers without TLS: write http:// if that is meant"),
    ("name or service not known", "the name is not known here: check it, and VPN or DNS"),
    ("nodename nor servname", "the name is not known here: check it, and VPN or DNS"),
    ("name resolution", "names can't be looked up here: check the network, VPN and DNS"),
    ("connection refused", "nothing listens there: check host and port"),
    ("no answer in time", "a firewall may drop it, or a proxy may be needed: Headwater connects"
     " directly, so run it where the tool can be reached without one"),
    ("network is unreachable", "there is no way there from here: check network and VPN"),
)  # fmt: skip

_ANOTHER: Final = ("not json", "are not those of", "redirected to another server")


def advice(kind: str, error: SourceError) -> str:
    """One line with the next step; "" where the error says all itself."""
    said = str(error).casefold()
    for words, step in _SAID:
        if words in said:
            return step
    if error.status == 404 or any(words in said for words in _ANOTHER):
        return f"the address looks like {ADDRESS[kind]}"
    if error.status == 401 or "login page" in said or "anonymous" in said:
        return TOKEN[kind]
    if error.status == 403 or "not visible" in said or "may not read" in said:
        return NEEDS[kind]
    return ""
