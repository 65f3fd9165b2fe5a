"""A scenario file (tests/scenarios/README.md) made into rows, through the verbs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Event, Library, Organization, User
from libraries.people.accounts import change_account, delete_account
from libraries.people.administrators import set_administrator
from libraries.people.keys import create_api_key
from libraries.people.members import add_member, remove_member
from libraries.people.organizations import create_organization
from libraries.people.teams import add_team_member, create_team
from libraries.principals import named
from libraries.rules.levels import Action, Level
from libraries.sharing.rules import KEEP, Keep
from libraries.sharing.share import revoke_share, transfer_library
from tests.clients import ApiClient
from tests.factories import give, give_as, in_days, let_time_pass, make_user

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))
KEYS = {"rule", "says", "members", "outsiders", "teams", "administrators", "superusers", "inactive", "sharing_scope"} | {
    "editors_can_share", "shares", "refused", "happens", "levels", "can", "cannot", "events",
}  # fmt: skip
DAYS_OF_SETTING_UP = 2
"""So that a share can be over at the beginning: it is given before, with its end still to come."""


@dataclass(frozen=True)
class World:
    """The rows of one scenario, and what its file says of them."""

    file: dict[str, Any]
    users: dict[str, User]
    acme: Organization
    library: Library
    clients: dict[str, ApiClient]

    @property
    def libraries(self) -> list[Library]:
        """The scenario's, and those that are open to everyone."""
        return list(Library.objects.select_related("organization").order_by("natural_id"))

    def lines(self, key: str) -> list[tuple[User, Action]]:
        """`can:` or `cannot:`, one action at a time."""
        return [
            (self.users[name], Action[word.strip().upper()])
            for name, words in self.file.get(key, {}).items()
            for word in words.split(",")
        ]


def read(path: Path) -> dict[str, Any]:
    """The file, or an AssertionError that names what is wrong in it."""
    file = yaml.safe_load(path.read_text())
    assert set(file) <= KEYS, f"{path.name} has {set(file) - KEYS}, which no scenario knows"
    return file


def build(file: dict[str, Any]) -> World:
    """Everything that the file says up to its shares."""
    acme, globex, elsewhere = (
        create_organization(slug=slug, name=slug, sharing_scope=scope, actor=OPERATOR)
        for slug, scope in (
            ("acme", file.get("sharing_scope", "organization")),
            ("globex", "organization"),
            ("elsewhere", "anyone"),
        )
    )
    founder = make_user("founder", member_of=acme)
    users = _people(file, acme, globex)
    for slug, members in file.get("teams", {}).items():
        team = create_team(organization=acme, slug=slug, name=slug, email=_address(slug), actor=OPERATOR)
        for name in members:
            add_team_member(team=team, user=users[name], actor=OPERATOR)
    for name in file.get("administrators", []):
        set_administrator(organization=acme, user=users[name], administrator=True, actor=OPERATOR)
    if "administrators" in file:
        delete_account(user=founder, actor=OPERATOR)
    library = _library(file, users)
    _open_libraries(make_user("zoe", member_of=elsewhere))
    let_time_pass(days=DAYS_OF_SETTING_UP)
    clients = clients_of(users)
    for name in file.get("inactive", []):
        users[name].is_active = False
        users[name].save()
    return World(file, users, acme, library, clients)


def clients_of(users: dict[str, User]) -> dict[str, ApiClient]:
    """Each with a new key."""
    return {name: ApiClient(create_api_key(user=user, name="x", actor=OPERATOR)[1]) for name, user in users.items()}


def _address(name: str) -> str:
    """Some dialects know people and teams by their e-mail alone."""
    return f"{name}@acme.example"


def _people(file: dict[str, Any], acme: Organization, globex: Organization) -> dict[str, User]:
    users = {name: make_user(name, member_of=acme, email=_address(name)) for name in file["members"]}
    users |= {name: make_user(name, member_of=globex, email=_address(name)) for name in file.get("outsiders", [])}
    return users | {
        name: make_user(name, is_superuser=True, email=_address(name)) for name in file.get("superusers", [])
    }


def _library(file: dict[str, Any], users: dict[str, User]) -> Library:
    shares = {principal: _level_and_end(text, DAYS_OF_SETTING_UP) for principal, text in file["shares"].items()}
    founder = next(principal for principal, (level, _) in shares.items() if level == Level.OWNER)
    sharing = file.get("editors_can_share", False)
    library = create_library(name="Atlas", editors_can_share=sharing, actor=users[founder])
    for principal, (level, end) in shares.items():
        if principal != founder:
            give(library, principal, level, expires_at=end)
    return library


def _open_libraries(owner: User) -> None:
    """Some that everyone sees, so that lists have more than one page of two."""
    for number in (1, 2, 3):
        give(create_library(name=f"Open {number}", actor=owner), "everyone", Level.READER)


END = r"(?: (?:until (?P<day>tomorrow|yesterday)|for (?P<days>\d+) days))?"


def _level_and_end(text: str, days_before: int = 0) -> tuple[Level, datetime | None]:
    matched = re.fullmatch(rf"(?P<level>[A-Z]+){END}", text)
    assert matched, f"“{text}” is no level with an end"
    return Level[matched["level"]], _end(matched, days_before)


def _end(matched: re.Match[str], days_before: int = 0) -> datetime | None:
    days = {"tomorrow": 1, "yesterday": -1}.get(matched["day"], matched["days"])
    return None if days is None else in_days(int(days) + days_before)


def act(world: World, sentence: str) -> None:
    """Do what the sentence says; raises what the core raises."""
    for pattern, verb in SENTENCES.items():
        if matched := re.fullmatch(pattern, sentence):
            verb(world, matched)
            return
    raise AssertionError(f"“{sentence}” is nothing that happens in scenarios")


def _share(world: World, said: re.Match[str]) -> None:
    end: datetime | Keep = _end(said) or KEEP
    give_as(world.users[said["who"]], world.library, said["whom"], Level[said["level"]], expires_at=end)


def _take_away(world: World, said: re.Match[str]) -> None:
    revoke_share(library=world.library, principal=named(said["whom"]), actor=world.users[said["who"]])


def _leave(world: World, said: re.Match[str]) -> None:
    revoke_share(library=world.library, principal=named(said["who"]), actor=world.users[said["who"]])


def _transfer(world: World, said: re.Match[str]) -> None:
    transfer_library(library=world.library, to=named(said["whom"]), actor=world.users[said["who"]])


def _remove(world: World, said: re.Match[str]) -> None:
    remove_member(
        organization=world.acme,
        user=world.users[said["whom"]],
        successor=world.users[said["heir"]] if said["heir"] else None,
        actor=world.users[said["who"]],
    )


def _leave_the_organization(world: World, said: re.Match[str]) -> None:
    leaver = world.users[said["who"]]
    remove_member(organization=world.acme, user=leaver, actor=leaver)


def _add(world: World, said: re.Match[str]) -> None:
    add_member(organization=world.acme, user=world.users[said["whom"]], actor=world.users[said["who"]])


def _promote(world: World, said: re.Match[str]) -> None:
    wanted = said["what"] == "an administrator"
    who, whom = world.users[said["who"]], world.users[said["whom"]]
    set_administrator(organization=world.acme, user=whom, administrator=wanted, actor=who)


def _deactivate(world: World, said: re.Match[str]) -> None:
    who, whom = world.users[said["who"]], world.users[said["whom"]]
    change_account(user=whom, changes={"is_active": False}, actor=who)


def _wait(world: World, said: re.Match[str]) -> None:
    let_time_pass(days=1)


SENTENCES: dict[str, Callable[[World, re.Match[str]], None]] = {
    rf"(?P<who>\w+) shares with (?P<whom>\S+) at (?P<level>[A-Z]+){END}": _share,
    r"(?P<who>\w+) takes away (?P<whom>\S+)": _take_away,
    r"(?P<who>\w+) leaves": _leave,
    r"(?P<who>\w+) leaves acme": _leave_the_organization,
    r"(?P<who>\w+) adds (?P<whom>\w+)": _add,
    r"(?P<who>\w+) makes (?P<whom>\w+) (?P<what>an administrator|a plain member)": _promote,
    r"(?P<who>\w+) deactivates (?P<whom>\w+)": _deactivate,
    r"(?P<who>\w+) transfers to (?P<whom>\S+)": _transfer,
    r"(?P<who>\w+) removes (?P<whom>\w+)(?: in favour of (?P<heir>\w+))?": _remove,
    r"a day passes": _wait,
}


def told(event: Event) -> str:
    """An event as scenario files write it."""
    levels = [("-" if level is None else Level(level).name) for level in (event.from_level, event.to_level)]
    change = "" if levels == ["-", "-"] else f" {levels[0]} -> {levels[1]}"
    return f"{event.action} {event.principal}{change} by {event.actor}"
