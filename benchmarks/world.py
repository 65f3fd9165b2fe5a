"""The world that the benchmarks ask about: made by PostgreSQL itself, a statement a table; on SQLite by `small_world`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection

from benchmarks.keys import key
from benchmarks.small_world import TEAMS, TEAMS_OF_A_USER, fill
from libraries.models import OPERATOR, Library, Organization, User
from libraries.people.organizations import create_organization
from libraries.people.teams import create_team
from libraries.rules.levels import GRANTED, Kind, Level


def empty_the_database() -> None:
    """Whatever is in it is gone. SQLite's must be in memory, where nobody keeps anything."""
    if connection.vendor == "sqlite":
        assert ":memory:" in str(connection.settings_dict["NAME"]) or "mode=memory" in str(
            connection.settings_dict["NAME"]
        ), "Name one in memory: DATABASE_URL=sqlite://:memory:"
        call_command("migrate", verbosity=0)
        call_command("flush", verbosity=0, interactive=False)
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


@dataclass(frozen=True)
class World:
    """One organization: `users` in ten of a hundred teams each; every library has an owner, a reader and a team or two."""

    libraries: int = 100_000
    users: int = 10_000

    def build(self) -> None:
        """Migrate the empty database and fill it."""
        call_command("migrate", verbosity=0)
        organization = create_organization(slug="acme", name="Acme", actor=OPERATOR)
        for number in range(TEAMS):
            create_team(organization=organization, slug=f"team-{number}", name=f"Team {number}", actor=OPERATOR)
        if connection.vendor == "sqlite":
            fill(organization, self.libraries, self.users)
            return
        with connection.cursor() as cursor:
            for statement in self._statements(organization):
                cursor.execute(statement)

    @cached_property
    def user(self) -> User:
        """A user who reads some libraries by shares of their own, and many through teams."""
        return User.objects.get(username="user-7")

    @cached_property
    def library(self) -> Library:
        """A library that the user reads through a team alone."""
        through_team = Library.objects.visible_to(self.user).exclude(shares__user=self.user)
        return through_team.select_related("organization").order_by("natural_id")[0]

    def _statements(self, organization: Organization) -> list[str]:
        return [
            f"""
            INSERT INTO libraries_user (id, username, email, password, first_name, last_name,
                                        is_superuser, is_staff, is_active, date_joined)
            SELECT {key("user", "n")}, 'user-' || n, 'user-' || n || '@acme.example', '', '', '', false, false, true, now()
            FROM generate_series(0, {self.users - 1}) n""",
            f"""
            INSERT INTO libraries_user_groups (user_id, group_id)
            SELECT id, {organization.group_id} FROM libraries_user""",
            f"""
            INSERT INTO libraries_user_groups (user_id, group_id)
            SELECT u.id, t.group_id FROM libraries_user u CROSS JOIN generate_series(0, {TEAMS_OF_A_USER - 1}) k
            JOIN libraries_team t ON t.slug = 'team-' || (substr(u.username, 6)::int * 7 + k * 9) % {TEAMS}""",
            f"""
            INSERT INTO libraries_library (id, natural_id, object_id, name, description, emoji, organization_id,
                                           editors_can_share, share_count, revision, created_at, updated_at)
            SELECT {key("library", "n")}, 'library-' || n, lpad(to_hex(n), 24, '0'), 'Library ' || md5(n::text), '', '',
                   '{organization.pk}', false, 3 + n % 2, 0, now(), now()
            FROM generate_series(0, {self.libraries - 1}) n""",
            self._user_shares(Level.OWNER, "substr(l.natural_id, 9)::int"),
            self._user_shares(Level.READER, "substr(l.natural_id, 9)::int * 31 + 1"),
            self._team_shares(Level.READER, "substr(l.natural_id, 9)::int", "true"),
            self._team_shares(Level.EDITOR, "substr(l.natural_id, 9)::int + 50", "share_count > 3"),
            self._grants("user", "", "kind = 0"),
            self._grants("group", "breadth, ", "kind = 1"),
            "ANALYZE",
            "CHECKPOINT",  # so that nothing is left to write of this while something else is measured
        ]

    def _user_shares(self, level: Level, number: str) -> str:
        return self._shares(
            Kind.USER, level, f"JOIN libraries_user u ON u.username = 'user-' || ({number}) % {self.users}"
        )

    def _team_shares(self, level: Level, number: str, condition: str) -> str:
        team = f"JOIN libraries_team u ON u.slug = 'team-' || ({number}) % {TEAMS} WHERE {condition}"
        return self._shares(Kind.TEAM, level, team)

    def _shares(self, kind: Kind, level: Level, principal: str) -> str:
        new_key = key(f"{kind.name} {level.name}", "row_number() OVER ()")
        return f"""
            INSERT INTO libraries_share (id, library_id, kind, {kind.name.lower()}_id, level, note, created_at, updated_at)
            SELECT {new_key}, l.id, {kind}, u.id, {level}, '', now(), now()
            FROM libraries_library l {principal}
            ON CONFLICT DO NOTHING"""

    def _grants(self, subject: str, breadth: str, condition: str) -> str:
        """What grants.put writes for each share."""
        granted = ", ".join(
            f"({level}, '{codename}')" for level, codenames in GRANTED.items() for codename in codenames
        )
        named = Permission.objects.filter(content_type__app_label="libraries", content_type__model="library")
        keys = ", ".join(f"('{codename}', {key})" for codename, key in named.values_list("codename", "pk"))
        return f"""
            INSERT INTO libraries_library{subject}objectpermission ({breadth}{subject}_id, content_object_id, permission_id, share_id)
            SELECT {breadth and "s.kind, "}{"s.user_id" if subject == "user" else "t.group_id"}, s.library_id, k.id, s.id
            FROM libraries_share s LEFT JOIN libraries_team t ON t.id = s.team_id
            JOIN (VALUES {granted}) g (level, codename) ON g.level = s.level
            JOIN (VALUES {keys}) k (codename, id) ON k.codename = g.codename
            WHERE {condition}"""
