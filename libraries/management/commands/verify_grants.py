from typing import Any

from django.core.management.base import CommandError, CommandParser

from libraries.management.base import SharingCommand, add_json_option
from libraries.sharing import grants


class Command(SharingCommand):
    help = "Prove that object permissions and shares agree; exit status 1 if not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="rebuild what disagrees from the shares")
        add_json_option(parser)

    def handle(self, **options: Any) -> None:
        found = list(grants.discrepancies())
        if options["repair"]:
            for discrepancy in found:
                grants.repair(discrepancy)
        self._report(found, options)
        if found and not options["repair"]:
            raise CommandError("Run it again with --repair to rebuild these from the shares.")

    def _report(self, found: list[grants.Discrepancy], options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json({"repaired": options["repair"], "discrepancies": [str(item) for item in found]})
            return
        for discrepancy in found:
            self.stdout.write(str(discrepancy))
        word = "repaired" if options["repair"] and found else "found"
        self.stdout.write(f"{len(found) or 'No'} discrepanc{'y' if len(found) == 1 else 'ies'} {word}.")
