from typing import Any

from django.core.management.base import CommandParser

from libraries.expiry import expired_shares, purge_expired
from libraries.management.base import SharingCommand, add_json_option
from libraries.models import OPERATOR, Share


class Command(SharingCommand):
    help = "Remove the shares that are over, with an event for each. They count for nothing without this, too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="name the shares, and remove nothing")
        add_json_option(parser)

    def handle(self, **options: Any) -> None:
        dry = options["dry_run"]
        count = sum(self._name(share, options) for share in expired_shares()) if dry else purge_expired(actor=OPERATOR)
        if options["json"]:
            self.print_json({"dryRun": dry, "shares": count})
            return
        verb = "would be removed" if dry else "removed"
        self.stdout.write(f"{count or 'No'} expired share{'' if count == 1 else 's'} {verb}.")

    def _name(self, share: Share, options: dict[str, Any]) -> int:
        if not options["json"]:
            self.stdout.write(f"  {share.library.natural_id}: {share}, until {share.expires_at}")
        return 1
