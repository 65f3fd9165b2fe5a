"""Form fields that several pages have."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

from libraries.identifiers import is_uuid
from libraries.models import Share, User
from libraries.rules.levels import Level
from libraries.share_files.values import end_of

# A form field that no column stands behind borrows this one, for the address that the suggestions come from.
USER_COLUMN = Share._meta.get_field("user")


class _OfKeys:
    """Shows only what can be a key: any other value, be it of a form or of an address, chooses nothing."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        select: Any = super()
        return select.optgroups(name, [each for each in value if is_uuid(str(each))], attr)


class SuggestingSelect(_OfKeys, AutocompleteSelect):
    """One row, suggested while typing."""


class SuggestingSelectMultiple(_OfKeys, AutocompleteSelectMultiple):
    """Any number of rows, suggested while typing."""


def user_field(**options: Any) -> forms.ModelChoiceField:
    """One user, suggested while typing. Whether that user will do is for the verb to say."""
    return forms.ModelChoiceField(User.objects.all(), widget=SuggestingSelect(USER_COLUMN, admin.site), **options)


def users_field(**options: Any) -> forms.ModelMultipleChoiceField:
    """Any number of users, suggested while typing."""
    widget = SuggestingSelectMultiple(USER_COLUMN, admin.site)
    return forms.ModelMultipleChoiceField(User.objects.all(), widget=widget, required=False, **options)


def level_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(choices=Level.choices, coerce=_level, initial=Level.READER)


def _level(value: Any) -> Level:
    return Level(int(value))


class EndField(forms.DateTimeField):
    """A moment. A date alone, as a browser without a picker may send it, means the end of that day in UTC."""

    def to_python(self, value: Any) -> datetime | None:
        if not isinstance(value, str) or value in self.empty_values:
            return super().to_python(value)
        try:
            return end_of(value)
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


def end_field() -> EndField:
    """A moment in UTC, or none; picked by the browser's own means."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
    return EndField(label="Expires at (UTC)", required=False, widget=widget)


class SuggestingInput(forms.TextInput):
    """A text that `combobox.js` offers names for, from `address`; without the script, a plain text."""

    def __init__(self, address: Any = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "vTextField", "autocomplete": "off", "spellcheck": "false", **(attrs or {})})
        self.address = address

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The address becomes a text only here, since pages have none yet while forms are defined."""
        context = super().get_context(name, value, attrs)
        if self.address:
            context["widget"]["attrs"]["data-suggestions"] = str(self.address)
        return context
