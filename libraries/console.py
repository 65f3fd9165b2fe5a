"""The console itself: who gets in, and how what they change is recorded.

Apart from `libraries.admin`, whose pages register with it as soon as that package is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import unquote_plus
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from libraries.db.text import is_storable
from libraries.events.record import recorded_via
from libraries.limits.logins import forgive, refusal_of_login
from libraries.models import ApiKey, Event, Library, Organization, Share, Team, User
from libraries.people.accounts import recording_password

View = Callable[..., HttpResponse]
ORDER = [Library, Share, Organization, Team, User, ApiKey, Event]


def actor_of(request: HttpRequest) -> User:
    """Who acts: behind the site's door there always is somebody."""
    return cast(User, request.user)


def is_superuser(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_superuser


def administered_by(request: HttpRequest) -> tuple[UUID, ...]:
    """The keys of the organizations that the asking staff administers (R10), looked up once a request."""
    if not (request.user.is_active and request.user.is_staff):
        return ()
    if not hasattr(request, "administered"):
        keys = Organization.objects.administered_by(actor_of(request)).values_list("pk", flat=True)
        vars(request)["administered"] = tuple(keys)
    return vars(request)["administered"]


class Guarded(BaseModelAdmin):
    """Who may do what on the pages of one table. Django's model-wide permissions open nothing, whoever holds them.

    administrators_may: what of view, add, change and delete is not for superusers alone, but for administrators of
    organizations too. Which rows that is about, `libraries.admin.rows.scope` says.
    """

    administrators_may: frozenset[str] = frozenset()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_open_to(request, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_open_to(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_open_to(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_open_to(request, "delete")

    def is_open_to(self, request: HttpRequest, what: str) -> bool:
        return is_superuser(request) or (what in self.administrators_may and bool(administered_by(request)))


class Console(AdminSite):
    site_header = site_title = "Sharing"
    index_title = "Console"
    site_url = None

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._pages: list[tuple[str, View, str]] = []

    def page(self, route: str, *, name: str) -> Callable[[View], View]:
        """Registers a view of its own at `route`, as `admin:name`; it comes before Django's own of the same route."""

        def register(view: View) -> View:
            self._pages.append((route, view, name))
            return view

        return register

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Our own lists first, in the order in which people look for them."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: ORDER.index(model["model"]) if model["model"] in ORDER else len(ORDER))
        return sorted(apps, key=lambda app: app["app_label"] != Library._meta.app_label)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        pages = [path(route, self.admin_view(view), name=name) for route, view, name in self._pages]
        return [*pages, *super().get_urls()]

    def has_permission(self, request: HttpRequest) -> bool:
        """Superusers, and of the staff those who administer an organization (R10)."""
        return super().has_permission(request) and (is_superuser(request) or bool(administered_by(request)))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What is too often is refused before a password is hashed."""
        if request.method != "POST":
            return super().login(request, extra_context)
        if refused := refusal_of_login(request):
            return refused
        response = super().login(request, extra_context)
        if response.status_code == HTTPStatus.FOUND:
            forgive(request)
        return response

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """The pages that installed packages bring along know no scope, so they are for superusers alone."""
        wanted = admin_class or ModelAdmin
        guarded = wanted if issubclass(wanted, Guarded) else type(wanted.__name__, (Guarded, wanted), {})
        super().register(model_or_iterable, guarded, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Whatever a page changes is recorded as changed here (R11)."""

        @wraps(view)
        def recorded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not is_storable(unquote_plus(request.META["QUERY_STRING"])):
                raise BadRequest("The address contains characters that cannot be stored.")
            with recorded_via("admin", getattr(request, "request_id", "")):
                return view(request, *args, **kwargs)

        return super().admin_view(recorded, cacheable)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        with recording_password(actor_of(request), actor=actor_of(request)):
            return super().password_change(request, extra_context)


site = cast(Console, admin.site)
"""The one console, which pages beside the models' register with."""
