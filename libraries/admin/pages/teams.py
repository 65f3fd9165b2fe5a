"""Teams, and who is in them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from libraries.admin.base import OrganizationFilter, copy_columns
from libraries.admin.forms.members import GroupAdmin, MembersForm
from libraries.console import actor_of
from libraries.models import (
    Actor,
    Team,
)
from libraries.people import teams
from libraries.people.teams import change_team

TEAM_COLUMNS = ("organization", "slug", "name", "email")


class TeamForm(MembersForm):
    class Meta:
        model = Team
        fields = TEAM_COLUMNS

    def create(self, actor: Actor) -> None:
        with self.refusing():
            values = {field: self.cleaned_data[field] for field in TEAM_COLUMNS}
            copy_columns(self.instance, teams.create_team(**values, actor=actor))

    def change(self, actor: Actor) -> None:
        with self.refusing():
            change_team(team=self.instance, changes=self.changes("name", "email"), actor=actor)
        self.each("add_members", teams.add_team_member, team=self.instance, actor=actor)
        self.each("remove_members", teams.remove_team_member, team=self.instance, actor=actor)


@admin.register(Team)
class TeamAdmin(GroupAdmin):
    form = TeamForm
    administrators_may = frozenset({"view", "add", "change", "delete"})
    list_display = ("name", "organization", "slug", "email", "member_count", "created_at")
    list_filter = (OrganizationFilter,)
    search_fields = ("name", "slug", "email", "organization__slug")
    autocomplete_fields = ("organization",)
    fixed = ("organization", "slug")
    readonly_fields = ("members",)
    fieldsets = ((None, {"fields": TEAM_COLUMNS}),)
    members_fieldset = ("Members", {"fields": ("members", "add_members", "remove_members")})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organization")

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        teams.delete_team(team=obj, actor=actor_of(request))

    def goes_with(self, obj: Team) -> list[str]:
        return [f"{obj}, with its memberships and {obj.shares.count()} shares"]
