import pytest

from core import crypto


class TestSeal:
    def test_opens_for_the_same_row_and_field(self):
        sealed = crypto.seal("act.secret", model="grant", pk="1", field="access")
        assert "secret" not in sealed
        assert crypto.unseal(sealed, model="grant", pk="1", field="access") == "act.secret"

    def test_never_makes_the_same_value_twice(self):
        assert len({crypto.seal("x", model="grant", pk=1, field="f") for _ in range(20)}) == 20

    @pytest.mark.parametrize("other", [{"pk": "2"}, {"field": "refresh"}, {"model": "state"}])
    def test_does_not_open_elsewhere(self, other):
        where = {"model": "grant", "pk": "1", "field": "access"}
        sealed = crypto.seal("act.secret", **where)
        with pytest.raises(crypto.SecretUnreadable):
            crypto.unseal(sealed, **{**where, **other})

    def test_an_altered_value_does_not_open(self):
        sealed = crypto.seal("act.secret", model="grant", pk=1, field="f")
        altered = sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB")
        with pytest.raises(crypto.SecretUnreadable):
            crypto.unseal(altered, model="grant", pk=1, field="f")


class TestRotation:
    def test_old_keys_open_new_key_seals(self, settings):
        sealed = crypto.seal("act.secret", model="grant", pk=1, field="f")
        settings.ENCRYPTION_KEYS_OLD = [settings.ENCRYPTION_KEY]
        settings.ENCRYPTION_KEY = b"n" * 32
        assert not sealed.startswith(crypto.current_prefix())
        assert crypto.unseal(sealed, model="grant", pk=1, field="f") == "act.secret"
        assert crypto.seal("x", model="grant", pk=1, field="f").startswith(crypto.current_prefix())

    def test_a_forgotten_key_is_named_as_the_cause(self, settings):
        sealed = crypto.seal("act.secret", model="grant", pk=1, field="f")
        settings.ENCRYPTION_KEY = b"n" * 32
        with pytest.raises(crypto.SecretUnreadable, match="not configured"):
            crypto.unseal(sealed, model="grant", pk=1, field="f")
