from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from libraries.management.base import SharingCommand, add_json_option, find_organization, find_user
from libraries.models import OPERATOR, ApiKey
from libraries.people.departure import Departure, preview_departure
from libraries.people.members import remove_member
from libraries.rules.levels import Level


class Command(SharingCommand):
    help = (
        "Let a member leave an organization, with every share, team and power of theirs in it (R12). What they alone "
        "own needs a successor. Their API keys end, and those that they made for its service accounts (R13)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="a slug")
        parser.add_argument("user", help="a username")
        parser.add_argument("--successor", metavar="USER", help="the member who gets what the user alone owns")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and do nothing")
        add_json_option(parser)

    def handle(self, **options: Any) -> None:
        organization, user = find_organization(options["organization"]), find_user(options["user"])
        successor = find_user(options["successor"]) if options["successor"] else None
        if options["dry_run"]:
            departure = preview_departure(organization=organization, user=user, actor=OPERATOR)
            if successor:
                departure.require_successor(successor)
        else:
            departure = remove_member(organization=organization, user=user, successor=successor, actor=OPERATOR)
        if options["json"]:
            self.print_json({"dryRun": options["dry_run"], **_document(departure, options["successor"])})
            return
        verb = "would leave" if options["dry_run"] else "has left"
        self.stdout.write(f"{departure.user} {verb} {departure.organization.slug}.")
        for title, names in _sections(departure, options["successor"]):
            self.stdout.write(f"  {title}: {', '.join(names) or 'none'}")


def _sections(departure: Departure, successor: str | None) -> Iterator[tuple[str, list[str]]]:
    yield (
        f"libraries handed over to {successor}" if successor else "libraries that need a successor",
        [library.natural_id for library in departure.owned_alone],
    )
    yield (
        "shares ended",
        [f"{share.library.natural_id} ({Level(share.level).name})" for share in departure.shares],
    )
    yield "teams left", [team.slug for team in departure.teams]
    yield "powers taken", departure.powers
    yield "API keys ended", [str(key) for key in departure.keys]
    yield (
        "API keys of service accounts ended, which they made",
        [f"{key.user.username}: {key}" for key in departure.program_keys],
    )
    if departure.keys_elsewhere:
        yield "API keys of service accounts elsewhere ended", [str(departure.keys_elsewhere)]
    if departure.last_administrator:
        yield "kept from leaving by", ["being the only active administrator of other members (R14)"]


def _document(departure: Departure, successor: str | None) -> dict[str, Any]:
    return {
        "username": departure.user.username,
        "organization": departure.organization.slug,
        "successor": successor,
        "libraries": [library.natural_id for library in departure.owned_alone],
        "shares": [
            {"libraryId": share.library_id, "naturalId": share.library.natural_id, "accessLevel": share.level}
            for share in departure.shares
        ],
        "teams": [team.slug for team in departure.teams],
        "powers": departure.powers,
        "keys": [_key(key) for key in departure.keys],
        "serviceAccountKeys": [
            {**_key(key), "serviceAccount": key.user.service_name} for key in departure.program_keys
        ],
        "keysElsewhere": departure.keys_elsewhere,
        "lastAdministrator": departure.last_administrator,
    }


def _key(key: ApiKey) -> dict[str, Any]:
    return {"id": key.pk, "name": key.name, "hint": key.hint}
