"""A secret shows its mask wherever it is printed."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from pennyweight.domain.errors import InputError
from pennyweight.domain.secret import Secret
from pennyweight.keys import KeyStore

KEY = "sk-planted-0123456789abcdefWXYZ"


def test_every_way_to_print_it() -> None:
    secret = Secret(KEY)
    shown = f"{secret} {secret!r} {secret!s} {secret:>40} {[secret]} {vars(Holder(secret))}" + "%s" % secret  # noqa: UP031 - one of the ways
    assert KEY not in shown
    assert KEY[4:-4] not in shown
    assert repr(secret) == "Secret(sk-…WXYZ)"


class Holder:
    def __init__(self, secret: Secret) -> None:
        self.secret = secret


@pytest.mark.parametrize("short", ["", "a", "sk-12345", "x" * 15])
def test_a_short_one_shows_nothing(short: str) -> None:
    assert repr(Secret(short)) == "Secret(…)"


def test_it_is_not_written_by_accident() -> None:
    for write in (pickle.dumps, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            write(Secret(KEY))


def test_two_of_the_same_are_equal() -> None:
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret(KEY + "x")
    assert Secret(KEY) != KEY
    assert len({Secret(KEY), Secret(KEY)}) == 1
    assert not Secret("")


@pytest.mark.parametrize("bad", ["", " sk-x", "sk-x\n", "x" * 5000])
def test_what_is_no_key_is_refused(bad: str) -> None:
    with pytest.raises(InputError) as refused:
        KeyStore(find=lambda: None).set("openai", Secret(bad))
    assert not bad.strip() or bad.strip() not in refused.value.sentence
