"""manage.py verify_grants [--repair --json]"""

import pytest
from django.core.management import CommandError, call_command

from libraries.access.check import can
from libraries.models import LibraryGroupObjectPermission, LibraryUserObjectPermission
from libraries.rules.levels import Action

SENTENCE = "Run it again with --repair to rebuild these from the shares."


@pytest.fixture
def broken(handbook):
    """Engineering's grants on the handbook are gone, and two of alice's."""
    LibraryGroupObjectPermission.objects.filter(content_object=handbook, share__team__slug="engineering").delete()
    LibraryUserObjectPermission.objects.filter(
        content_object=handbook, permission__codename__in=(Action.DELETE, Action.SHARE)
    ).delete()


def test_it_finds_nothing_where_all_agrees(run):
    assert run("verify_grants").out == "No discrepancies found.\n"
    assert run("verify_grants", "--repair").out == "No discrepancies found.\n"
    assert run("verify_grants", "--json").document == {"repaired": False, "discrepancies": []}


def test_it_fails_where_something_disagrees(refusal_of, broken, bob, handbook):
    assert refusal_of("verify_grants") == SENTENCE
    assert not can(bob, handbook, Action.CHANGE)


def test_it_writes_one_line_for_each_share(broken, handbook, capsys):
    with pytest.raises(CommandError):
        call_command("verify_grants")
    assert capsys.readouterr().out == (
        "handbook, alice: OWNER; missing or wrong: delete_library, share_library\n"
        "handbook, team:engineering: EDITOR; missing or wrong: change_library, view_library\n"
        "2 discrepancies found.\n"
    )


def test_it_repairs_and_then_succeeds(run, broken, bob, handbook):
    assert run("verify_grants", "--repair").out.endswith("2 discrepancies repaired.\n")
    assert can(bob, handbook, Action.CHANGE)
    assert run("verify_grants").out == "No discrepancies found.\n"


def test_it_prints_json_for_programs(run, broken):
    assert run("verify_grants", "--repair", "--json").document == {
        "repaired": True,
        "discrepancies": [
            "handbook, alice: OWNER; missing or wrong: delete_library, share_library",
            "handbook, team:engineering: EDITOR; missing or wrong: change_library, view_library",
        ],
    }
