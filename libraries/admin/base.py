"""What the pages have in common: scoped rows, quick lists, and saves that go through the core's verbs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from libraries.admin.forms.fields import SuggestingSelect
from libraries.admin.forms.refusals import Refused, raise_what_was_refused, sentence, showing
from libraries.admin.rows.paging import CappedChangeList, CappedPaginator
from libraries.admin.rows.scope import Scoped, scoped
from libraries.db.text import is_storable
from libraries.errors import SharingError
from libraries.identifiers import is_uuid
from libraries.models import Organization


class ReadOnly:
    """Looked at, never touched. Stands before what it restricts."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ListedFilter(admin.SimpleListFilter):
    """The values of a column, told beforehand: asking the table for them would read all of it."""

    values: tuple[str, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, value) for value in self.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value() in self.values
        return queryset.filter(**{str(self.parameter_name): self.value()}) if wanted else queryset


class OrganizationFilter(admin.SimpleListFilter):
    """One of the organizations that the list may show rows of."""

    title = "organization"
    parameter_name = "organization"
    column = "organization"
    offered = 100

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        shown = scoped(Organization.objects.all(), request).order_by("slug")
        return list(shown.values_list("slug", "slug")[: self.offered])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        named = scoped(Organization.objects.all(), request).filter(slug=self.value())
        return queryset.filter(**{f"{self.column}__in": named.values("pk")})


def organization_filter(column: str) -> type[OrganizationFilter]:
    """The filter for rows whose organization is in that column."""
    return type("OrganizationFilter", (OrganizationFilter,), {"column": column})


class ConsoleAdmin(Scoped, admin.ModelAdmin):
    """A list that costs the same whatever its length."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "–"

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return CappedChangeList

    def missing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The answer for a row that is not there, or not to be seen: Django's own."""
        answer: Any = super()
        return answer._get_obj_does_not_exist_redirect(request, self.opts, object_id)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if not is_storable(term):
            return queryset.none(), False
        named = self.named_by(queryset, term)
        return (named, False) if named is not None else self.holding_words(request, queryset, term)

    def holding_words(self, request: HttpRequest, queryset: Any, term: str) -> tuple[Any, bool]:
        """The rows that the words of `term` are found in, and whether some may be found twice."""
        return super().get_search_results(request, queryset, term)

    def named_by(self, queryset: QuerySet[Any], term: str) -> QuerySet[Any] | None:
        """The rows that `term` names outright, such as by their key; None where it holds words to search for."""
        if is_uuid(term) and self.opts.pk.get_internal_type() == "UUIDField":
            return queryset.filter(pk=UUID(term))
        return None


class VerbAdmin(ConsoleAdmin):
    """Saves and deletes by verbs: all of what was asked for, or nothing and the reason.

    A subclass runs the verbs in `save_model` and `save_formset`, each within `form.refusing(…)`, and in `delete_model`.

    deletion_order: many are deleted in it, so that two who delete several never wait for each other's locks.
    """

    deletion_order: tuple[str, ...] = ("pk",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """The form knows who asks, so that it offers and takes no rows but theirs."""
        form: Any = super().get_form(request, obj, change=change, **options)
        form.request = request
        return form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """No pop-ups in which one more thing is made, changed or deleted meanwhile."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            options.setdefault("widget", SuggestingSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **options)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:
            with showing(refused):
                return super().changeform_view(request, object_id, form_url, extra_context)

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What the page of `obj` shows beside its form: names for its template."""
        return {}

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj:
            context.update(self.beside(request, obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool) -> None:
        """The rows, after the object itself; many-to-many columns are for verbs alone."""
        raise_what_was_refused([form])
        for formset in formsets:
            self.save_formset(request, form, formset, change)
        raise_what_was_refused(row for formset in formsets for row in formset.forms)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except SharingError as error:
            return self._refuse(request, error, request.path)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """An action on many is one transaction, Django's own history of it included."""
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        try:
            with transaction.atomic():
                return super().changelist_view(request, extra_context)
        except SharingError as error:
            return self._refuse(request, error, request.get_full_path())

    def _refuse(self, request: HttpRequest, error: SharingError, back_to: str) -> HttpResponse:
        self.message_user(request, f"Nothing was changed: {sentence(error)}", messages.ERROR)
        return HttpResponseRedirect(back_to)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset.order_by(*self.deletion_order):
            self.delete_model(request, obj)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[str]]:
        """What a deletion takes along, told by each model in a few words, since it may be a million rows."""
        told = [line for obj in objs for line in self.goes_with(obj)]
        protected = [line for obj in objs for line in self.keeps(request, obj)]
        return told, {self.opts.verbose_name_plural: len(objs)}, set(), protected

    def goes_with(self, obj: Any) -> Sequence[str]:
        """The lines of a confirmation page that tell what is deleted with `obj`."""
        return [str(obj)]

    def keeps(self, request: HttpRequest, obj: Any) -> Sequence[str]:
        """What keeps `obj` from being deleted; nothing where it can be."""
        return []


def copy_columns(obj: Model, saved: Model) -> None:
    """Let the object of a form stand for the one that a verb saved, for Django's messages and history."""
    vars(obj).update(vars(saved))
