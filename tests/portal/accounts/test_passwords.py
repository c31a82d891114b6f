from __future__ import annotations

import contextlib
import itertools
import re
import secrets
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.passwords import MAX_LENGTH, WORDS, PasswordHasher, WeakPassword, check_password

PASSWORD = "blue giraffe waits quietly"


def test_the_default_cost_is_above_what_owasp_asks_for():
    memory, passes = re.search(r"^\$argon2id\$v=19\$m=(\d+),t=(\d+),", PasswordHasher().hash(PASSWORD)).groups()

    assert int(memory) >= 19 * 1024
    assert int(passes) >= 2


def test_only_the_right_password_fits(hasher):
    kept = hasher.hash(PASSWORD)

    assert hasher.verify(kept, PASSWORD)
    assert not hasher.verify(kept, PASSWORD.upper())
    assert not hasher.verify(kept, "")


def test_the_same_password_has_another_hash_each_time(hasher):
    assert hasher.hash(PASSWORD) != hasher.hash(PASSWORD)


def test_a_composed_and_a_decomposed_letter_are_the_same(hasher):
    assert hasher.verify(hasher.hash("caf\u00e9 au lait noir"), "cafe\u0301 au lait noir")


def test_no_password_fits_the_decoy_which_looks_like_a_hash_of_today(hasher):
    assert not hasher.verify(hasher.decoy, PASSWORD)
    assert not hasher.needs_rehash(hasher.decoy)
    assert len(hasher.decoy) == len(hasher.hash(PASSWORD))


@pytest.mark.parametrize("broken", ["", "$argon2id$unused", "plain text", "$argon2id$v=19$m=8,t=1,p=1$AA$AA"])
def test_nothing_fits_a_broken_hash(hasher, broken):
    assert not hasher.verify(broken, PASSWORD)


def test_a_hash_of_other_parameters_wants_to_be_made_anew(hasher):
    assert PasswordHasher(time_cost=2, memory_kib=8).needs_rehash(hasher.hash(PASSWORD))
    assert not hasher.needs_rehash(hasher.hash(PASSWORD))


def test_a_megabyte_of_accents_is_refused_at_once(hasher):
    accents = "".join(itertools.islice(itertools.cycle("\u0301\u0323"), 500_000))
    started = time.perf_counter()

    assert not hasher.verify(hasher.decoy, accents)
    with pytest.raises(WeakPassword):
        check(accents)
    assert time.perf_counter() - started < 5


def test_a_lone_surrogate_is_only_another_character(hasher):
    assert hasher.verify(hasher.hash(f"{PASSWORD}\ud800"), f"{PASSWORD}\ud800")


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "correct horse battery staple",
        "Tr0ub4dor&3 is old",
        "x7Kp2vQz9w",
        "blue-monkey-dragon",
        "\u6b63\u3057\u3044\u99ac\u306e\u96fb\u6c60\u306e\u91dd\u9c57",
        "k" * 5 + "7#Qz" * 2 + "wv!uP",
    ],
)
def test_a_good_password_is_accepted(password):
    check(password)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("x7Kp2vQz9", "at least 10"),
        ("", "at least 10"),
        # three letters and seven accents, which are three letters once they are composed
        ("e\u0301e\u0301e\u0301o\u0301o\u0301", "at least 10"),
        ("x7Kp2vQz9w" * 12 + "123456789", "at most 128"),
        ("aaaaaaaaaa", "different"),
        ("121212121212", "different"),
        (" " * 20, "different"),
    ],
)
def test_a_password_of_the_wrong_shape_is_refused_with_the_reason(password, reason):
    with pytest.raises(WeakPassword, match=reason):
        check(password)


def test_the_longest_password_is_accepted():
    check((PASSWORD * 6)[:MAX_LENGTH])


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123!",
        "P@$$w0rd2024",
        "passwordpassword",
        "1234567890",
        "0987654321",
        "qwertyuiop",
        "QWERTY123456",
        "1q2w3e4r5t6y",
        "qazwsxedc123",
        "zaq12wsxcde3",
        "iloveyou123",
        "letmein12345",
        "monkeydragon",
        "liverpoolfc1",
        "summer2024!!",
        "Trustno1!!",
        "abcdefghij",
        "7h!kq7h!kq",
        "\u0439\u0446\u0443\u043a\u0435\u043d\u0433\u0448\u0449\u0437\u0445\u044a",
        "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff441234",
    ],
)
def test_a_password_easy_to_guess_is_refused(password):
    with pytest.raises(WeakPassword, match="easy to guess"):
        check(password)


@pytest.mark.parametrize(
    "password",
    ["alice.smith@example.org", "alice.smith", "AliceSmith", "Alice Smith 1990", "smithalice123!", "Smith12345"],
)
def test_a_password_made_of_the_owners_name_or_address_is_refused(password):
    with pytest.raises(WeakPassword, match="easy to guess"):
        check(password)


def test_the_name_of_another_is_no_hindrance():
    check_password("Quentin Okonkwo", email="alice@example.org", name="Alice")
    with pytest.raises(WeakPassword):
        check_password("Quentin Okonkwo", email="alice@example.org", name="Quentin Okonkwo")


def test_common_words_with_the_usual_padding_are_refused():
    lines = [line for line in WORDS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    words = [word for line in lines for word in line.split()][::8]
    paddings = ["123", "2024!", "!!", "123456789", "qwerty"]
    padded = [f"{word.title()}{padding}" for word in words for padding in paddings if len(word + padding) >= 10]

    assert len(padded) > 500
    assert [password for password in padded if accepts(password)] == []


@given(st.text())
def test_any_text_is_accepted_or_refused_as_weak(password):
    with contextlib.suppress(WeakPassword):
        check_password(password, email=password, name=password)


def test_random_passwords_are_accepted():
    assert all(accepts(secrets.token_urlsafe(12)) for _ in range(200))


def check(password):
    check_password(password, email="alice.smith@example.org", name="Alice Smith")


def accepts(password):
    try:
        check(password)
    except WeakPassword:
        return False
    return True
