"""POST /v1/datasets/{datasetId}/collaboration/access: “Create or update a shared access config.”"""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from libraries.models import Library, Share, User
from libraries.people.teams import create_team
from libraries.rules.levels import Level
from libraries.sharing import bulk_write
from tests.api.lightly.calls import configs_path, events, levels, share

READER, EDITOR, OWNER, NONE = Level.READER, Level.EDITOR, Level.OWNER, Level.NONE
BOB, CAROL, DAVE, FRANK = "bob@acme.example", "carol@acme.example", "dave@acme.example", "frank@globex.example"
TEAMS = ["engineering", "makers"]


def test_post_successful_is_201_and_the_id_of_the_config(client_for, roadmap):
    """“201 | Post successful | CreateEntityResponse”"""
    client = client_for("bob")

    answer = client.post(configs_path(roadmap), {"accessType": "WRITE", "users": [DAVE]})

    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"id": client.get(configs_path(roadmap)).json()[0]["id"]}


def test_a_list_replaces_whom_the_library_is_shared_with_at_that_access_type(post, roadmap):
    for wanted, names in [([CAROL, DAVE], {"carol", "dave"}), ([FRANK], {"frank"}), ([], set())]:
        assert post("bob", roadmap, accessType="WRITE", users=wanted).status_code == 201
        assert levels(roadmap) == {"bob": OWNER, "team:data-science": READER, **dict.fromkeys(names, EDITOR)}


def test_a_list_that_is_absent_leaves_its_kind_alone_and_an_empty_one_revokes_all_of_it(post, handbook):
    share(handbook, "carol", EDITOR)
    share(handbook, "org:globex", EDITOR)
    rest = {"alice": OWNER, "org:acme": READER, "team:interns": NONE}
    assert levels(handbook) == {**rest, "carol": EDITOR, "team:engineering": EDITOR, "org:globex": EDITOR}

    post("alice", handbook, accessType="WRITE")
    assert levels(handbook) == {**rest, "carol": EDITOR, "team:engineering": EDITOR, "org:globex": EDITOR}
    post("alice", handbook, accessType="WRITE", users=[])
    assert levels(handbook) == {**rest, "team:engineering": EDITOR, "org:globex": EDITOR}
    post("alice", handbook, accessType="WRITE", teams=[])
    assert levels(handbook) == {**rest, "org:globex": EDITOR}
    post("alice", handbook, accessType="WRITE", organizations=[])
    assert levels(handbook) == rest


def test_the_other_access_type_stays_as_it_is(post, handbook):
    before = levels(handbook)

    post("alice", handbook, accessType="READ", users=[CAROL], organizations=["acme"])
    assert levels(handbook) == {**before, "carol": READER}
    post("alice", handbook, accessType="WRITE", users=[], organizations=[])
    assert levels(handbook) == {**before, "carol": READER}


def test_one_that_stands_at_another_level_moves_to_this_one(post, roadmap):
    standing = {"bob": OWNER, "carol": EDITOR, "team:data-science": READER}
    assert levels(roadmap) == standing

    post("bob", roadmap, accessType="READ", users=[CAROL])
    assert levels(roadmap) == {**standing, "carol": READER}
    post("bob", roadmap, accessType="WRITE", users=[CAROL], teams=["data-science"])
    assert levels(roadmap) == {**standing, "carol": EDITOR, "team:data-science": EDITOR}


def test_owners_are_never_touched_whether_named_or_left_out(post, roadmap):
    share(roadmap, "dave", OWNER)

    for access_type in ("READ", "WRITE"):
        for users in ([BOB, DAVE], ["BOB@acme.example"], []):
            assert post("bob", roadmap, accessType=access_type, users=users).status_code == 201
            assert (levels(roadmap)["bob"], levels(roadmap)["dave"]) == (OWNER, OWNER)


def test_an_owner_who_could_not_be_shared_with_today_may_still_be_named(post, roadmap):
    share(roadmap, "dave", OWNER)
    User.objects.filter(username="dave").update(is_active=False)

    assert post("bob", roadmap, accessType="WRITE", users=[DAVE]).status_code == 201
    assert levels(roadmap) == {"bob": OWNER, "dave": OWNER, "team:data-science": READER}


def test_who_is_shut_out_moves_when_named_and_stays_when_left_out(post, handbook):
    share(handbook, "frank", NONE)

    post("alice", handbook, accessType="READ", users=[], teams=[])
    assert (levels(handbook)["frank"], levels(handbook)["team:interns"]) == (NONE, NONE)
    post("alice", handbook, accessType="READ", users=[FRANK], teams=["interns"])
    assert (levels(handbook)["frank"], levels(handbook)["team:interns"]) == (READER, READER)


def test_everyone_is_never_touched(post, press_kit):
    post("alice", press_kit, accessType="READ", users=[], teams=[], organizations=[])

    assert levels(press_kit) == {"alice": OWNER, "everyone": READER}


def test_emails_match_without_regard_to_case_and_once(post, roadmap):
    recorded = len(events(roadmap))

    post("bob", roadmap, accessType="WRITE", users=["Dave@ACME.example", DAVE, "CAROL@acme.example"])

    assert levels(roadmap) == {"bob": OWNER, "carol": EDITOR, "dave": EDITOR, "team:data-science": READER}
    assert [(event.action, event.principal) for event in events(roadmap)[recorded:]] == [("share.created", "dave")]


def test_groups_are_taken_as_ids_or_slugs_and_answered_as_ids(client_for, handbook, engineering, acme, globex):
    client = client_for("alice")
    teams = ["engineering", str(engineering.pk), engineering.pk.hex, str(engineering.pk).upper()]

    for team in teams:
        for organization in ("globex", str(globex.pk), globex.pk.hex):
            client.post(
                configs_path(handbook), {"accessType": "WRITE", "teams": [team], "organizations": [organization]}
            )
            config = client.get(configs_path(handbook)).json()[0]
            assert (config["teams"], config["organizations"]) == ([str(engineering.pk)], [str(globex.pk)])
    assert client.post(configs_path(handbook), {"accessType": "WRITE", "teams": teams}).status_code == 201
    assert levels(handbook)["team:engineering"] == EDITOR


def test_what_reads_as_an_id_is_never_taken_for_a_slug(post, handbook, acme, engineering, alice):
    disguised = create_team(organization=acme, slug=str(engineering.pk), name="Disguised", actor=alice)

    post("alice", handbook, accessType="READ", teams=[str(disguised.pk)])
    assert levels(handbook)[disguised.principal_name] == READER
    post("alice", handbook, accessType="READ", teams=[str(engineering.pk)])
    assert disguised.principal_name not in levels(handbook)
    assert levels(handbook)["team:engineering"] == READER


def test_a_creator_is_accepted_and_makes_no_difference(post, roadmap):
    answer = post("bob", roadmap, accessType="WRITE", users=[DAVE], creator="USER_PIP")

    assert answer.status_code == 201
    assert levels(roadmap) == {"bob": OWNER, "dave": EDITOR, "team:data-science": READER}


def test_sent_again_it_changes_nothing_and_records_nothing(post, roadmap):
    body = {"accessType": "WRITE", "users": [DAVE, CAROL], "teams": ["engineering"], "organizations": ["globex"]}
    first = post("bob", roadmap, **body)
    shares, recorded = list(Share.objects.values().order_by("id")), events(roadmap)
    revision = Library.objects.get(pk=roadmap.pk).revision

    again = post("bob", roadmap, **body)

    assert again.json() == first.json()
    assert list(Share.objects.values().order_by("id")) == shares
    assert Library.objects.get(pk=roadmap.pk).revision == revision
    assert events(roadmap) == recorded


def test_r11_each_real_change_is_one_event_that_names_this_way_in(client_for, handbook, alice):
    share(handbook, "carol", EDITOR)
    share(handbook, "dave", READER)
    recorded = len(events(handbook))

    client_for("alice").post(
        configs_path(handbook),
        {"accessType": "WRITE", "users": [DAVE, FRANK], "teams": ["engineering"]},
        X_Request_ID="r2",
    )

    new = events(handbook)[recorded:]
    assert sorted((event.action, event.principal, event.from_level, event.to_level) for event in new) == [
        ("share.changed", "dave", READER, EDITOR),
        ("share.created", "frank", None, EDITOR),
        ("share.revoked", "carol", EDITOR, None),
    ]
    assert {(event.actor, event.via, event.request_id) for event in new} == {("alice", "lightly", "r2")}


def test_r4_owners_and_administrators_share_and_others_do_not(post, handbook, roadmap):
    for library, username, status in [
        (roadmap, "bob", 201),  # owns
        (roadmap, "alice", 201),  # administers (R10)
        (roadmap, "carol", 403),  # edits
        (handbook, "bob", 403),
        (handbook, "dave", 404),  # shut out
        (handbook, "erin", 404),
    ]:
        answer = post(username, library, accessType="READ", users=[FRANK])
        assert answer.status_code == status, (library, username)


def test_r4_editors_share_where_the_library_lets_them(post, roadmap):
    assert post("carol", roadmap, accessType="WRITE", users=[CAROL, DAVE]).status_code == 403

    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)

    assert post("carol", roadmap, accessType="WRITE", users=[CAROL, DAVE]).status_code == 201
    assert levels(roadmap) == {"bob": OWNER, "carol": EDITOR, "dave": EDITOR, "team:data-science": READER}


@pytest.mark.parametrize(
    ("access_type", "lists", "left"),
    [
        ("WRITE", {"users": [], "teams": []}, {"carol": READER}),
        ("WRITE", {"users": [CAROL], "teams": []}, {"carol": EDITOR}),
        ("WRITE", {"users": [BOB], "teams": []}, {"bob": EDITOR, "carol": READER}),
        ("READ", {"users": [FRANK, BOB]}, {"frank": READER, "bob": READER, **dict.fromkeys(TEAMS, EDITOR)}),
        ("READ", {"users": [], "teams": TEAMS}, {"frank": EDITOR, "bob": EDITOR, **dict.fromkeys(TEAMS, READER)}),
        ("READ", {"users": [BOB], "teams": TEAMS}, {"frank": EDITOR, "bob": READER, **dict.fromkeys(TEAMS, READER)}),
    ],
)
def test_an_editor_may_give_up_the_right_to_share_in_the_call_itself(
    post, handbook, acme, alice, bob, access_type, lists, left
):
    """Bob edits through two teams and by himself; whatever the call takes from him, it is done to the end."""
    bob.groups.add(create_team(organization=acme, slug="makers", name="Makers", actor=alice).group_id)
    Library.objects.filter(pk=handbook.pk).update(editors_can_share=True)
    for principal, level in [("bob", EDITOR), ("frank", EDITOR), ("carol", READER), ("team:makers", EDITOR)]:
        share(handbook, principal, level)

    answer = post("bob", handbook, accessType=access_type, **lists)

    assert answer.status_code == 201
    standing = {name.removeprefix("team:"): level for name, level in levels(handbook).items()}
    assert standing == {"alice": OWNER, "org:acme": READER, "interns": NONE, **left}


def test_an_editor_may_take_everybodys_access_away_and_their_own_with_it(post, roadmap):
    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)
    share(roadmap, "dave", EDITOR)
    share(roadmap, "team:interns", EDITOR)

    assert post("carol", roadmap, accessType="WRITE", users=[], teams=[]).status_code == 201
    assert levels(roadmap) == {"bob": OWNER, "team:data-science": READER}


def test_an_editor_to_whom_the_broader_share_does_not_count_gives_that_up_first(post, roadmap):
    """Carol's team is shut out, so of her own share and her organization's only her own lets her share (R2)."""
    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)
    share(roadmap, "org:acme", EDITOR)
    share(roadmap, "team:data-science", NONE)

    assert post("carol", roadmap, accessType="WRITE", users=[], organizations=[]).status_code == 201
    assert levels(roadmap) == {"bob": OWNER, "team:data-science": NONE}


def test_an_accident_half_way_undoes_everything(client_for, roadmap, monkeypatch):
    before, recorded = levels(roadmap), events(roadmap)

    def lose_the_database(changes, *, actor):
        assert levels(roadmap) != before
        raise OperationalError("gone")

    monkeypatch.setattr(bulk_write, "record_of_shares", lose_the_database)
    answer = client_for("bob").post(configs_path(roadmap), {"accessType": "WRITE", "users": [DAVE, FRANK]})

    assert answer.status_code == 503
    assert (levels(roadmap), events(roadmap)) == (before, recorded)


def test_r3_who_loses_access_soon_gives_it_no_longer(post, roadmap, carol, dave):
    tomorrow = timezone.now() + timedelta(days=1)
    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)
    share(roadmap, "carol", EDITOR, expires_at=tomorrow)

    post("carol", roadmap, accessType="WRITE", users=[CAROL, DAVE])

    assert set(roadmap.shares.filter(level=EDITOR).values_list("user", "expires_at")) == {
        (carol.pk, tomorrow),
        (dave.pk, tomorrow),
    }


def test_r3_a_share_that_is_over_is_renewed_when_named_and_untouched_when_left_out(post, roadmap, carol):
    share(roadmap, "carol", EDITOR, expires_at=timezone.now() + timedelta(days=1))
    over = timezone.now() - timedelta(seconds=1)
    roadmap.shares.filter(user=carol).update(expires_at=over)

    post("bob", roadmap, accessType="WRITE", users=[])
    assert roadmap.shares.get(user=carol).expires_at == over
    post("bob", roadmap, accessType="WRITE", users=[CAROL])
    assert (roadmap.shares.get(user=carol).level, roadmap.shares.get(user=carol).expires_at) == (EDITOR, None)


def test_who_has_no_email_is_left_out_of_every_list_so_a_list_of_users_revokes_them(post, roadmap):
    User.objects.filter(username="carol").update(email="")

    post("bob", roadmap, accessType="WRITE", users=[DAVE])

    assert levels(roadmap) == {"bob": OWNER, "dave": EDITOR, "team:data-science": READER}


def test_a_list_that_changes_nothing_costs_the_same_at_3_and_at_300_entries(
    client_for, roadmap, django_assert_num_queries, django_assert_max_num_queries
):
    users = User.objects.bulk_create(User(username=f"u{n}", email=f"u{n}@acme.example") for n in range(300))
    client = client_for("bob")
    costs = []
    for count in (3, 300):
        Share.objects.filter(library=roadmap, kind=0, level=EDITOR).delete()
        Share.objects.bulk_create(Share(library=roadmap, kind=0, user=user, level=EDITOR) for user in users[:count])
        with django_assert_max_num_queries(12) as queries:
            client.post(configs_path(roadmap), {"accessType": "WRITE", "users": [user.email for user in users[:count]]})
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert roadmap.shares.filter(level=EDITOR).count() == 300
