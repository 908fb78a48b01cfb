"""Signing in by e-mail address and password, where several people may have given the same unconfirmed address."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import selectors
from accounts.models import User

# So many passwords are compared for every address, known or not: the time an answer takes tells nothing.
PEOPLE_OF_ADDRESS = 3


class AddressBackend(ModelBackend):
    """The first of an address's people whose password it is."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        people = list(User.objects.of_address(username)[:PEOPLE_OF_ADDRESS])
        found = [user for user in people if user.check_password(password) and self.user_can_authenticate(user)]
        for _ in range(PEOPLE_OF_ADDRESS - len(people)):
            User().set_password(password)
        return found[0] if found else None

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, with what every page needs of them."""
        user = selectors.person_of_session(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
