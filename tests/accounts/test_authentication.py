"""Who a request names, asked where Django's middlewares have not run."""

import asyncio

import pytest

from accounts.authentication import is_operator, is_signed_in
from accounts.services import tokens
from tests import factories


def cookie_of(user) -> str:
    return factories.sign_in(user).cookies["sessionid"].value


def scope_with(cookie: str = "") -> dict:
    headers = [(b"host", b"localhost"), *([(b"cookie", f"sessionid={cookie}".encode())] if cookie else [])]
    return {"type": "http", "method": "GET", "path": "/_control/", "query_string": b"", "headers": headers}


class TestOperators:
    """They may use the sandbox's controls from anywhere."""

    def test_a_person_who_may_use_the_console(self, transactional_db, cast):
        cast.alice.is_staff = True
        cast.alice.save(update_fields=["is_staff"])
        assert asyncio.run(is_operator(scope_with(cookie_of(cast.alice))))

    def test_nobody_else(self, transactional_db, cast):
        assert not asyncio.run(is_operator(scope_with(cookie_of(cast.bob))))
        assert not asyncio.run(is_operator(scope_with("made-up")))
        assert not asyncio.run(is_operator(scope_with()))

    def test_not_after_they_were_switched_off(self, transactional_db, cast):
        cast.alice.is_staff = True
        cast.alice.save(update_fields=["is_staff"])
        cookie = cookie_of(cast.alice)
        cast.alice.is_active = False
        cast.alice.save(update_fields=["is_active"])
        assert not asyncio.run(is_operator(scope_with(cookie)))


class TestSignedIn:
    @pytest.fixture
    def asked(self, rf):
        def ask(**meta):
            return is_signed_in(rf.get("/", **meta))

        return ask

    def test_by_token(self, cast, asked):
        assert asked(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(cast.alice).access}")
        assert not asked(HTTP_AUTHORIZATION="Bearer rubbish")
        assert not asked(HTTP_AUTHORIZATION="Bearer é")

    def test_by_session(self, cast, asked):
        assert asked(HTTP_COOKIE=f"sessionid={cookie_of(cast.alice)}")
        assert not asked(HTTP_COOKIE="sessionid=rubbish")
        assert not asked()

    def test_a_dead_token_is_not_mended_by_a_session(self, cast, asked):
        assert not asked(HTTP_AUTHORIZATION="Bearer rubbish", HTTP_COOKIE=f"sessionid={cookie_of(cast.alice)}")
