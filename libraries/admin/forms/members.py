"""What the pages of organizations and teams have in common: who is in them, who comes and who goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from libraries.admin.base import VerbAdmin
from libraries.admin.forms.fields import users_field
from libraries.admin.forms.refusals import VerbForm
from libraries.admin.panels.principal_shares import what_it_reaches
from libraries.console import actor_of
from libraries.models import (
    User,
)

SHOWN = 100
"""How many members a page names."""
MEMBERSHIPS = User.groups.through.objects.filter(group=OuterRef("group"))


class MembersForm(VerbForm):
    """Who comes and who goes. Whoever is not named stays what they are, however many there are."""

    add_members = users_field()
    remove_members = users_field()

    def each(self, field: str, verb: Callable[..., Any], **arguments: Any) -> None:
        """Call the verb for each of the users in the field."""
        for user in self.cleaned_data.get(field) or ():
            with self.refusing(field):
                verb(user=user, **arguments)


class GroupAdmin(VerbAdmin):
    """What the pages of organizations and teams have in common. Members come once there is something to be in."""

    fixed: ClassVar[tuple[str, ...]]
    members_fieldset: ClassVar[Any]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(member_count=counted(MEMBERSHIPS, "group"))

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return what_it_reaches(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return (*fieldsets, self.members_fieldset) if obj else fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fixed, *self.readonly_fields) if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            form.change(actor_of(request))
        else:
            form.create(actor_of(request))

    @admin.display(description="members", ordering="member_count")
    def member_count(self, obj: Any) -> int:
        return obj.member_count

    @admin.display(description="members")
    def members(self, obj: Any) -> str:
        found = self.members_of(obj)[: SHOWN + 1]
        named = format_html_join(", ", '<a href="{}">{}</a>{}', map(_link, found[:SHOWN]))
        address = reverse("admin:libraries_user_changelist", query={"in": obj.pk})
        more = format_html(' and <a href="{}">all the others</a>', address) if len(found) > SHOWN else ""
        return format_html("{}{}", named or "Nobody yet.", more)

    def members_of(self, obj: Any) -> QuerySet[User]:
        return User.objects.filter(groups=obj.group_id).order_by("username")


POWERS = {"administers": "administrator", "checks": "may check access"}
"""What a member's name is followed by, where the annotation is true."""


def _link(user: Any) -> tuple[str, str, str]:
    powers = [word for column, word in POWERS.items() if getattr(user, column, False)]
    remark = f" ({', '.join(powers)})" if powers else ""
    return reverse("admin:libraries_user_change", args=[user.pk]), user.username, remark


def counted(rows: QuerySet[Any], column: str) -> Coalesce:
    """How many of the `rows`, which are correlated and alike in the column, there are for each row of a list."""
    counted = rows.order_by().values(column).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
