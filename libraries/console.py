"""The console itself: who gets in, and how what they change is recorded.

Apart from `libraries.admin`, whose pages register with it as soon as that package is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import MAXYEAR, MINYEAR
from functools import wraps
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import unquote_plus
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import AdminSite, FieldListFilter, ModelAdmin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.db import DataError
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from libraries.db.retries import until_it_holds
from libraries.db.text import SEARCH_LENGTH, is_storable
from libraries.events.record import recorded_via
from libraries.limits.callers import client_address
from libraries.limits.logins import forgive, refusal_of_login
from libraries.models import ApiKey, Event, Library, Organization, ServiceAccount, Share, Team, User
from libraries.people.accounts import recording_password

View = Callable[..., HttpResponse]
ORDER = [Library, Share, Organization, Team, User, ServiceAccount, ApiKey, Event]

SEARCHED = ("q", "term")
"""Parameters of lists and of suggestions: the text that is looked for."""


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
    linked: the lookups of other pages' links to the list.
    """

    administrators_may: frozenset[str] = frozenset()
    linked: tuple[str, ...] = ()

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

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """What the list offers, and nothing else: by another column one could guess, letter by letter, at what nobody
        shows them, and a regular expression of theirs could keep the database busy for ever.

        Raises IncorrectLookupParameters, which leads back to the whole list, for what is no column and for a year
        that there is not.
        """
        if lookup in set(declared_lookups(self, request)):
            if lookup == f"{getattr(self, 'date_hierarchy', None)}__year" and not _is_year(value):
                raise IncorrectLookupParameters(f"There is no year {value}.")
            return True
        if not _is_column(self.opts, lookup.partition(LOOKUP_SEP)[0]):
            raise IncorrectLookupParameters(f"There is no column for {lookup}.")
        return False


class LookedAt(Guarded):
    """Rows that superusers see, and may clear away."""

    def is_open_to(self, request: HttpRequest, what: str) -> bool:
        return what in ("view", "delete") and super().is_open_to(request, what)


def declared_lookups(page: Any, request: HttpRequest) -> Iterator[str]:
    """The parameters of the list's filters and of the links that lead to it."""
    yield from page.linked
    if page.date_hierarchy:
        yield from (f"{page.date_hierarchy}__{part}" for part in ("year", "month", "day"))
    for each in page.get_list_filter(request):
        if isinstance(each, type):
            yield str(getattr(each, "parameter_name", ""))
        else:
            column = page.opts.get_field(each)
            chosen = FieldListFilter.create(column, request, {}, page.model, page, field_path=each)
            yield from map(str, chosen.expected_parameters())


def _is_column(table: Any, name: str) -> bool:
    try:
        return bool(name == "pk" or table.get_field(name))
    except FieldDoesNotExist:
        return any(name == getattr(field, "attname", "") for field in table.get_fields())


def _is_year(text: str) -> bool:
    """Whether Python's dates have the year and the one after it, which the list counts up to."""
    return text.isdecimal() and len(text) <= 4 and MINYEAR <= int(text) < MAXYEAR


def _from_its_beginning(request: HttpRequest) -> HttpRequest:
    """The request, its files to be read as if nobody had read them."""
    for _, files in request.FILES.lists():
        for file in files:
            file.seek(0)
    return request


class SignInForm(AdminAuthenticationForm):
    """A name longer than any account's is nobody's: it is not looked for, nor kept among the failures."""

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if len(username) > (self.username_field.max_length or 0):
            raise self.get_invalid_login_error()
        return username


class Console(AdminSite):
    login_form = SignInForm
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
        """Django's own but for `r/`, which leads from a row to its page outside the console: there are none."""
        pages = [path(route, self.admin_view(view), name=name) for route, view, name in self._pages]
        return [*pages, *(each for each in super().get_urls() if getattr(each, "name", "") != "view_on_site")]

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
        """The pages that installed packages bring along know no scope, so they are for superusers alone; and no verb, so
        nothing is made or changed there."""
        wanted = admin_class or ModelAdmin
        guarded = wanted if issubclass(wanted, Guarded) else type(wanted.__name__, (LookedAt, wanted), {})
        super().register(model_or_iterable, guarded, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Whatever a page changes is recorded as changed here (R11). What no column holds is a bad request, wherever in
        the address or the form it stands."""

        @wraps(view)
        def recorded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not is_storable(request.path + unquote_plus(request.META["QUERY_STRING"])):
                raise BadRequest("The address contains characters that cannot be stored.")
            if any(len(request.GET.get(name, "")) > SEARCH_LENGTH for name in SEARCHED):
                raise BadRequest("The text to search for is too long.")
            address = client_address(request.META)
            try:
                with recorded_via("admin", getattr(request, "request_id", ""), address=address):
                    return until_it_holds(lambda is_last: view(_from_its_beginning(request), *args, **kwargs))
            except (DataError, OverflowError, ValidationError) as error:
                raise BadRequest("The address or the form contains a value that is not valid.") from error

        return super().admin_view(recorded, cacheable)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        with recording_password(actor_of(request), actor=actor_of(request)):
            return super().password_change(request, extra_context)


site = cast(Console, admin.site)
"""The one console, which pages beside the models' register with."""
