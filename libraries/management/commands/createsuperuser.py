from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from libraries.management.base import SharingCommand
from libraries.models import OPERATOR, User
from libraries.people.accounts import create_account


class Command(SharingCommand, createsuperuser.Command):
    """Django's own, which asks and checks; the account is made by the verb, with its event (R11)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.UserModel: Any = _Users()


class _Users:
    """The model as Django's command uses it."""

    def __init__(self) -> None:
        self._default_manager = _Manager()

    def __call__(self, **columns: Any) -> User:
        return User(**columns)

    def __getattr__(self, name: str) -> Any:
        return getattr(User, name)


class _Manager:
    def db_manager(self, database: str) -> "_Manager":
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(User._default_manager, name)

    def create_superuser(self, **columns: Any) -> User:
        """Raises NameTaken, where another came first."""
        return create_account(**columns, is_staff=True, is_superuser=True, actor=OPERATOR)
