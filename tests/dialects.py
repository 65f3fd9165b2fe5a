"""How each dialect shows what the scenarios ask about. A new dialect adds an entry to DIALECTS, and is asked too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils import timezone

from libraries.levels import Kind, Level
from libraries.models import EVERYONE, Library, Organization, Share, Team, User
from tests.clients import ApiClient


class Refused(Exception):
    """The dialect answered with an error of this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Dialect:
    """One function per thing shown; None where the dialect does not show it.

    level: the caller's own level on the library. libraries: the natural ids of all that the caller sees, in pages of two.
    shares: principal (as the native API writes it) to level.
    people: username to level, of all who have access, in pages of two.
    reasons: the level that somebody has, and principal to what its share did.
    has_words_for: whether the dialect can show the share at all.
    """

    name: str
    level: Callable[[ApiClient, Library], Level] | None = None
    libraries: Callable[[ApiClient], list[str]] | None = None
    shares: Callable[[ApiClient, Library], dict[str, Level]] | None = None
    people: Callable[[ApiClient, Library], dict[str, Level]] | None = None
    reasons: Callable[[ApiClient, Library, str], tuple[Level, dict[str, str]]] | None = None
    has_words_for: Callable[[Share], bool] = lambda share: True


def read(client: ApiClient, path: str) -> Any:
    """The JSON answer; raises Refused for anything but a 200."""
    answer = client.get(path)
    if answer.status_code != 200:
        raise Refused(answer.status_code)
    return answer.json()


def hal_level(client: ApiClient, library: Library) -> Level:
    return Level(read(client, f"/api/libraries/{library.natural_id}")["accessLevel"])


def hal_libraries(client: ApiClient) -> list[str]:
    return [library["naturalId"] for library in _hal_pages(client, "/api/libraries?count=2", "inf:library")]


def hal_shares(client: ApiClient, library: Library) -> dict[str, Level]:
    shares = _hal_pages(client, f"/api/libraries/{library.natural_id}/shares?count=2", "inf:share")
    return {share["principalId"]: Level(share["accessLevel"]) for share in shares}


def hal_people(client: ApiClient, library: Library) -> dict[str, Level]:
    people = _hal_pages(client, f"/api/libraries/{library.natural_id}/access?count=2", "inf:access")
    return {person["username"]: Level(person["accessLevel"]) for person in people}


def hal_reasons(client: ApiClient, library: Library, username: str) -> tuple[Level, dict[str, str]]:
    told = read(client, f"/api/libraries/{library.natural_id}/access/{username}")
    return Level(told["accessLevel"]), {reason["principalId"]: reason["effect"] for reason in told["reasons"]}


def _hal_pages(client: ApiClient, path: str, relation: str) -> list[Any]:
    """What the page and all that follow it hold."""
    found = []
    while path:
        page = read(client, path)
        found += page["_embedded"][relation]
        path = page["_links"].get("next", {}).get("href", "")
    return found


def mistral_shares(client: ApiClient, library: Library) -> dict[str, Level]:
    roles = {"Viewer": Level.READER, "Editor": Level.EDITOR, "Owner": Level.OWNER}
    tables: dict[str, Any] = {"User": User, "Workspace": Team, "Org": Organization}
    found = read(client, f"/v1/libraries/{library.natural_id}/share")["data"]
    return {
        tables[share["share_with_type"]].objects.get(pk=share["share_with_uuid"]).principal_name: roles[share["role"]]
        for share in found
    }


def lightly_shares(client: ApiClient, library: Library) -> dict[str, Level]:
    levels = {"READ": Level.READER, "WRITE": Level.EDITOR}
    shares: dict[str, Level] = {}
    for config in read(client, f"/v1/datasets/{library.object_id}/collaboration/access"):
        shared_with: list[Any] = [
            *User.objects.filter(email__in=config["users"]),
            *Team.objects.filter(pk__in=config["teams"]),
            *Organization.objects.filter(pk__in=config["organizations"]),
        ]
        shares |= {principal.principal_name: levels[config["accessType"]] for principal in shared_with}
    return shares


def google_shares(client: ApiClient, library: Library) -> dict[str, Level]:
    roles = {"READER": Level.READER, "WRITER": Level.EDITOR, "OWNER": Level.OWNER}
    path = f"/v1beta/corpora/{library.natural_id}/permissions?pageSize=2"
    page = read(client, path)
    found = page.get("permissions", [])
    while token := page.get("nextPageToken"):
        page = read(client, f"{path}&pageToken={quote(token)}")
        found += page["permissions"]
    return {_grantee(permission): roles[permission["role"]] for permission in found}


def _grantee(permission: dict[str, str]) -> str:
    if permission["granteeType"] == "EVERYONE":
        return EVERYONE
    table: Any = User if permission["granteeType"] == "USER" else Team
    return table.objects.get(email=permission["emailAddress"]).principal_name


def _running(share: Share) -> bool:
    return share.level > Level.NONE and (share.expires_at is None or share.expires_at > timezone.now())


def mistral_has_words_for(share: Share) -> bool:
    return _running(share) and share.kind != Kind.EVERYONE


def lightly_has_words_for(share: Share) -> bool:
    return mistral_has_words_for(share) and share.level < Level.OWNER and (share.user is None or share.user.email != "")


def google_has_words_for(share: Share) -> bool:
    return _running(share) and share.kind != Kind.ORGANIZATION and (share.team is None or share.team.email != "")


DIALECTS = [
    Dialect("hal", level=hal_level, libraries=hal_libraries, shares=hal_shares, people=hal_people, reasons=hal_reasons),
    Dialect("mistral", shares=mistral_shares, has_words_for=mistral_has_words_for),
    Dialect("lightly", shares=lightly_shares, has_words_for=lightly_has_words_for),
    Dialect("google", shares=google_shares, has_words_for=google_has_words_for),
]
