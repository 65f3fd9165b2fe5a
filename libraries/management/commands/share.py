from typing import Any

from django.core.management.base import CommandParser

from libraries.management.base import (
    LIBRARY_NAMES,
    SharingCommand,
    add_actor_option,
    add_json_option,
    end_or_none,
    find_actor,
    find_library,
    level,
)
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.rules import KEEP
from libraries.sharing.share import share_library


class Command(SharingCommand):
    help = "Give a principal a level on a library; sent again it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("library", help=LIBRARY_NAMES)
        parser.add_argument("principal", help="alice, team:engineering, org:acme or everyone")
        parser.add_argument("level", type=level, help="NONE, READER, EDITOR or OWNER")
        parser.add_argument(
            "--expires",
            type=end_or_none,
            default=KEEP,
            help="a moment in ISO 8601, or a date: the end of that day in UTC; none for no end",
        )
        parser.add_argument("--note", default=KEEP)
        add_actor_option(parser)
        add_json_option(parser)

    def handle(self, **options: Any) -> None:
        actor = find_actor(options["actor"])
        library = find_library(options["library"], actor)
        share, created = share_library(
            library=library,
            principal=named(options["principal"]),
            level=options["level"],
            expires_at=options["expires"],
            note=options["note"],
            actor=actor,
        )
        if options["json"]:
            self.print_json(
                {
                    "libraryId": library.pk,
                    "principalId": share.principal_name,
                    "accessLevel": share.level,
                    "expiresAt": share.expires_at,
                    "created": created,
                }
            )
            return
        until = f" until {share.expires_at.isoformat()}" if share.expires_at else ""
        self.stdout.write(f"{share.principal_name} has {Level(share.level).name} on {library.natural_id}{until}.")
