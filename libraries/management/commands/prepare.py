import socket
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from libraries import demo
from libraries.management.base import SharingCommand
from libraries.models import User


class Command(SharingCommand):
    help = "Bring the database up to date, seed the demo world where it is empty, and say where everything is."
    requires_migrations_checks = False

    def handle(self, **options: Any) -> None:
        _refuse_a_busy_port(settings.HOST, settings.PORT)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Setting up the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        self._say_addresses()
        if User.objects.exists():
            self.stdout.write("Keys are shown once. For another: .venv/bin/python manage.py create_api_key USER")
        else:
            demo.build_world()
            self._say_credentials(*demo.fresh_credentials())

    def _say_addresses(self) -> None:
        base = self._base()
        self.stdout.write(
            f"\n  Admin console  {base}/admin/\n  API            {base}/api/\n  API docs       {base}/api/docs/\n"
        )

    def _say_credentials(self, keys: dict[str, str], password: str) -> None:
        self.stdout.write(f"  Sign in to the admin console as {demo.SUPERUSER} with {password}\n")
        self.stdout.write("  One key per demo user, each shown this once:")
        for username, key in keys.items():
            self.stdout.write(f"    {username:<6} {key}")
        self.stdout.write("\n  Try:")
        self.stdout.write(
            f"    curl -H 'Authorization: Bearer {keys['alice']}' {self._base()}/api/libraries/handbook/shares\n"
        )

    def _base(self) -> str:
        return settings.PUBLIC_URL or f"http://{settings.HOST}:{settings.PORT}"


def _refuse_a_busy_port(host: str, port: int) -> None:
    """Keys are shown once, so better not at all than above an error of the server's."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot serve on {host}:{port} ({error.strerror}). Choose another: PORT=8001 make run"
            ) from error
