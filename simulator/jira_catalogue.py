"""What a Jira site knows besides its issues: people, projects, statuses, types, fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from simulator.model import Item, Person, Status, World
from simulator.model_planned import Version
from simulator.vendor import Json

Edition = Literal["cloud", "datacenter"]

SITE = "https://acme.jira.example"
ZONE = ZoneInfo("Europe/Berlin")  # of the calling user's profile: quoted JQL dates are read in it
FLAGGED = "customfield_10021"
EPIC_LINK = "customfield_10014"
COST_OF_DELAY = "customfield_10050"
COST_OF_DELAY_NAME = "Cost of delay per week"
LINK_TYPE = {
    "id": "10300",
    "name": "Implements",
    "inward": "is implemented by",
    "outward": "implements",
}
CATEGORIES = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {
        "id": 4,
        "key": "indeterminate",
        "colorName": "yellow",
        "name": "In Progress",
    },
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}
SYSTEM_FIELDS = {
    "summary": ("Summary", "string"),
    "issuetype": ("Issue Type", "issuetype"),
    "status": ("Status", "status"),
    "project": ("Project", "project"),
    "priority": ("Priority", "priority"),
    "resolution": ("Resolution", "resolution"),
    "resolutiondate": ("Resolved", "datetime"),
    "created": ("Created", "datetime"),
    "updated": ("Updated", "datetime"),
    "labels": ("Labels", "array"),
    "fixVersions": ("Fix versions", "array"),
    "duedate": ("Due date", "date"),
    "issuelinks": ("Linked Issues", "array"),
    "assignee": ("Assignee", "user"),
    "reporter": ("Reporter", "user"),
    "parent": ("Parent", "issuelink"),
}
CUSTOM_FIELDS = {
    EPIC_LINK: ("Epic Link", "any", "com.pyxis.greenhopper.jira:gh-epic-link"),
    "customfield_10019": ("Rank", "any", "com.pyxis.greenhopper.jira:gh-lexo-rank"),
    "customfield_10020": ("Sprint", "array", "com.pyxis.greenhopper.jira:gh-sprint"),
    FLAGGED: (
        "Flagged",
        "array",
        "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes",
    ),
    COST_OF_DELAY: (
        COST_OF_DELAY_NAME,
        "number",
        "com.atlassian.jira.plugin.system.customfieldtypes:float",
    ),
}


def jira_time(moment: datetime) -> str:
    """As Jira writes times: the offset of the profile's zone at that moment, without a colon."""
    text = moment.astimezone(ZONE).isoformat(timespec="milliseconds")
    return text[:-3] + text[-2:]


@dataclass
class Catalogue:
    """Lists of one world. Ids follow the configuration, so they outlive a change of world."""

    world: World
    edition: Edition

    @property
    def base(self) -> str:
        return f"{SITE}/rest/api/{3 if self.edition == 'cloud' else 2}"

    @cached_property
    def projects(self) -> dict[str, Json]:
        """Project payloads by key."""
        keys: dict[str, str] = {}
        for stream in self.world.streams:
            keys.setdefault(stream.project, stream.title)
            if stream.idea_project:
                keys.setdefault(stream.idea_project, f"Ideas for {stream.title}")
        keys.update(
            {item.project: item.project for item in self.world.items if item.project not in keys}
        )
        return {
            key: self._project(10000 + number, key, name)
            for number, (key, name) in enumerate(keys.items())
        }

    def _project(self, number: int, key: str, name: str) -> Json:
        project: Json = {
            "self": f"{self.base}/project/{number}",
            "id": str(number),
            "key": key,
            "name": name,
            "projectTypeKey": "software",
            "avatarUrls": {"48x48": f"{self.base}/universal_avatar/view/type/project/avatar/10400"},
        }
        if self.edition == "cloud":
            project |= {"simplified": False, "style": "classic", "isPrivate": False}
        return project

    @cached_property
    def types(self) -> dict[str, Json]:
        """Issue type payloads by name."""
        names = {"Epic": None}
        names |= dict.fromkeys(name for stream in self.world.streams for name in stream.item_types)
        names |= dict.fromkeys(item.type for item in self.world.items)
        return {
            name: {
                "self": f"{self.base}/issuetype/{10000 + number}",
                "id": str(10000 + number),
                "description": "",
                "iconUrl": f"{SITE}/images/icons/issuetypes/generic.svg",
                "name": name,
                "subtask": False,
                "avatarId": 10300,
                "hierarchyLevel": 1 if name == "Epic" else 0,
            }
            for number, name in enumerate(names)
        }

    @cached_property
    def _by_id(self) -> dict[str, Status]:
        return {status.id: status for stream in self.world.streams for status in stream.statuses}

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Status]:
        return {
            (stream.name, status.name): status
            for stream in self.world.streams
            for status in stream.statuses
        }

    @cached_property
    def _retired(self) -> dict[str, Status]:
        return {status.id: status for stream in self.world.streams for status in stream.retired}

    def status_of(self, item: Item, id_or_name: str) -> Status:
        """A status by id, retired ones too, else by its name in the item's stream."""
        found = self._by_id.get(id_or_name) or self._retired.get(id_or_name)
        return found if found is not None else self._by_name[item.stream, id_or_name]

    @cached_property
    def statuses(self) -> dict[str, Json]:
        """Payloads by id of the statuses that still exist."""
        return {status.id: self.status(status) for status in self._by_id.values()}

    def status(self, status: Status) -> Json:
        category = CATEGORIES[status.category]
        return {
            "self": f"{self.base}/status/{status.id}",
            "description": "",
            "iconUrl": f"{SITE}/images/icons/statuses/generic.png",
            "name": status.name,
            "untranslatedName": status.name,
            "id": status.id,
            "statusCategory": {"self": f"{self.base}/statuscategory/{category['id']}", **category},
        }

    @cached_property
    def versions(self) -> dict[str, Version]:
        """By id."""
        return {version.id: version for version in self.world.versions}

    def version(self, version: Version, *, listed: bool = False) -> Json:
        """How a version appears in an issue; in its project's list with more."""
        due, number = version.due, self.projects[version.project]["id"]
        shown: Json = {
            "self": f"{self.base}/version/{version.id}",
            "id": version.id,
            "description": "",
            "name": version.name,
            "archived": version.archived,
            "released": version.released,
            **({"releaseDate": due.isoformat()} if due else {}),
        }
        if not listed:
            return shown
        told = f"{due.day}/{due:%b/%y}" if due else None
        start = version.start.isoformat() if version.start else None
        return {
            **shown,
            **({"startDate": start} if start else {}),
            **({"userReleaseDate": told} if told else {}),
            **({} if version.released or not due else {"overdue": due < self.world.now.date()}),
            "projectId": int(number),
        }

    def categories(self) -> list[Json]:
        return [
            {"self": f"{self.base}/statuscategory/{category['id']}", **category}
            for category in CATEGORIES.values()
        ]

    def fields(self) -> list[Json]:
        """System and custom fields; Data Center has no `parent` for epics but the Epic Link."""
        system = [
            {
                "id": key,
                "key": key,
                "name": name,
                "custom": False,
                "orderable": True,
                "navigable": True,
                "searchable": True,
                "clauseNames": [key],
                "schema": {"type": kind, "system": key},
            }
            for key, (name, kind) in SYSTEM_FIELDS.items()
        ]
        return system + self._custom_fields()

    def _custom_fields(self) -> list[Json]:
        return [
            {
                "id": key,
                "key": key,
                "name": name,
                "custom": True,
                "orderable": True,
                "navigable": True,
                "searchable": True,
                "clauseNames": [f"cf[{key.removeprefix('customfield_')}]", name],
                "schema": {
                    "type": kind,
                    "custom": custom,
                    "customId": int(key.removeprefix("customfield_")),
                },
            }
            for key, (name, kind, custom) in CUSTOM_FIELDS.items()
        ]

    @cached_property
    def people(self) -> dict[str, Json]:
        """User payloads by e-mail address."""
        return {person.email: self._user(person) for person in self.world.people}

    def user(self, person: Person) -> Json:
        return self.people.get(person.email) or self._user(person)

    def named(self, name: str | None) -> Json | None:
        """The user whom a changelog calls by display name, user name, address or account id."""
        return self._names.get(name) if name else None

    @cached_property
    def _names(self) -> dict[str, Json]:
        return {
            name: self.people[person.email]
            for person in self.world.people
            for name in (person.name, person.username, person.email, person.account_id)
        }

    def _user(self, person: Person) -> Json:
        shared = {
            "emailAddress": person.email,
            "avatarUrls": {"48x48": f"{SITE}/secure/useravatar?size=large"},
            "displayName": person.name,
            "active": True,
            "timeZone": ZONE.key,
        }
        if self.edition == "datacenter":
            name = person.username
            return {
                "self": f"{self.base}/user?username={name}",
                "name": name,
                "key": name,
                **shared,
            }
        return {
            "self": f"{self.base}/user?accountId={person.account_id}",
            "accountId": person.account_id,
            **shared,
            "accountType": "app" if person.bot else "atlassian",
        }
