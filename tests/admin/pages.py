"""The console as a browser without JavaScript uses it: open a page, fill its form in, send it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from libraries.models import Event, Library

Response = Any

CHANGED = "Somebody else changed this after you opened the page. Reload the page before you change it."
HANDBOOK = {"alice": "OWNER", "org:acme": "READER", "team:engineering": "EDITOR", "team:interns": "NONE"}
"""The handbook's shares, as `levels` tells them, before anything is changed."""
SHARE_EVENT = ("action", "actor", "principal", "from_level", "to_level")
"""The columns of what was recorded that tell of a share."""


class FormReader(HTMLParser):
    """What a browser would send of the page's main form, the one that posts."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._inside = False
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._inside = given.get("method", "").lower() == "post" and given.get("id") != "logout-form"
        if not self._inside or "disabled" in given:
            return
        if tag == "input" and given.get("type") not in ("submit", "file", "button"):
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                self._add(given.get("name", ""), given.get("value", "on" if is_box else ""))
        elif tag == "select":
            self._select = given.get("name")
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, given.get("value", ""))
        elif tag == "textarea":
            self._textarea = given.get("name")

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._add(self._textarea, data.removeprefix("\n").removeprefix("\r\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def _add(self, name: str, value: str) -> None:
        if name:
            self.values.setdefault(name, []).append(value)


def form_in(response: Response) -> dict[str, Any]:
    """What a browser would send of the form that was answered."""
    reader = FormReader()
    reader.feed(response.content.decode())
    return dict(reader.values)


class Console:
    """A browser that is signed in."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str) -> Response:
        return self.client.get(path)

    def open(self, path: str) -> dict[str, Any]:
        """The form of the page at `path` as it stands, ready to be filled in."""
        response = self.client.get(path)
        assert response.status_code == 200, response.status_code
        return form_in(response)

    def send(self, path: str, form: dict[str, Any]) -> Response:
        return self.client.post(path, form)

    def save(self, path: str, **values: Any) -> Response:
        """Open the page, change these values, send it, and confirm what it takes away. `__` in a name stands for `-`."""
        response = self.try_to_save(path, **values)
        return self.send(path, form_in(response)) if "losses" in (response.context or {}) else response

    def try_to_save(self, path: str, **values: Any) -> Response:
        """The same, up to the page that asks before it takes anything away."""
        named = {name.replace("__", "-"): value for name, value in values.items()}
        return self.send(path, {**self.open(path), **named})

    def choose(self, path: str, action: str, *objects: Any, **more: str) -> Response:
        """Run an action of the list at `path` on some objects; with `post="yes"` it is confirmed."""
        chosen = [str(obj.pk) for obj in objects]
        return self.client.post(path, {"action": action, "_selected_action": chosen, **more}, follow=True)


def errors(response: Response) -> dict[str, list[str]]:
    """The errors of the object's own form, field by field; `__all__` for those of the whole form."""
    return {field: list(told) for field, told in response.context["adminform"].form.errors.items()}


def row_errors(response: Response) -> dict[str | None, dict[str, list[str]]]:
    """The errors of the rows: principal to field to sentences."""
    rows = response.context["inline_admin_formsets"][0].formset.forms
    return {row["principal"].value(): {f: list(told) for f, told in row.errors.items()} for row in rows if row.errors}


def messages(response: Response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def library_page(library: Library) -> str:
    return f"/admin/libraries/library/{library.pk}/change/"


def recorded(*columns: str) -> list[tuple[Any, ...]]:
    """These columns of what was recorded as done in the console, oldest first."""
    return list(Event.objects.filter(via="admin").order_by("id").values_list(*columns))
