"""/admin/libraries/*objectpermission/: guardian's tables, which nobody writes by hand."""

import pytest

from libraries.models import (
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    OrganizationUserObjectPermission,
)


@pytest.mark.parametrize(
    "model", [LibraryGroupObjectPermission, LibraryUserObjectPermission, OrganizationUserObjectPermission]
)
def test_rows_are_looked_at_only(console, world, model):
    path = f"/admin/libraries/{model._meta.model_name}/"
    row = model.objects.first()
    before = list(model.objects.values())

    assert console.get(f"{path}{row.pk}/change/").status_code == 200
    assert console.send(f"{path}add/", {}).status_code == 403
    assert console.send(f"{path}{row.pk}/change/", {"permission": 1}).status_code == 403
    assert console.send(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    console.choose(path, "delete_selected", row, post="yes")
    assert list(model.objects.values()) == before


@pytest.mark.parametrize(
    ("query", "principals"),
    [
        ("q=handbook&permission__codename=shut_out", ["team:interns"]),
        ("breadth__exact=2", ["org:acme"]),
        ("q=research", ["team:research"]),
    ],
)
def test_grants_are_found(console, query, principals):
    rows = console.get(f"/admin/libraries/librarygroupobjectpermission/?{query}").context["cl"].result_list
    assert [row.share.principal_name for row in rows] == principals
