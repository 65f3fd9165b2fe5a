from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.management import CommandError
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from libraries.db import guards
from libraries.db.former import reason_to_refuse
from libraries.db.outage import note_connection


class LibrariesConfig(AppConfig):
    """Who may do what to which library."""

    name = "libraries"
    verbose_name = "Sharing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from libraries.api import schema  # noqa: F401 - registers with drf-spectacular
        from libraries.people import sign_ins  # noqa: F401 - listens to Django's and axes' signals

        connection_created.connect(note_connection)
        pre_migrate.connect(_refuse_a_former_database, sender=self)
        pre_migrate.connect(_take_guards_off, sender=self)
        post_migrate.connect(_put_guards_on, sender=self)


class ConsoleConfig(AdminConfig):
    """Django's admin, with our own site: who gets in, and how changes are recorded."""

    default_site = "libraries.console.Console"


def _refuse_a_former_database(*, using: str, **_: Any) -> None:
    """Before the first migration, whoever has them run."""
    if reason := reason_to_refuse(using):
        raise CommandError(reason)


def _take_guards_off(*, using: str, **_: Any) -> None:
    guards.take_off(using)


def _put_guards_on(*, using: str, apps: Any = None, **_: Any) -> None:
    """Unless the migrations were led back to before there was anything to guard; `flush` names no `apps`."""
    fields = apps.get_model("libraries", "User")._meta.get_fields() if apps else ()
    if not apps or "service_of" in {field.name for field in fields}:
        guards.put_on(using)
