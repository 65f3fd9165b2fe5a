"""What the database itself refuses, on SQLite as on PostgreSQL, whoever writes to it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from libraries.db.guards import put_on, take_off
from libraries.models import (
    ADMINISTER,
    CHECK_ACCESS,
    OPERATOR,
    ApiKey,
    Library,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    Organization,
    OrganizationUserObjectPermission,
    Share,
    Team,
    User,
)
from libraries.people.service_accounts import create_service_account
from libraries.rules.levels import Kind, Level

READER, OWNER, NONE = Level.READER, Level.OWNER, Level.NONE


def refuses(write, constraint):
    """That the database turns the write down, and for this reason."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    assert constraint in str(refusal.value)


@pytest.fixture
def people(erin, carol, acme, engineering, handbook):
    return {"user": erin, "team": engineering, "organization": acme}


class TestShares:
    @pytest.mark.parametrize(
        ("kind", "named"),
        [
            (Kind.USER, []),
            (Kind.USER, ["team"]),
            (Kind.USER, ["user", "team"]),
            (Kind.TEAM, ["user"]),
            (Kind.TEAM, ["team", "organization"]),
            (Kind.ORGANIZATION, []),
            (Kind.ORGANIZATION, ["user", "organization"]),
            (Kind.EVERYONE, ["user"]),
            (Kind.EVERYONE, ["organization"]),
            (4, ["user"]),
        ],
    )
    def test_one_names_exactly_the_principal_of_its_kind(self, roadmap, people, kind, named):
        columns = {name: people[name] for name in named}
        refuses(
            lambda: Share.objects.create(library=roadmap, kind=kind, level=READER, **columns),
            "share_names_one_principal",
        )

    def test_one_has_a_known_level_r4(self, handbook, erin):
        refuses(lambda: Share.objects.create(library=handbook, kind=Kind.USER, user=erin, level=4), "share_level_known")

    def test_an_owner_is_a_user_r6(self, handbook, engineering):
        refuses(lambda: handbook.shares.filter(team=engineering).update(level=OWNER), "share_owner_is_a_user_for_good")

    def test_an_owner_has_no_end_r3(self, handbook, alice):
        refuses(
            lambda: handbook.shares.filter(user=alice).update(expires_at=timezone.now()),
            "share_owner_is_a_user_for_good",
        )

    @pytest.mark.parametrize(
        ("kind", "column"),
        [(Kind.USER, "user"), (Kind.TEAM, "team"), (Kind.ORGANIZATION, "organization"), (Kind.EVERYONE, None)],
    )
    def test_a_principal_has_one_in_a_library(self, press_kit, people, kind, column):
        columns = {column: people[column]} if column else {}
        Share.objects.filter(library=press_kit, kind=Kind.EVERYONE).delete()
        Share.objects.create(library=press_kit, kind=kind, level=READER, **columns)
        with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
            Share.objects.create(library=press_kit, kind=kind, level=NONE, **columns)

    def test_nobody_who_has_one_is_deleted(self, erin, engineering, acme):
        for principal in (erin, engineering, acme):
            with pytest.raises(ProtectedError):
                principal.delete()


class TestLibraries:
    @pytest.mark.parametrize(
        "natural_id",
        [
            "",
            "-a",
            "a-",
            "Handbook",
            "a b",
            "a_b",
            "ä",
            "a\n",
            "0" * 24,
            "f" * 24,
            "550e8400-e29b-41d4-a716-446655440000",
        ]
        + ["550e8400e29b41d4a716446655440000"],
    )
    def test_a_natural_id_reads_as_nothing_else(self, acme, natural_id):
        refuses(
            lambda: Library.objects.create(name="x", natural_id=natural_id, organization=acme),
            "library_natural_id_distinct",
        )

    def test_a_natural_id_has_at_most_40_characters(self, acme):
        with pytest.raises((DataError, IntegrityError)), transaction.atomic():
            Library.objects.create(name="x", natural_id="x" * 41, organization=acme)

    @pytest.mark.parametrize("object_id", ["", "x" * 24, "A" * 24, "a" * 23, "a" * 23 + "\n"])
    def test_an_object_id_is_24_hex_digits(self, acme, object_id):
        refuses(
            lambda: Library.objects.create(name="x", natural_id="x", object_id=object_id, organization=acme),
            "library_object_id_hex",
        )

    def test_an_object_id_is_one_librarys_alone(self, globex, handbook):
        with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
            Library.objects.create(name="x", natural_id="x", organization=globex, object_id=handbook.object_id)

    def test_a_natural_id_is_one_librarys_alone_within_its_organization_r16(self, acme, globex, handbook):
        with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
            Library.objects.create(name="x", natural_id="handbook", organization=acme)
        Library.objects.create(name="x", natural_id="handbook", organization=globex)

    def test_an_organization_that_has_any_stays(self, globex):
        Share.objects.all().delete()
        globex.teams.all().delete()
        with pytest.raises(ProtectedError):
            globex.delete()

    def test_counts_are_never_negative(self, handbook):
        refuses(lambda: Library.objects.filter(pk=handbook.pk).update(share_count=-1), "share_count")


class TestUsers:
    @pytest.mark.parametrize("username", ["everyone", "EveryOne", "team:x", "TEAM:x", "org:acme", "Org:"])
    def test_no_username_reads_as_another_principal_r8(self, world, username):
        refuses(lambda: User.objects.create(username=username), "user_username_not_reserved")

    @pytest.mark.parametrize("username", ["everyone1", "teams", "team", "organizer", "org"])
    def test_names_that_only_begin_alike_are_fine(self, world, username):
        assert User.objects.create(username=username).principal_name == username

    def test_an_email_is_one_users_alone_whatever_its_case(self, erin):
        with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
            User.objects.create(username="other", email="ERIN@Globex.example")

    def test_many_have_none(self, world):
        for username in ("one", "two"):
            User.objects.create(username=username)


class TestTeamsAndOrganizations:
    def test_a_slug_is_unique_within_the_organization(self, acme, globex):
        with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
            Team.objects.create(organization=acme, slug="interns", name="x")
        Team.objects.create(organization=globex, slug="interns", name="x")

    def test_a_teams_email_is_its_own_within_the_organization_whatever_its_case_r16(self, acme, globex):
        columns = {"slug": "x", "name": "x", "email": "Engineering@ACME.example"}
        with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
            Team.objects.create(organization=acme, **columns)
        Team.objects.create(organization=globex, **columns)

    def test_many_teams_have_none(self, acme):
        for slug in ("one", "two"):
            Team.objects.create(organization=acme, slug=slug, name=slug)

    def test_a_sharing_scope_is_known_r8(self, acme):
        refuses(
            lambda: Organization.objects.filter(pk=acme.pk).update(sharing_scope="nobody"),
            "organization_sharing_scope_known",
        )


class TestGrants:
    def test_one_comes_from_a_share(self, handbook):
        for table in (LibraryUserObjectPermission, LibraryGroupObjectPermission):
            row = table.objects.filter(content_object=handbook).first()
            refuses(lambda row=row: type(row).objects.filter(pk=row.pk).update(share=None), "share_id")

    def test_its_breadth_is_known_r2(self, handbook):
        rows = LibraryGroupObjectPermission.objects.filter(content_object=handbook)
        refuses(lambda: rows.update(breadth=4), "group_grant_breadth_known")

    def test_what_has_one_stays_whoever_deletes(self, handbook, alice, engineering):
        """The share, and what the share is of and for."""
        for rows in (
            handbook.shares.all(),
            Library.objects.filter(pk=handbook.pk),
            User.objects.filter(pk=alice.pk),
            Team.objects.filter(pk=engineering.pk),
        ):
            with pytest.raises(IntegrityError, match="(?i)foreign key"), transaction.atomic():
                rows._raw_delete(connection.alias)
                connection.check_constraints()

    def test_none_outlives_its_share(self, handbook):
        share = handbook.shares.get(organization__slug="acme")
        share.delete()
        assert not LibraryGroupObjectPermission.objects.filter(share=share.pk).exists()


class TestKeys:
    def test_only_a_digest_is_kept(self, alice):
        for digest in ("", "shr_" + "x" * 46, "F" * 64, "f" * 63):
            refuses(
                lambda digest=digest: ApiKey.objects.create(user=alice, name="x", digest=digest), "api_key_digest_hex"
            )

    def test_a_digest_is_one_keys_alone(self, alice):
        ApiKey.objects.create(user=alice, name="x", digest="f" * 64)
        with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
            ApiKey.objects.create(user=alice, name="x", digest="f" * 64)


class TestServiceAccounts:
    """Whatever writes to the tables, a service account stays what it is (R13)."""

    STAYS = "A service account stays in its own organization"

    @pytest.fixture
    def robot(self, acme):
        return create_service_account(organization=acme, name="robot", actor=OPERATOR)

    @pytest.mark.parametrize(
        ("columns", "constraint"),
        [
            ({"is_staff": True}, "user_service_account_has_no_power"),
            ({"is_superuser": True}, "user_service_account_has_no_power"),
            ({"password": "argon2$something"}, "user_service_account_has_no_password"),
            ({"password": ""}, "user_service_account_has_no_password"),
        ],
    )
    def test_it_has_neither_power_nor_password(self, robot, bob, columns, constraint):
        refuses(lambda: User.objects.filter(pk=robot.pk).update(**columns), constraint)
        assert User.objects.filter(pk=bob.pk).update(**columns)

    def test_it_stays_one_of_its_organization(self, robot, bob, globex):
        for user, organization in ((robot, None), (robot, globex), (bob, globex)):
            refuses(lambda who=user, to=organization: User.objects.filter(pk=who.pk).update(service_of=to), self.STAYS)
        assert User.objects.filter(pk=robot.pk).update(service_of=robot.service_of, is_active=False)

    def test_it_is_in_no_group_of_others(self, robot, engineering, globex):
        for group in (globex.group, globex.teams.get().group, Group.objects.create(name="another")):
            refuses(lambda to=group: robot.groups.add(to), self.STAYS)
        robot.groups.add(engineering.group)
        assert robot.groups.count() == 2

    def test_it_holds_no_power_elsewhere_and_administers_nothing(self, robot, acme, globex):
        administer, check = (Permission.objects.get(codename=name) for name in (ADMINISTER, CHECK_ACCESS))
        for organization, power in ((acme, administer), (globex, administer), (globex, check)):
            refuses(lambda to=organization, what=power: give_power(robot, to, what), self.STAYS)
        assert give_power(robot, acme, check)

    def test_the_guards_are_off_while_tables_change_and_back_afterwards(self, robot, globex):
        take_off(connection.alias)
        with transaction.atomic():
            robot.groups.add(globex.group)
            transaction.set_rollback(True)
        for _ in range(2):
            put_on(connection.alias)
        refuses(lambda: robot.groups.add(globex.group), self.STAYS)


def give_power(user, organization, permission):
    return OrganizationUserObjectPermission.objects.create(
        user=user, content_object=organization, permission=permission
    )
