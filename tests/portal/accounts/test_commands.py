"""The commands by which an operator looks after accounts."""

from __future__ import annotations

from portal.models import User


def test_an_operator_makes_somebody_a_moderator_and_no_more(app, session, carol):
    runner, carol_id = app.test_cli_runner(), carol.id
    assert runner.invoke(args=["user", "promote", " Carol@Example.org "]).exit_code == 0
    assert is_admin(session, carol_id)
    assert runner.invoke(args=["user", "demote", "carol@example.org"]).exit_code == 0
    assert not is_admin(session, carol_id)


def test_an_unknown_address_is_told_so(app):
    result = app.test_cli_runner().invoke(args=["user", "promote", "nobody@example.org"])
    assert result.exit_code == 1
    assert "There is no account of nobody@example.org." in result.output


def is_admin(session, user_id):
    session.expire_all()
    return session.get(User, user_id).is_admin
