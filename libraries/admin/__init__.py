"""The web admin console. It translates forms into the core's verbs and decides nothing."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin  # noqa: F401 - importing it registers Group, which goes right away
from django.contrib.auth.models import Group

from libraries.admin.pages import (
    events,
    explain,
    grants,
    home,
    keys,
    offboarding,
    organizations,
    service_accounts,
    shares,
    suggestions,
    teams,
    users,
)
from libraries.admin.pages import libraries as library_pages

# A group stands for a team or an organization: who is in one is changed by the verbs in libraries.people, nowhere else.
admin.site.unregister(Group)

__all__ = [
    "events",
    "explain",
    "grants",
    "home",
    "keys",
    "library_pages",
    "offboarding",
    "organizations",
    "service_accounts",
    "shares",
    "suggestions",
    "teams",
    "users",
]
