"""Messages of commits in manifest repositories, as bots and people write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from correlator.manifest_messages import (
    meant_title,
    names_of_services,
    title_of,
    told_in,
    undoes,
)

NAMES = names_of_services({1: ("web", "shop/web"), 2: ("api", "shop/backend")})
FLUX = """Automated image update

Automation name: flux-system/apps
Files:
- clusters/production/web/deployment.yaml
Objects:
- Deployment apps/web
Images:
- ghcr.io/shop/web:1.42.0
"""
FLUX_CHANGES = """Update from image update automation

- HelmRelease apps/web
  Changes:
  - 1.41.0 -> 1.42.0
- HelmRelease apps/backend
  Changes:
  - 2.0.0 -> 2.1.0
"""
ARGO = """build: automatic update of web

updates image shop/web tag '1.41.0' to '1.42.0'
"""


@pytest.mark.parametrize(
    ("message", "web"),
    [
        (ARGO, "1.42.0"),
        (FLUX, "ghcr.io/shop/web:1.42.0"),
        ("shop/web:1.41.0 -> shop/web:1.42.0", "shop/web:1.42.0"),
        ("Deploy web 1.42.0", "1.42.0"),
        ("Deploy web 1.42.0 (was 1.41.0)", "1.42.0"),
        ("Update web to 1.42.0 from version 1.41.0", "1.42.0"),
        ("chore(web): bump to v1.42.0", "v1.42.0"),
        ("bump v1.42.0 in web", "v1.42.0"),
        ("web: newTag: main-3f2a91c0", "main-3f2a91c0"),
        ("kustomize: set image registry.example:5000/shop/web:1.42.0", None),
        ("Release web-1.42.0 and api-2.0.0", "web-1.42.0"),
        ("chore(deps): update shop/web docker tag to v1.42.0", "v1.42.0"),
        ("Promote web@1.42.0 to production", "web@1.42.0"),
        ("Upgrade WEB\n\nappVersion: 1.42.0", "1.42.0"),
    ],
)
def test_the_last_version_after_a_service_is_what_it_gets(message: str, web: str | None) -> None:
    told = [text for service, text in told_in(message, NAMES) if service == 1]
    assert told[-1] == (web or "registry.example:5000/shop/web:1.42.0")


def test_each_service_of_a_message_gets_its_own_version() -> None:
    told = dict(told_in(FLUX_CHANGES, NAMES))
    assert told == {1: "1.42.0", 2: "2.1.0"}
    assert dict(told_in("Deploy web 1.42.0, api 2.1.0", NAMES)) == {1: "1.42.0", 2: "2.1.0"}


@pytest.mark.parametrize(
    "message",
    ["Deploy webhooks 1.42.0", "Scale web to 5", "Raise the limits", "", "shop/website:1.42.0"],
)
def test_what_names_no_service_or_no_version_says_nothing(message: str) -> None:
    assert not told_in(message, NAMES)


def test_a_revert_takes_back_and_the_revert_of_it_does_not() -> None:
    assert undoes('Revert "Deploy web 1.42.0"')
    assert undoes("Revert web to the version before")
    assert not undoes('Revert "Revert "Deploy web 1.42.0""')
    assert not undoes('Reapply "Deploy web 1.42.0"')
    assert meant_title('Revert "Revert "Deploy web 1.42.0 (#12)""') == "Deploy web 1.42.0"
    assert title_of("Deploy web 1.42.0 (#12)\n\nbody") == "Deploy web 1.42.0"


@settings(max_examples=100, deadline=1000)
@given(st.text(alphabet="web shop/:@-1.2\n()\"'fromRevert", max_size=600))
def test_any_message_is_read(message: str) -> None:
    assert all(service in (1, 2) for service, _ in told_in(message, NAMES))
    undoes(message)
    meant_title(message)
