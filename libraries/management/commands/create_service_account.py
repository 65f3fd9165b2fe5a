from typing import Any

from django.core.management.base import CommandParser

from libraries.management.base import SharingCommand, add_json_option, find_organization
from libraries.models import OPERATOR
from libraries.people.service_accounts import create_service_account


class Command(SharingCommand):
    help = (
        "Make a service account: a program's own account in one organization, without a password (R13). "
        "create_api_key then makes a key for it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="a slug")
        parser.add_argument("name", help="what it is called in the organization: letters a to z, digits and hyphens")
        parser.add_argument("--display-name", default="", metavar="TEXT", help="what people call it")
        add_json_option(parser)

    def handle(self, **options: Any) -> None:
        organization = find_organization(options["organization"])
        account = create_service_account(
            organization=organization, name=options["name"], display_name=options["display_name"], actor=OPERATOR
        )
        if options["json"]:
            self.print_json(
                {
                    "id": account.pk,
                    "username": account.username,
                    "organization": organization.slug,
                    "name": account.service_name,
                    "displayName": account.first_name,
                }
            )
            return
        self.stdout.write(f"{account.username} is a service account of {organization.slug}.")
        self.stderr.write(f"Make a key for it: create_api_key {account.username} --scope library:read")
