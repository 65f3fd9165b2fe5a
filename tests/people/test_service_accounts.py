"""Service accounts: one organization's, without a password, without power over others, and whose keys are whose (R13)."""

from __future__ import annotations

import pytest

from libraries.access.check import can
from libraries.errors import (
    ConsentNeeded,
    InvalidText,
    KeyOfAnother,
    LastOwner,
    NameTaken,
    NotAdministrator,
    NotMember,
    OrganizationNotFound,
    ServiceAccountFixed,
    ServiceAccountNotFound,
)
from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, ApiKey, Event, Organization, OrganizationUserObjectPermission, Share, User
from libraries.people.accounts import change_account, delete_account
from libraries.people.administrators import administers, set_administrator, set_check_access
from libraries.people.keys import create_api_key, find_api_key, revoke_api_key, service_accounts_of
from libraries.people.members import add_member, put_member, remove_member
from libraries.people.organizations import create_organization, delete_organization
from libraries.people.queries import is_member
from libraries.people.service_accounts import (
    change_service_account,
    create_service_account,
    delete_service_account,
    find_service_accounts,
    get_service_account,
)
from libraries.people.teams import add_team_member
from libraries.rules.levels import Action, Level
from tests.factories import give, give_as, level_of, make_user


@pytest.fixture
def robot(acme):
    return create_service_account(organization=acme, name="robot", actor=OPERATOR)


def latest():
    event = Event.objects.latest("position")
    return event.action, event.actor, event.principal, event.organization, event.details


class TestMaking:
    def test_administrators_make_them_and_members_and_others_do_not(self, alice, bob, erin, acme):
        for actor in (bob, erin):
            with pytest.raises(NotAdministrator):
                create_service_account(organization=acme, name="robot", actor=actor)
        assert not User.objects.filter(service_of=acme).exists()

        robot = create_service_account(organization=acme, name="robot", display_name="The robot", actor=alice)

        assert (robot.username, robot.service_name, robot.first_name) == ("acme.robot", "robot", "The robot")
        assert (robot.service_of, robot.email, robot.is_active) == (acme, "", True)
        assert not (robot.has_usable_password() or robot.is_staff or robot.is_superuser)
        assert latest() == ("service_account.created", "alice", "acme.robot", "acme", {})

    def test_it_is_reached_by_what_its_organization_is_given(self, robot, handbook, roadmap):
        assert can(robot, handbook, Action.VIEW)
        assert not can(robot, roadmap, Action.VIEW)

    def test_a_name_is_one_organizations_own(self, robot, acme, globex):
        with pytest.raises(NameTaken) as refused:
            create_service_account(organization=acme, name="robot", actor=OPERATOR)
        assert refused.value.field == "name"

        other = create_service_account(organization=globex, name="robot", actor=OPERATOR)
        assert other.username == "globex.robot"
        assert get_service_account(acme, "robot") == robot
        assert get_service_account(globex, "robot") == other

    @pytest.mark.parametrize("name", ["", "-a", "a-", "Robot", "a.b", "a b", "rôbot", "team:x", "a\n", "\0", "x" * 41])
    def test_a_name_that_will_not_do_is_refused(self, acme, name):
        with pytest.raises(InvalidText) as refused:
            create_service_account(organization=acme, name=name, actor=OPERATOR)
        assert refused.value.field == "name"
        with pytest.raises(ServiceAccountNotFound):
            get_service_account(acme, name)

    @pytest.mark.parametrize("name", ["\0", "\ud800", "x" * 151])
    def test_so_is_a_display_name(self, acme, robot, name):
        with pytest.raises(InvalidText):
            create_service_account(organization=acme, name="other", display_name=name, actor=OPERATOR)
        with pytest.raises(InvalidText):
            change_service_account(account=robot, changes={"display_name": name}, actor=OPERATOR)

    def test_the_longest_names_there_are_make_a_username(self, db):
        organization = create_organization(slug="o" * 100, name="O", actor=OPERATOR)
        account = create_service_account(organization=organization, name="x" * 40, actor=OPERATOR)
        assert len(account.username) == 141

    def test_an_organization_that_is_gone_gets_none(self, acme, alice):
        gone = create_organization(slug="gone", name="Gone", actor=OPERATOR)
        Organization.objects.filter(pk=gone.pk).delete()
        with pytest.raises(OrganizationNotFound):
            create_service_account(organization=gone, name="robot", actor=OPERATOR)

    def test_they_are_found_by_their_names_without_the_slug(self, acme, robot):
        create_service_account(organization=acme, name="gateway", display_name="In front", actor=OPERATOR)
        found = {
            text: [each.service_name for each in find_service_accounts(acme, text)] for text in ("ROB", "fro", "acm")
        }
        assert found == {"ROB": ["robot"], "fro": ["gateway"], "acm": []}


class TestChanging:
    def test_administrators_rename_and_disable_it(self, alice, bob, erin, robot, handbook, key_for):
        secret = key_for("acme.robot")
        for actor in (bob, erin, robot):
            with pytest.raises(NotAdministrator):
                change_service_account(account=robot, changes={"active": False}, actor=actor)
        assert find_api_key(secret)

        assert change_service_account(account=robot, changes={"display_name": "Bot", "active": False}, actor=alice)

        assert latest() == (
            "service_account.changed",
            "alice",
            "acme.robot",
            "acme",
            {"first_name": ["robot", "Bot"], "is_active": [True, False]},
        )
        assert not find_api_key(secret)
        assert not can(User.objects.get(pk=robot.pk), handbook, Action.VIEW)
        assert not change_service_account(account=robot, changes={"active": False}, actor=alice)

        assert change_service_account(account=robot, changes={"active": True}, actor=alice)
        assert find_api_key(secret)

    def test_a_person_is_none(self, alice, bob):
        with pytest.raises(ServiceAccountNotFound):
            change_service_account(account=bob, changes={"active": False}, actor=OPERATOR)
        with pytest.raises(ServiceAccountNotFound):
            delete_service_account(account=bob, actor=OPERATOR)
        assert User.objects.get(pk=bob.pk).is_active

    def test_one_that_is_gone_is_not_changed(self, robot):
        delete_service_account(account=User.objects.get(pk=robot.pk), actor=OPERATOR)
        with pytest.raises(ServiceAccountNotFound):
            change_service_account(account=robot, changes={"active": False}, actor=OPERATOR)
        with pytest.raises(ServiceAccountNotFound):
            delete_service_account(account=robot, actor=OPERATOR)


class TestDeleting:
    def test_it_goes_with_its_keys_shares_and_powers(self, alice, bob, robot, acme, engineering, roadmap, key_for):
        secret = key_for("acme.robot")
        give(roadmap, "acme.robot", Level.READER)
        set_check_access(organization=acme, user=robot, allowed=True, actor=alice)
        add_team_member(team=engineering, user=robot, actor=alice)
        before = roadmap.shares.count()
        with pytest.raises(NotAdministrator):
            delete_service_account(account=robot, actor=bob)
        assert find_api_key(secret)

        delete_service_account(account=robot, actor=alice)

        assert not User.objects.filter(username="acme.robot").exists()
        assert not find_api_key(secret)
        assert not ApiKey.objects.filter(user=robot.pk).exists()
        assert not OrganizationUserObjectPermission.objects.filter(user=robot.pk).exists()
        roadmap.refresh_from_db()
        assert roadmap.share_count == roadmap.shares.count() == before - 1
        assert latest() == ("service_account.deleted", "alice", "acme.robot", "acme", {})
        assert Event.objects.filter(action="share.revoked", principal="acme.robot", actor="alice").count() == 1

    def test_what_it_alone_owns_needs_a_successor(self, alice, bob, robot):
        library = create_library(name="Made by a program", actor=robot)
        with pytest.raises(LastOwner) as refused:
            delete_service_account(account=robot, actor=alice)
        assert refused.value.libraries == [library.natural_id]

        delete_service_account(account=robot, successor=bob, actor=alice)
        assert level_of(bob, library) == Level.OWNER

    def test_what_it_alone_owns_elsewhere_keeps_it_and_is_not_named(self, alice, erin, robot, globex, lab_notes):
        Organization.objects.filter(pk=globex.pk).update(sharing_scope="anyone")
        lab_notes.organization.refresh_from_db()
        give_as(erin, lab_notes, "acme.robot", Level.OWNER)
        Share.objects.filter(library=lab_notes, user=erin).update(level=Level.EDITOR)
        with pytest.raises(LastOwner) as refused:
            delete_service_account(account=robot, actor=alice)
        assert "lab-notes" not in str(refused.value)

        Share.objects.filter(library=lab_notes, user=erin).update(level=Level.OWNER)
        delete_service_account(account=robot, actor=alice)
        assert not lab_notes.shares.filter(user=robot.pk).exists()

    def test_it_ends_with_its_organization(self, admin_user):
        organization = create_organization(slug="initech", name="Initech", actor=OPERATOR)
        robot = create_service_account(organization=organization, name="robot", actor=OPERATOR)
        _, secret = create_api_key(user=robot, name="live", actor=OPERATOR)
        assert find_api_key(secret)

        delete_organization(organization=organization, actor=admin_user)

        assert not find_api_key(secret)
        assert not User.objects.filter(username="initech.robot").exists()
        assert Event.objects.filter(action="service_account.deleted", principal="initech.robot").count() == 1


class TestStayingWhatItIs:
    """With an administrator's key for it nobody gets further than the organization, whoever helps."""

    @pytest.fixture(params=["administrators", "superuser"])
    def helper(self, request, alice, globex, admin_user):
        """Who would do it: somebody who administers both organizations, or may do nearly everything."""
        if request.param == "superuser":
            return admin_user
        add_member(organization=globex, user=alice, actor=OPERATOR)
        set_administrator(organization=globex, user=alice, administrator=True, actor=OPERATOR)
        return alice

    def test_it_joins_no_other_organization(self, robot, globex, helper):
        for verb in (add_member, put_member):
            with pytest.raises(ServiceAccountFixed if helper.is_superuser else ConsentNeeded):
                verb(organization=globex, user=robot, actor=helper)
        assert not is_member(robot, globex)

    def test_nor_a_team_of_another(self, robot, globex, helper, engineering):
        research = globex.teams.get(slug="research")
        with pytest.raises(NotMember):
            add_team_member(team=research, user=robot, actor=helper)
        assert not is_member(robot, research)
        assert add_team_member(team=engineering, user=robot, actor=helper)

    def test_it_administers_nothing(self, robot, acme, helper):
        for act in (
            lambda: set_administrator(organization=acme, user=robot, administrator=True, actor=helper),
            lambda: put_member(organization=acme, user=robot, administrator=True, actor=helper),
        ):
            with pytest.raises(ServiceAccountFixed):
                act()
        assert not administers(robot, acme)
        assert not put_member(organization=acme, user=robot, administrator=False, actor=helper)

    def test_it_may_be_let_ask_about_others(self, robot, acme, helper):
        assert set_check_access(organization=acme, user=robot, allowed=True, actor=helper)

    def test_it_does_not_leave(self, robot, acme, helper):
        with pytest.raises(ServiceAccountFixed):
            remove_member(organization=acme, user=robot, actor=helper)
        assert is_member(robot, acme)

    def test_it_gets_no_password(self, robot):
        with pytest.raises(ServiceAccountFixed):
            robot.set_password("correct horse battery staple")
        assert not robot.has_usable_password()

    @pytest.mark.parametrize("changes", [{"is_superuser": True}, {"is_staff": True}, {"username": "admin2"}])
    def test_no_superuser_makes_a_person_of_it(self, robot, admin_user, changes):
        with pytest.raises(ServiceAccountFixed):
            change_account(user=robot, changes=changes, actor=admin_user)
        with pytest.raises(ServiceAccountFixed):
            delete_account(user=robot, actor=admin_user)
        assert list(User.objects.filter(pk=robot.pk).values(*changes)) == [
            {column: getattr(robot, column) for column in changes}
        ]


class TestKeys:
    def may_make(self, actor, user):
        """Whether the actor makes and revokes the user's keys; both are asked, and refused alike."""
        key, _ = create_api_key(user=user, name="asked", actor=OPERATOR)
        answers = []
        for verb, values in ((create_api_key, {"user": user, "name": "made"}), (revoke_api_key, {"key": key})):
            try:
                verb(**values, actor=actor)
                answers.append(True)
            except KeyOfAnother:
                answers.append(False)
        assert answers in ([True, True], [False, False])
        return answers[0]

    def test_ones_own_are_ones_own_business(self, alice, bob, erin):
        assert self.may_make(bob, bob)
        assert not self.may_make(alice, erin)
        assert not self.may_make(alice, bob)

    def test_administrators_make_those_of_their_service_accounts_and_no_others(
        self, alice, bob, erin, robot, admin_user
    ):
        assert self.may_make(alice, robot)
        assert self.may_make(admin_user, robot)
        assert not self.may_make(bob, robot)
        assert not self.may_make(erin, robot)
        assert list(service_accounts_of(alice)) == [robot]
        assert not service_accounts_of(erin).exists()

    @pytest.mark.parametrize("password", ["", "!"])
    def test_a_person_without_a_password_is_still_a_person(self, alice, acme, password):
        grace = make_user("grace", member_of=acme, password=password)
        assert not self.may_make(alice, grace)

    def test_the_event_names_who_made_it_and_for_whom(self, alice, robot):
        create_api_key(user=robot, name="ci", actor=alice)
        assert latest() == ("key.created", "alice", "acme.robot", "acme", {"key": "ci"})
        create_api_key(user=alice, name="own", actor=alice)
        assert latest() == ("key.created", "alice", "alice", "", {"key": "own"})

    def test_one_made_for_a_person_by_another_says_so(self, admin_user, bob):
        create_api_key(user=bob, name="help", actor=admin_user)
        assert latest() == ("key.created", "admin", "bob", "", {"key": "help", "madeForThemBy": "admin"})
        create_api_key(user=bob, name="help", actor=OPERATOR)
        assert latest() == ("key.created", "", "bob", "", {"key": "help", "madeForThemBy": "the operator"})

    def test_a_refusal_says_what_to_do_and_leaves_nothing(self, alice, erin):
        with pytest.raises(KeyOfAnother) as refused:
            create_api_key(user=erin, name="spare", actor=alice)

        assert str(refused.value) == (
            "You cannot manage the API keys of “erin”: only your own, and those of the service accounts of an organization"
            " that you administer. Let them do it themselves, or ask a superuser."
        )
        assert not ApiKey.objects.filter(user=erin).exists()

    def test_an_inactive_actor_makes_none(self, alice, robot):
        alice.is_active = False
        for user in (alice, robot):
            with pytest.raises(KeyOfAnother):
                create_api_key(user=user, name="late", actor=alice)
