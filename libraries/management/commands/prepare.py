import socket
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from libraries import demo
from libraries.management.base import SharingCommand
from libraries.models import User
from sharing_project.private_files import tell_what_was_open


class Command(SharingCommand):
    help = (
        "Bring the database up to date, and say where everything is and how to begin. Where nobody but this machine can "
        "reach it, and no database is named, an empty one gets the demo world."
    )
    requires_migrations_checks = False

    def handle(self, **options: Any) -> None:
        _refuse_a_busy_port(settings.HOST, settings.PORT)
        tell_what_was_open()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Setting up the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        self._say_addresses()
        if User.objects.exists():
            self.stdout.write("Keys are shown once. For another: .venv/bin/python manage.py create_api_key USER")
        elif _is_a_first_look():
            demo.build_world()
            self._say_credentials(*demo.fresh_credentials())
        else:
            self._say_how_to_begin()

    def _say_addresses(self) -> None:
        base = self._base()
        self.stdout.write(
            f"\n  Admin console  {base}/admin/\n  API            {base}/api/\n  API docs       {base}/api/docs/\n"
        )

    def _say_how_to_begin(self) -> None:
        self.stdout.write(
            "  There is nobody yet. Begin with a superuser:  .venv/bin/python manage.py createsuperuser\n"
            "  or, only to try things, with a demo world:    .venv/bin/python manage.py seed_demo\n"
        )

    def _say_credentials(self, keys: dict[str, str], password: str | None) -> None:
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


def _is_a_first_look() -> bool:
    """Whether nobody else can come in by the demo world's keys, and no other database was asked for."""
    loopback = settings.HOST == "localhost" or (
        _is_address(settings.HOST) and ip_address(settings.HOST.strip("[]")).is_loopback
    )
    return settings.DATABASE_URL is None and loopback and not settings.PUBLIC_URL


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text.strip("[]")))
    except ValueError:
        return False


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
