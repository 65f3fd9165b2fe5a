from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.management import CommandError
from django.db.models.signals import pre_migrate

from libraries.db.former import reason_to_refuse


class LibrariesConfig(AppConfig):
    """Who may do what to which library."""

    name = "libraries"
    verbose_name = "Sharing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from libraries.api import schema  # noqa: F401 - registers with drf-spectacular
        from libraries.people import sign_ins  # noqa: F401 - listens to Django's and axes' signals

        pre_migrate.connect(_refuse_a_former_database, sender=self)


class ConsoleConfig(AdminConfig):
    """Django's admin, with our own site: who gets in, and how changes are recorded."""

    default_site = "libraries.console.Console"


def _refuse_a_former_database(*, using: str, **_: Any) -> None:
    """Before the first migration, whoever has them run."""
    if reason := reason_to_refuse(using):
        raise CommandError(reason)
