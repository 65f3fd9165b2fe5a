"""What the console refuses, it refuses with the rule and with what to do instead."""

from libraries import errors
from libraries.admin.forms.refusals import REMEDIES, sentence
from libraries.errors import SharingError
from libraries.rules.levels import Action

SAY_THEMSELVES = {
    errors.AccountInUse,
    errors.ActionNotAllowed,
    errors.AmbiguousName,
    errors.ConsentNeeded,
    errors.InvalidText,
    errors.KeyOfAnother,
    errors.LastAdministrator,
    errors.LastOwner,
    errors.LastSuperuser,
    errors.LevelAboveOwn,
    errors.OrganizationInUse,
    errors.OutsideOwners,
    errors.OutsideShares,
    errors.OwnShareFixed,
    errors.ServiceAccountFixed,
    errors.SharesRefused,  # holds others, and the console shows those
}
"""The errors whose own sentence says what to do instead."""


def test_every_error_of_the_core_says_what_to_do_instead():
    ours = {error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, SharingError)}
    assert ours - {SharingError} == SAY_THEMSELVES | set(REMEDIES)


def test_the_rule_comes_last():
    assert (
        sentence(errors.ActionNotAllowed(Action.CHANGE)) == "You may not change this library. Ask an owner of it. (R4)"
    )
    assert sentence(errors.NotSuperuser()) == "Only superusers may do that. Ask one of them."
    assert sentence(errors.ExpiryRefused("The expiry date is in the past.")) == (
        "The expiry date is in the past. Enter another date, or leave it empty. (R3)"
    )
