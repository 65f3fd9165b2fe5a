from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class LibrariesConfig(AppConfig):
    """Who may do what to which library."""

    name = "libraries"
    verbose_name = "Sharing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from libraries.api import schema  # noqa: F401 - registers with drf-spectacular


class ConsoleConfig(AdminConfig):
    """Django's admin, with our own site: who gets in, and how changes are recorded."""

    default_site = "libraries.console.Console"
