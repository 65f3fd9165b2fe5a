from typing import Any

from django.core.management.base import CommandParser

from libraries.access.explain import Explanation, explain
from libraries.management.base import LIBRARY_NAMES, SharingCommand, add_json_option, find_library, find_user
from libraries.rules.levels import Level


class Command(SharingCommand):
    help = "Say what a user may do to a library, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="a username")
        parser.add_argument("library", help=LIBRARY_NAMES)
        add_json_option(parser)

    def handle(self, **options: Any) -> None:
        explanation = explain(find_user(options["user"]), find_library(options["library"]))
        if options["json"]:
            self.print_json(_document(explanation))
            return
        self.stdout.write(explanation.verdict)
        for reason in explanation.reasons:
            name, level = reason.share.principal_name, Level(reason.share.level).name
            self.stdout.write(f"  {name:<24} {level:<7} {reason.effect}")


def _document(explanation: Explanation) -> dict[str, Any]:
    return {
        "username": explanation.user.username,
        "libraryId": explanation.library.pk,
        "accessLevel": explanation.level,
        "actions": sorted(explanation.access.actions),
        "verdict": explanation.verdict,
        "reasons": [
            {
                "principalId": reason.share.principal_name,
                "accessLevel": reason.share.level,
                "effect": reason.effect,
            }
            for reason in explanation.reasons
        ],
    }
