from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.power import Calibration, PowerMeter


def meter(tree: Any, clock: Any, cards: Any, **more: Any) -> PowerMeter:
    return PowerMeter(roots=tree.roots, nvidia_library=cards, clock=clock, first_rest_seconds=0, **more)


@pytest.fixture
def no_cards(fake_cards: Any) -> Any:
    return fake_cards(driver=False)


def add(counter: Any, joules: float) -> None:
    counter.write_text(str(int(counter.read_text()) + round(joules * 1e6)))


def test_the_processor_counter_less_the_seconds_before(tree: Any, clock: Any, no_cards: Any) -> None:
    energy = tree.zone("intel-rapl:0", "package-0", 1_000_000)
    power = meter(tree, clock, no_cards)
    assert power.choose().id == "rapl"
    clock.pass_by(10)
    add(energy, 50)  # rests at 5 W
    session = power.begin()
    clock.pass_by(4)
    add(energy, 100)  # works at 25 W
    reading = session.end()
    assert reading.joules == pytest.approx(80 / 0.88)
    assert (reading.source, reading.measured, reading.seconds) == ("rapl", True, 4)
    assert (reading.low, reading.high) == pytest.approx((reading.joules * 0.75, reading.joules * 1.15))
    assert reading.watts == pytest.approx(reading.joules / 4)


def test_the_quietest_stretch_is_the_baseline(tree: Any, clock: Any, no_cards: Any) -> None:
    energy = tree.zone("intel-rapl:0", "package-0", 0)
    power = meter(tree, clock, no_cards)
    power.choose()
    for joules in (300, 40, 200):
        clock.pass_by(10)
        add(energy, joules)
        power.watch_idle()
    session = power.begin()
    clock.pass_by(1)
    add(energy, 12.8)
    assert session.end().joules == pytest.approx((12.8 - 4) / 0.88)


@pytest.mark.parametrize("seconds", [0.5, 3000])
def test_a_stretch_too_short_or_too_long_is_no_baseline(tree: Any, clock: Any, no_cards: Any, seconds: float) -> None:
    energy = tree.zone("intel-rapl:0", "package-0", 0)
    power = meter(tree, clock, no_cards)
    power.choose()
    clock.pass_by(seconds)
    add(energy, 5 * seconds)
    session = power.begin()
    clock.pass_by(1)
    add(energy, 8.8)
    assert session.end().joules == pytest.approx(10)


def test_a_stretch_in_which_the_program_worked_is_no_baseline(tree: Any, clock: Any, no_cards: Any) -> None:
    energy = tree.zone("intel-rapl:0", "package-0", 0)
    power = meter(tree, clock, no_cards)
    power.choose()
    busy_until = time.process_time() + 0.4  # of the 2.5 seconds by the test's clock
    while time.process_time() < busy_until:
        sum(range(10_000))
    clock.pass_by(2.5)
    add(energy, 100)
    session = power.begin()
    clock.pass_by(1)
    add(energy, 8.8)
    assert session.end().joules == pytest.approx(10)


def test_a_first_short_rest_where_nothing_is_known(tree: Any, no_cards: Any) -> None:
    tree.zone("intel-rapl:0", "package-0", 0)
    power = PowerMeter(roots=tree.roots, nvidia_library=no_cards, first_rest_seconds=0.01)
    assert power.begin().end().joules == 0
    assert power.idle_watts == {"rapl": 0.0}


def test_card_and_processor_counters_are_added(tree: Any, clock: Any, fake_cards: Any) -> None:
    cards = fake_cards(0)
    tree.zone("intel-rapl:1", "psys", 0)
    energy = tree.zone("intel-rapl:0", "package-0", 0)
    power = meter(tree, clock, cards)
    info = power.choose()
    assert (info.id, info.measured, info.band_text) == ("nvml+rapl", True, "−25…+15 %")
    assert info.why_not_better == ()
    session = power.begin()
    clock.pass_by(2)
    cards.millijoules = [100_000]
    add(energy, 20)
    assert session.end().joules == pytest.approx(120 / 0.88)
    power.close()
    assert cards.open == 0


def test_a_card_alone_is_joined_by_the_processor_model(tree: Any, clock: Any, fake_cards: Any) -> None:
    cards = fake_cards(0)
    tree.cpu("AMD Ryzen 9 7950X 16-Core Processor")
    power = meter(tree, clock, cards)
    info = power.choose()
    assert (info.id, info.measured) == ("nvml+cpu-model", False)
    assert info.explanation.startswith("Partly measured")
    session = power.begin()
    clock.pass_by(2)
    cards.millijoules = [88_000]
    reading = session.end()
    assert reading.joules >= 100
    assert not reading.measured


def test_a_known_processor_without_any_counter_is_modelled(tree: Any, clock: Any, no_cards: Any) -> None:
    tree.cpu("AMD Ryzen 9 7950X 16-Core Processor")
    info = meter(tree, clock, no_cards).describe()
    assert (info.id, info.measured, info.band_text) == ("cpu-model", False, "×0.5…×2")
    assert "rated 170 W" in info.name
    assert len(info.why_not_better) == 3


def test_a_discharging_battery_tells_more_than_a_card_and_a_model(tree: Any, clock: Any, fake_cards: Any) -> None:
    tree.supply("BAT0", type="Battery", status="Discharging", power_now=20_000_000)
    assert meter(tree, clock, fake_cards(0)).choose().id == "battery"


def test_the_charger_changes_the_source_from_one_answer_to_the_next(tree: Any, clock: Any, no_cards: Any) -> None:
    supply = tree.supply("BAT0", type="Battery", status="Discharging", power_now=10_000_000)
    power = meter(tree, clock, no_cards)
    power.choose()
    clock.pass_by(5)
    session = power.begin()
    (supply / "power_now").write_text("30000000")
    clock.pass_by(2)
    session.sample()
    clock.pass_by(2)
    reading = session.end()
    assert reading.source == "battery"
    assert reading.joules == pytest.approx(20 + 40)
    (supply / "status").write_text("Charging")
    assert power.begin().end().source == "class-default"
    assert "unplugged" in " ".join(power.describe().why_not_better)


def test_a_sensor_lost_in_mid_answer_leaves_the_model(tree: Any, clock: Any, no_cards: Any) -> None:
    energy = tree.zone("intel-rapl:0", "package-0", 0)
    power = meter(tree, clock, no_cards)
    session = power.begin()
    clock.pass_by(1)
    add(energy, 5)
    assert session.sample().source == "rapl"
    energy.unlink()
    clock.pass_by(1)
    assert session.sample().source == "class-default"
    reading = session.end()
    assert (reading.source, reading.measured, reading.seconds) == ("class-default", False, 2)


def test_a_sensor_lost_before_the_start_leaves_the_model(tree: Any, clock: Any, fake_cards: Any) -> None:
    cards = fake_cards(5)
    power = meter(tree, clock, cards)
    power.choose()
    cards.millijoules = [None]
    assert power.begin().end().source == "class-default"


def test_a_sensor_lost_while_nothing_ran_is_no_baseline(tree: Any, clock: Any, fake_cards: Any) -> None:
    cards = fake_cards(5)
    power = meter(tree, clock, cards)
    power.choose()
    clock.pass_by(5)
    cards.millijoules = [None]
    power.watch_idle()
    clock.pass_by(5)
    power.watch_idle()
    assert power.idle_watts == {}


def test_samples_tell_the_power_since_the_one_before(tree: Any, clock: Any, no_cards: Any) -> None:
    energy = tree.zone("intel-rapl:0", "package-0", 0)
    session = meter(tree, clock, no_cards).begin()
    at_once = session.sample()
    assert (at_once.watts, at_once.reading().watts) == (0, 0)
    clock.pass_by(1)
    add(energy, 8.8)
    assert session.sample().watts == pytest.approx(10)
    clock.pass_by(0.05)
    add(energy, 0.88)
    assert session.sample().watts == pytest.approx(10)  # too short a step to tell
    clock.pass_by(0.95)
    add(energy, 16.72)
    last = session.sample()
    assert last.watts == pytest.approx(20)
    assert (last.joules, last.seconds) == pytest.approx((30, 2))
    assert last.low < last.joules < last.high
    so_far = last.reading()
    assert so_far.source == "rapl"
    assert (so_far.joules, so_far.watts) == pytest.approx((last.joules, 15))
    reading = session.end()
    clock.pass_by(5)
    assert session.end() is reading
    assert session.sample().joules == pytest.approx(30)


def test_while_one_session_is_open_no_rest_is_watched(tree: Any, clock: Any, no_cards: Any) -> None:
    energy = tree.zone("intel-rapl:0", "package-0", 0)
    power = meter(tree, clock, no_cards)
    first, second = power.begin(), power.begin()
    first.end()
    clock.pass_by(10)
    power.watch_idle()
    power.choose()
    assert power.idle_watts == {}
    second.end()
    clock.pass_by(10)
    add(energy, 70)
    power.watch_idle()
    assert power.idle_watts == {"rapl": 7.0}


def test_many_threads_may_sample_one_session(tree: Any, no_cards: Any) -> None:
    tree.zone("intel-rapl:0", "package-0", 0)
    session = PowerMeter(roots=tree.roots, nvidia_library=no_cards, first_rest_seconds=0).begin()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(50):
                session.sample()
        except BaseException as error:  # noqa: BLE001  # told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.end()
    assert failures == []


def test_this_machine_has_a_source_and_says_why_no_better_one() -> None:
    power = PowerMeter()
    info = power.describe()
    assert info.id
    assert info.band_text
    assert info.explanation.endswith(".")
    assert info.measured or info.why_not_better
    session = power.begin()
    sum(range(1_000_000))
    reading = session.end()
    assert 0 <= reading.low <= reading.joules <= reading.high
    power.close()


class TestCalibration:
    def test_rest_then_work(self, tree: Any, no_cards: Any) -> None:
        energy = tree.zone("intel-rapl:0", "package-0", 0)
        power = PowerMeter(roots=tree.roots, nvidia_library=no_cards, first_rest_seconds=0)

        def load(enough: Cancel) -> None:
            while not enough.cancelled:
                add(energy, 5)
                enough.wait(0.01)

        progress: list[float] = []
        calibration = power.calibrate(Cancel(), progress.append, load, seconds=0.3)
        assert calibration is not None
        assert calibration.source == "rapl"
        assert calibration.idle_watts == {"rapl": 0.0}
        assert calibration.load_watts > 10
        assert calibration.load_seconds == pytest.approx(0.2, abs=0.1)
        assert progress == sorted(progress)
        assert progress[-1] == 1.0
        assert Calibration.from_dict(calibration.as_dict()) == calibration

    def test_what_was_measured_is_the_baseline_from_then_on(self, tree: Any, clock: Any, no_cards: Any) -> None:
        energy = tree.zone("intel-rapl:0", "package-0", 0)
        power = meter(tree, clock, no_cards, calibration=Calibration(source="rapl", idle_watts={"rapl": 6.0}))
        session = power.begin()
        clock.pass_by(1)
        add(energy, 14.8)
        assert session.end().joules == pytest.approx(10)
        power.set_calibration(Calibration(source="battery", idle_watts={"rapl": 100.0}))
        session = power.begin()
        clock.pass_by(1)
        add(energy, 8.8)
        assert session.end().joules == pytest.approx(10)

    def test_cancelled_while_resting(self, tree: Any, no_cards: Any) -> None:
        cancel = Cancel()
        cancel.cancel()
        power = PowerMeter(roots=tree.roots, nvidia_library=no_cards)
        assert power.calibrate(cancel, lambda _: None, lambda _: pytest.fail("never run"), seconds=3) is None

    def test_cancelled_while_working(self, tree: Any, no_cards: Any) -> None:
        cancel = Cancel()
        power = PowerMeter(roots=tree.roots, nvidia_library=no_cards)

        def load(enough: Cancel) -> None:
            cancel.cancel()
            assert enough.cancelled

        assert power.calibrate(cancel, lambda _: None, load, seconds=0.03) is None

    def test_a_load_that_ends_early_is_enough(self, tree: Any, no_cards: Any) -> None:
        power = PowerMeter(roots=tree.roots, nvidia_library=no_cards)
        calibration = power.calibrate(Cancel(), lambda _: None, lambda _: None, seconds=0.3)
        assert calibration is not None
        assert calibration.load_seconds < 0.2

    def test_what_the_load_raises_arrives_and_no_thread_is_left(self, tree: Any, no_cards: Any) -> None:
        power = PowerMeter(roots=tree.roots, nvidia_library=no_cards)

        def load(_: Cancel) -> None:
            raise InputError("no model")

        before = threading.active_count()
        with pytest.raises(InputError, match="no model"):
            power.calibrate(Cancel(), lambda _: None, load, seconds=0.03)
        assert threading.active_count() == before

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"source": 3, "idle_watts": {}},
            {"source": "rapl", "idle_watts": {"rapl": "x"}, "load_watts": 1.0},
            {"source": "rapl", "idle_watts": {"rapl": True}},
            {"source": "rapl", "idle_watts": {}, "load_watts": -1, "load_seconds": 1, "idle_seconds": 1},
        ],
    )
    def test_stored_data_that_cannot_be_read(self, data: dict[str, object]) -> None:
        with pytest.raises(InputError, match="calibration"):
            Calibration.from_dict(data)
