"""decide: who may ask about whom, what is answered, and why."""

from __future__ import annotations

from typing import Any

from libraries.access.check import can
from libraries.access.decisions import DecidingShare, Decision, Question, decide
from libraries.access.subjects import SubjectName
from libraries.errors import MayNotAsk
from libraries.models import Library, User
from libraries.people.administrators import set_check_access
from libraries.rules.levels import Action, Kind, Level
from tests.factories import give, in_days, let_time_pass, make_user

NO_LIBRARY = Decision(False, "There is no such library.")


def question(subject: str, action: Action, library: str, kind: Kind = Kind.USER) -> Question:
    return Question(SubjectName(kind, subject), action, library)


def ask(asker: User, subject: str, action: Action, library: str, kind: Kind = Kind.USER) -> Any:
    [decision] = decide([question(subject, action, library, kind)], asker=asker)
    return decision


def test_it_decides_as_the_check_does_and_says_which_share_decided_r1(alice, handbook):
    through = (DecidingShare("team:engineering", Level.EDITOR),)
    reason = "bob is EDITOR on handbook, through team:engineering."
    assert ask(alice, "bob", Action.CHANGE, "handbook") == Decision(True, reason, through)
    assert ask(alice, "bob", Action.DELETE, "handbook") == Decision(False, reason, through)


def test_shares_of_one_level_decide_together_and_a_lower_one_does_not(alice, bob, handbook):
    give(handbook, "bob", Level.EDITOR)
    decision = ask(alice, "bob", Action.CHANGE, "handbook")
    assert {share.principal for share in decision.shares} == {"bob", "team:engineering"}


def test_it_names_what_shuts_out_r2(alice, handbook):
    assert ask(alice, "dave", Action.VIEW, "handbook") == Decision(
        False,
        "dave has no access to handbook: shut out by team:interns.",
        (DecidingShare("team:interns", Level.NONE),),
    )


def test_it_names_a_power_beside_the_shares_r10(alice, admin_user, roadmap):
    without = "has no access to roadmap: no share reaches"
    assert ask(alice, "alice", Action.DELETE, "roadmap") == Decision(
        True, f"By shares alone alice {without} alice; but administers acme."
    )
    assert ask(alice, "admin", Action.CHANGE, "roadmap") == Decision(
        True, f"By shares alone admin {without} admin; but a superuser may do everything that the rules leave open."
    )


def test_a_share_that_is_over_decides_nothing_r3(alice, frank, press_kit, handbook):
    give(handbook, "frank", Level.EDITOR, expires_at=in_days(1))
    assert ask(alice, "frank", Action.CHANGE, "handbook").allowed
    let_time_pass(days=1)
    assert ask(alice, "frank", Action.CHANGE, "handbook") == Decision(
        False, "frank has no access to handbook: no share reaches frank."
    )


def test_nobody_and_whoever_no_share_reaches_look_the_same(alice, bob, handbook):
    """Asking tells nobody which accounts there are elsewhere."""
    make_user("sleeping", is_active=False)
    reasons = {
        name: ask(alice, name, Action.VIEW, "handbook").reason.replace(name, "X")
        for name in ("frank", "frank@globex.example", "nobody", "nobody@globex.example", "sleeping", str(handbook.pk))
    }
    assert set(reasons.values()) == {"X has no access to handbook: no share reaches X."}


def test_everybody_may_ask_about_themselves_under_each_of_their_names(bob, dave, frank, handbook):
    for name in ("bob", "BOB@acme.example", str(bob.pk)):
        assert ask(bob, name, Action.CHANGE, "handbook").allowed
    assert not ask(bob, "bob", Action.SHARE, "handbook").allowed


def test_a_library_that_one_may_not_see_looks_like_one_that_does_not_exist_r9(dave, frank, handbook, lab_notes):
    for asker, library in ((dave, "handbook"), (dave, "lab-notes"), (frank, "roadmap"), (frank, "nothing")):
        for action in Action:
            assert ask(asker, asker.username, action, library) == NO_LIBRARY


def test_about_others_only_who_holds_check_access_may_ask_r10(alice, bob, carol, acme, handbook):
    assert isinstance(ask(carol, "bob", Action.VIEW, "handbook"), MayNotAsk)
    set_check_access(organization=acme, user=carol, allowed=True, actor=alice)
    assert ask(carol, "bob", Action.VIEW, "handbook").allowed
    for kind, name in ((Kind.TEAM, "acme/engineering"), (Kind.ORGANIZATION, "acme")):
        assert isinstance(ask(bob, name, Action.VIEW, "handbook", kind), MayNotAsk)
        assert ask(carol, name, Action.VIEW, "handbook", kind).allowed


def test_about_others_the_refusal_is_the_same_whether_or_not_the_library_exists_r9(alice, bob, handbook, lab_notes):
    """alice holds it in acme alone; bob nowhere."""
    for asker, libraries in ((alice, ("lab-notes", "nothing", "")), (bob, ("handbook", "lab-notes", "nothing", ""))):
        for library in libraries:
            for subject in ("frank", "carol", "nobody"):
                assert isinstance(ask(asker, subject, Action.VIEW, library), MayNotAsk)


def test_who_may_ask_may_ask_about_members_of_other_organizations_too(alice, press_kit):
    assert ask(alice, "frank", Action.VIEW, "press-kit").allowed


def test_a_superuser_may_ask_about_everything_and_learns_what_does_not_exist(admin_user, lab_notes):
    assert ask(admin_user, "frank", Action.VIEW, "lab-notes").allowed
    assert ask(admin_user, "frank", Action.VIEW, "nothing") == NO_LIBRARY


def test_power_over_one_organization_shows_nothing_of_another_even_about_oneself_r10(alice, lab_notes):
    assert ask(alice, "alice", Action.VIEW, "lab-notes") == NO_LIBRARY


def test_a_library_answers_to_each_of_its_names(alice, handbook):
    for name in ("handbook", str(handbook.pk), handbook.pk.hex, handbook.object_id):
        assert ask(alice, "bob", Action.CHANGE, name).allowed


def test_answers_come_in_the_order_of_the_questions_each_by_itself(alice, handbook, roadmap):
    questions = [
        question("dave", Action.VIEW, "handbook"),
        question("frank", Action.VIEW, "lab-notes"),
        question("bob", Action.CHANGE, "handbook"),
        question("acme/data-science", Action.VIEW, "roadmap", Kind.TEAM),
        question("dave", Action.VIEW, "handbook"),
    ]
    decided = decide(questions, asker=alice)
    assert [isinstance(each, Decision) and each.allowed for each in decided] == [False, False, True, True, False]
    assert isinstance(decided[1], MayNotAsk)
    assert decided == [*decide(questions[:1], asker=alice), decided[1], *decide(questions[2:], asker=alice)]


def test_it_agrees_with_the_check_about_everybody_and_everything(admin_user):
    users, libraries = list(User.objects.all()), list(Library.objects.select_related("organization"))
    asked = [(user, action, library) for user in users for action in Action for library in libraries]
    questions = [question(user.username, action, library.natural_id) for user, action, library in asked]
    for (user, action, library), decision in zip(asked, decide(questions, asker=admin_user), strict=True):
        assert isinstance(decision, Decision)
        assert decision.allowed == can(user, library, action)
