"""Documents that are put together by hand say what the fields of their serializer say, which the schema describes."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.serializers import Serializer

from libraries.access.lists import levels_on
from libraries.access.names import with_names_for
from libraries.api.hal.serializers.access import AccessDocument
from libraries.api.hal.serializers.libraries import LibraryDocument
from libraries.api.hal.serializers.shares import ShareDocument
from libraries.api.mistral.serializers import LibraryDocument as MistralLibraryDocument
from libraries.api.mistral.serializers import with_members
from libraries.models import Library, Scope, Share, User
from libraries.rules.levels import Action


@pytest.fixture
def everybody(world):
    return User.objects.all()


def documents(kind: type[Serializer], things: Any, user: User, **context: Any) -> tuple[list[Any], list[Any]]:
    """By hand, and by the fields."""
    request = SimpleNamespace(user=user, auth=SimpleNamespace(scopes=list(Scope)))
    serializer = kind(context={"request": request, **context})
    by_hand = [list(serializer.to_representation(thing).items()) for thing in things]
    by_fields = [list(Serializer.to_representation(serializer, thing).items()) for thing in things]
    return by_hand, by_fields


def test_libraries(everybody):
    for user in everybody:
        by_hand, by_fields = documents(
            LibraryDocument, with_names_for(Library.objects.with_access_of(user), user), user
        )
        assert by_hand == by_fields != []


def test_shares(everybody, handbook):
    Share.objects.filter(kind=1).update(expires_at=timezone.now() + timedelta(days=1), note="for a day")
    for user in everybody:
        for library in with_names_for(Library.objects.with_access_of(user), user):
            shares = library.shares.with_principals()
            by_hand, by_fields = documents(ShareDocument, shares, user)
            assert by_hand == by_fields != []


def test_access(everybody, handbook):
    for user in everybody:
        library = with_names_for(Library.objects.with_access_of(user), user).get(pk=handbook.pk)
        by_hand, by_fields = documents(AccessDocument, levels_on(library), user, library=library)
        assert by_hand == by_fields != []


def test_mistrals_libraries(everybody):
    for user in everybody:
        libraries = list(with_members(Library.objects.with_access_of(user)))
        by_hand, by_fields = documents(MistralLibraryDocument, libraries, user)
        shown = [Action.VIEW_SHARES in library.access.actions for library in libraries]
        assert shown
        hidden = ("explicit_user_members_count", "explicit_workspace_members_count", "org_sharing_role")
        for hand, fields, shows in zip(by_hand, by_fields, shown, strict=True):
            assert hand == (fields if shows else [*(dict(fields) | dict.fromkeys(hidden)).items()])
