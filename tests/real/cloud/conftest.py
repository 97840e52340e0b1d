"""Loopback servers and a bench for one question."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.cloud_bench import Bench
from tests.support.loopback import Loopback

from pennyweight.cloud.gate import EgressGate


@pytest.fixture
def server() -> Iterator[Loopback]:
    loopback = Loopback()
    yield loopback
    loopback.close()


@pytest.fixture
def second_server() -> Iterator[Loopback]:
    loopback = Loopback()
    yield loopback
    loopback.close()


@pytest.fixture
def gate() -> EgressGate:
    return EgressGate()


@pytest.fixture
def bench(server: Loopback, gate: EgressGate) -> Bench:
    return Bench(server, gate)
