from typing import Any

from django.core.management.base import CommandParser

from libraries.management.base import LIBRARY_NAMES, SharingCommand, add_actor_option, find_actor, find_library
from libraries.principals import named
from libraries.sharing.share import transfer_library


class Command(SharingCommand):
    help = "Make a user the owner of a library. Former owners become editors: with --as an owner, that owner alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("library", help=LIBRARY_NAMES)
        parser.add_argument("user", help="a username")
        add_actor_option(parser)

    def handle(self, **options: Any) -> None:
        actor = find_actor(options["actor"])
        library = find_library(options["library"], actor)
        share = transfer_library(library=library, to=named(options["user"]), actor=actor)
        self.stdout.write(f"{share.principal_name} owns {library.natural_id}.")
