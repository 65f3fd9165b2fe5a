from typing import Any

from django.core.management.base import CommandError, CommandParser

from libraries import demo
from libraries.management.base import SharingCommand, add_json_option
from libraries.models import Organization, User


class Command(SharingCommand):
    help = (
        "Make the demo world, or what is missing of it, with a fresh key of all scopes for each demo user "
        "and a password for the superuser `admin` where it has none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_json_option(parser)

    def handle(self, **options: Any) -> None:
        _refuse_a_real_world()
        demo.build_world()
        keys, password = demo.fresh_credentials()
        if options["json"]:
            self.print_json(demo.world_document(keys, password))
            return
        how = f"/ {password}" if password else "with the password that it has"
        self.stdout.write(f"The demo world is there. Admin console: {demo.SUPERUSER} {how}")
        for username, key in keys.items():
            self.stdout.write(f"  {username:<6} {key}")


def _refuse_a_real_world() -> None:
    """Fresh credentials for `admin` are no good where that is somebody's account, be it in an `acme` of their own."""
    demo_organizations = Organization.objects.filter(slug__in=demo.ORGANIZATIONS).count()
    if User.objects.exists() and demo_organizations < len(demo.ORGANIZATIONS):
        raise CommandError("This database is not empty: the demo world can only be made in an empty one.")
