"""/admin/libraries/serviceaccount/: what administrators make, rename, disable and delete (R13)."""

import pytest
from django.test import Client

from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Event, User
from libraries.people.administrators import set_administrator
from libraries.people.keys import create_api_key, find_api_key
from libraries.people.queries import is_member
from libraries.people.service_accounts import create_service_account
from tests.admin.pages import errors, messages

LIST = "/admin/libraries/serviceaccount/"
ADD = f"{LIST}add/"


@pytest.fixture
def robot(acme):
    return create_service_account(organization=acme, name="robot", actor=OPERATOR)


def page(account):
    return f"{LIST}{account.pk}/change/"


def latest():
    event = Event.objects.latest("position")
    return event.action, event.actor, event.principal, event.organization, event.via


def test_an_administrator_makes_one_in_their_organization_alone(console_of, alice, acme, globex):
    console = console_of(alice)
    elsewhere = console.save(ADD, organization=str(globex.pk), name="robot")
    assert list(errors(elsewhere)) == ["organization"]
    assert not User.objects.filter(service_of__isnull=False).exists()

    made = console.save(ADD, organization=str(acme.pk), name="robot", display_name="The robot")

    robot = User.objects.get(username="acme.robot")
    assert made.status_code == 302
    assert (robot.service_of, robot.first_name, robot.has_usable_password()) == (acme, "The robot", False)
    assert is_member(robot, acme)
    assert latest() == ("service_account.created", "alice", "acme.robot", "acme", "admin")


@pytest.mark.parametrize("name", ["robot", "Robot", "a.b", ""])
def test_a_name_that_will_not_do_is_told_beside_the_field(console, acme, robot, name):
    response = console.save(ADD, organization=str(acme.pk), name=name)
    assert list(errors(response)) == ["name"]
    assert User.objects.filter(service_of=acme).count() == 1


def test_it_is_renamed_and_disabled(console_of, alice, robot):
    _, secret = create_api_key(user=robot, name="live", actor=OPERATOR)
    console = console_of(alice)
    form = console.open(page(robot))
    assert form["display_name"] == ["robot"]

    form.pop("is_active")
    assert console.send(page(robot), {**form, "display_name": "Bot"}).status_code == 302

    robot.refresh_from_db()
    assert (robot.first_name, robot.is_active) == ("Bot", False)
    assert not find_api_key(secret)
    assert latest() == ("service_account.changed", "alice", "acme.robot", "acme", "admin")


def test_nothing_else_of_it_can_be_sent(console, robot):
    console.save(page(robot), username="boss", password="x", is_staff="on", is_superuser="on", email="a@acme.example")
    robot.refresh_from_db()
    assert (robot.username, robot.is_staff, robot.is_superuser, robot.email) == ("acme.robot", False, False, "")
    assert not robot.has_usable_password()


def test_its_page_leads_to_its_keys_and_to_one_more(console_of, alice, robot):
    key, _ = create_api_key(user=robot, name="live", actor=alice)
    console = console_of(alice)
    html = console.get(page(robot)).content.decode()
    assert f"/admin/libraries/apikey/{key.pk}/change/" in html
    assert f'href="/admin/libraries/apikey/add/?user={robot.pk}"' in html
    assert console.open(f"/admin/libraries/apikey/add/?user={robot.pk}")["user"] == [str(robot.pk)]
    listed = console.get("/admin/libraries/apikey/?q=acme.robot").context["cl"]
    assert [found.name for found in listed.result_list] == ["live"]


def test_it_is_deleted_with_its_keys(console_of, alice, robot):
    _, secret = create_api_key(user=robot, name="live", actor=OPERATOR)
    console = console_of(alice)
    assert "acme.robot, with its keys" in console.get(f"{LIST}{robot.pk}/delete/").content.decode()

    console.send(f"{LIST}{robot.pk}/delete/", {"post": "yes"})

    assert not User.objects.filter(username="acme.robot").exists()
    assert not find_api_key(secret)
    assert latest() == ("service_account.deleted", "alice", "acme.robot", "acme", "admin")


def test_one_that_alone_owns_a_library_stays(console, robot):
    create_library(name="Atlas", actor=robot)
    response = console.client.post(f"{LIST}{robot.pk}/delete/", {"post": "yes"}, follow=True)
    assert messages(response) == [
        "Nothing was changed: acme.robot is the only owner of atlas. Name a successor, or transfer these first. (R12)"
    ]
    assert User.objects.filter(username="acme.robot").exists()


def test_the_list_searches_and_filters(console, acme, globex, robot):
    create_service_account(organization=globex, name="drone", display_name="Flying", actor=OPERATOR)

    def listed(query):
        return [account.username for account in console.get(f"{LIST}?{query}").context["cl"].result_list]

    assert listed("") == ["acme.robot", "globex.drone"]
    assert listed("q=flying") == listed("organization=globex") == ["globex.drone"]


class TestAmongPeople:
    """It is told apart there, and looked at alone."""

    def test_it_is_told_apart(self, console, console_of, alice, robot):
        for each in (console, console_of(alice)):
            html = each.get("/admin/libraries/user/").content.decode()
            assert f'<a href="{page(robot)}">Service account</a>' in html
            for kind, has_robot in (("person", False), ("service", True), ("other", True)):
                found = each.get(f"/admin/libraries/user/?kind={kind}").context["cl"].result_list
                assert (robot in found) == has_robot
                assert (alice in found) == (kind != "service")

    def test_nobody_changes_or_deletes_it_there(self, console, robot):
        path = f"/admin/libraries/user/{robot.pk}/"
        before = User.objects.filter(pk=robot.pk).values().get()
        assert console.get(f"{path}change/").status_code == 200
        powers = {"username": "acme.robot", "is_superuser": "on", "is_staff": "on", "is_active": "on"}
        assert console.send(f"{path}change/", powers).status_code == 403
        assert console.send(f"{path}password/", {"password1": "x" * 12, "password2": "x" * 12}).status_code == 403
        assert console.send(f"{path}delete/", {"post": "yes"}).status_code == 403
        console.choose("/admin/libraries/user/", "delete_selected", robot, post="yes")
        assert User.objects.filter(pk=robot.pk).values().get() == before

    def test_it_signs_in_nowhere(self, robot):
        for password in ("", "!", robot.password):
            answer = Client().post("/admin/login/", {"username": "acme.robot", "password": password})
            assert answer.status_code == 200
            assert not answer.wsgi_request.user.is_authenticated

    def test_a_session_of_its_opens_nothing(self, console_of, robot):
        client = Client()
        client.force_login(robot, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/admin/").status_code == 302

    def test_a_person_of_whom_keys_would_end_is_shown_which(self, console, acme, alice, bob, robot):
        set_administrator(organization=acme, user=bob, administrator=True, actor=alice)
        own, _ = create_api_key(user=alice, name="own", actor=alice)
        program, _ = create_api_key(user=robot, name="ci", actor=alice)
        html = console.get(f"/admin/libraries/user/{alice.pk}/change/").content.decode()
        assert f"alice: {own}, acme.robot: {program}" in html

        form = console.open(f"/admin/libraries/user/{alice.pk}/change/")
        form.pop("is_active")
        assert console.send(f"/admin/libraries/user/{alice.pk}/change/", form).status_code == 302
        own.refresh_from_db()
        program.refresh_from_db()
        assert own.revoked_at
        assert program.revoked_at

    def test_organizations_of_others_take_it_for_nobody(self, console, console_of, globex, robot):
        path = f"/admin/libraries/organization/{globex.pk}/change/"
        refused = console.save(path, add_by_name="acme.robot")
        assert list(errors(refused)) == ["add_by_name"]
        refused = console.save(path, add_members=[str(robot.pk)])
        assert errors(refused) == {
            "add_members": ["“acme.robot” is a service account: it is in its own organization alone. (R13)"]
        }
        assert not is_member(robot, globex)
