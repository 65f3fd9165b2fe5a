from typing import Any

from django.core.management.base import CommandParser

from libraries.management.base import SharingCommand, add_json_option, end, find_user
from libraries.models import OPERATOR, Scope
from libraries.people.keys import create_api_key


class Command(SharingCommand):
    help = "Make an API key for a user and print it, this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="a username")
        parser.add_argument("--name", default="command line", help="what the key is for")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="may be given several times; without it the key reads libraries only",
        )
        parser.add_argument(
            "--expires",
            type=end,
            help="a moment in ISO 8601, or a date: the end of that day in UTC",
        )
        add_json_option(parser)

    def handle(self, **options: Any) -> None:
        key, secret = create_api_key(
            user=find_user(options["user"]),
            name=options["name"],
            scopes=set(options["scope"] or [Scope.LIBRARY_READ]),
            expires_at=options["expires"],
            actor=OPERATOR,
        )
        if options["json"]:
            self.print_json({"id": key.pk, "key": secret, "scopes": key.scopes, "expiresAt": key.expires_at})
            return
        self.stdout.write(secret)
        self.stderr.write(f"Keep it safe: it is not shown again. Scopes: {', '.join(key.scopes)}.")
