from typing import Any

from django.core.management.base import CommandParser

from libraries.management.base import LIBRARY_NAMES, SharingCommand, add_actor_option, find_actor, find_library
from libraries.principals import named
from libraries.sharing.share import revoke_share


class Command(SharingCommand):
    help = "Take a principal's share of a library away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("library", help=LIBRARY_NAMES)
        parser.add_argument("principal", help="alice, team:engineering, org:acme or everyone")
        add_actor_option(parser)

    def handle(self, **options: Any) -> None:
        actor = find_actor(options["actor"])
        library = find_library(options["library"], actor)
        share = revoke_share(library=library, principal=named(options["principal"]), actor=actor)
        self.stdout.write(f"{share.principal_name} no longer has a share on {library.natural_id}.")
