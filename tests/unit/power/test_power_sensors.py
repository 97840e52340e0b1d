from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.power.conftest import Clock

from pennyweight.power.battery import BatteryDischarge, find_battery
from pennyweight.power.cpu_model import CpuModel, CpuSeconds, cpu_model
from pennyweight.power.machine import Machine, this_machine
from pennyweight.power.nvidia import NvidiaCounter, NvidiaLibrary
from pennyweight.power.rapl import RaplCounter, find_rapl
from pennyweight.power.source import Missing, SensorLostError


class TestRapl:
    def found(self, tree: Any, **how: bool) -> RaplCounter:
        counter = find_rapl(tree.roots.sys, **how)
        assert isinstance(counter, RaplCounter)
        return counter

    def missing(self, tree: Any, **how: bool) -> Missing:
        counter = find_rapl(tree.roots.sys, **how)
        assert isinstance(counter, Missing)
        return counter

    def test_package_and_memory_are_added_and_the_cores_inside_are_not(self, tree: Any) -> None:
        package = tree.zone("intel-rapl:0", "package-0", 1_000_000)
        tree.zone("intel-rapl:0:0", "core", 500_000)
        memory = tree.zone("intel-rapl:0:1", "dram", 100_000)
        counter = self.found(tree)
        track = counter.start(None)
        package.write_text("4000000\n")
        memory.write_text("600000\n")
        assert track.joules() == pytest.approx(3.5)
        assert counter.source == "rapl"
        assert "memory" in counter.name

    def test_the_platform_counter_stands_alone(self, tree: Any) -> None:
        tree.zone("intel-rapl:0", "package-0", 1)
        psys = tree.zone("intel-rapl:1", "psys", 10)
        counter = self.found(tree)
        track = counter.start(None)
        psys.write_text("2000010")
        assert (counter.source, track.joules()) == ("rapl-psys", 2.0)
        assert "platform" in counter.name

    def test_beside_a_graphics_card_the_platform_is_left_out(self, tree: Any) -> None:
        tree.zone("intel-rapl:0", "package-0", 1)
        tree.zone("intel-rapl:1", "psys", 10)
        assert self.found(tree, with_platform=False).source == "rapl"

    def test_msr_and_mmio_copies_are_counted_once(self, tree: Any) -> None:
        tree.zone("intel-rapl-mmio:0", "package-0", 5)
        msr = tree.zone("intel-rapl:0", "package-0", 5)
        counter = self.found(tree)
        assert [zone.folder for zone in counter.zones] == [msr.parent]

    def test_the_other_copy_serves_where_the_first_cannot_be_read(self, tree: Any) -> None:
        mmio = tree.zone("intel-rapl-mmio:0", "package-0", 5)
        tree.zone("intel-rapl:0", "package-0", None)
        assert [zone.folder for zone in self.found(tree).zones] == [mmio.parent]

    def test_a_counter_that_wraps_goes_on(self, tree: Any) -> None:
        energy = tree.zone("intel-rapl:0", "package-0", 261_439_421_273)
        track = self.found(tree).start(None)
        energy.write_text("708461094")
        assert track.joules() == pytest.approx(1412.368671)
        energy.write_text("709461094")
        assert track.joules() == pytest.approx(1413.368671)

    def test_a_counter_that_was_set_back_is_lost_and_not_a_turn_of_it(self, tree: Any) -> None:
        """As after a sleep: 3 J since then, and not the 162,000 J up to where the counter would have turned."""
        energy = tree.zone("intel-rapl:0", "package-0", 100_100_000_000)
        now = Clock()
        track = replace(self.found(tree), clock=now).start(None)
        energy.write_text("3000000")
        now.pass_by(5)
        with pytest.raises(SensorLostError, match="set back"):
            track.joules()

    def test_a_turn_over_a_long_pause_goes_on(self, tree: Any) -> None:
        energy = tree.zone("intel-rapl:0", "package-0", 200_143_328_850)
        now = Clock()
        track = replace(self.found(tree), clock=now).start(None)
        energy.write_text("3000000")
        now.pass_by(60)
        assert track.joules() == pytest.approx(62_003)

    def test_a_counter_that_starts_again_without_a_known_limit_is_lost(self, tree: Any) -> None:
        energy = tree.zone("intel-rapl:0", "package-0", 500, limit=None)
        track = self.found(tree).start(None)
        energy.write_text("700")
        assert track.joules() == pytest.approx(0.0002)
        energy.write_text("3")
        with pytest.raises(SensorLostError):
            track.joules()

    def test_what_may_not_be_read_is_missing_and_says_how_to_allow_it(self, tree: Any) -> None:
        tree.zone("intel-rapl:0", "package-0", None)
        told = self.missing(tree).sentence
        assert "may not read" in told
        assert "sudo chmod" in told

    def test_one_of_two_processors_is_not_taken_for_both(self, tree: Any) -> None:
        tree.zone("intel-rapl:0", "package-0", 5)
        tree.zone("intel-rapl:1", "package-1", None)
        assert "may not read" in self.missing(tree).sentence

    def test_unreadable_platform_leaves_the_package(self, tree: Any) -> None:
        tree.zone("intel-rapl:0", "package-0", 5)
        tree.zone("intel-rapl:1", "psys", None)
        assert self.found(tree).source == "rapl"

    def test_memory_alone_is_not_the_processor(self, tree: Any) -> None:
        tree.zone("intel-rapl:0", "dram", 5)
        assert "only a part" in self.missing(tree).sentence

    def test_a_machine_without_the_tree(self, tree: Any) -> None:
        assert "virtual machines have none" in self.missing(tree).sentence

    def test_other_things_in_the_tree_are_passed_over(self, tree: Any) -> None:
        tree.zone("intel-rapl", "intel-rapl", 5)
        tree.zone("dtpm:0", "package-0", 5)
        (tree.roots.sys / "class/powercap/intel-rapl:7").mkdir()
        assert "does not show" in self.missing(tree).sentence

    def test_a_counter_with_nonsense_in_it_is_missing(self, tree: Any) -> None:
        tree.zone("intel-rapl:0", "package-0", "lots")
        assert self.missing(tree).advice


class TestBattery:
    def found(self, tree: Any, clock: Any) -> BatteryDischarge:
        battery = find_battery(tree.roots.sys, clock)
        assert isinstance(battery, BatteryDischarge)
        return battery

    def test_power_is_integrated_between_the_looks(self, tree: Any, clock: Any) -> None:
        tree.supply("AC", type="Mains", online=0)
        supply = tree.supply("BAT0", type="Battery", status="Discharging", power_now=10_000_000)
        track = self.found(tree, clock).start(None)
        clock.pass_by(2)
        (supply / "power_now").write_text("20000000")
        assert track.joules() == pytest.approx(30)
        clock.pass_by(1)
        assert track.joules() == pytest.approx(50)

    def test_current_times_voltage_where_power_is_not_told(self, tree: Any, clock: Any) -> None:
        tree.supply("BAT0", type="Battery", status="Discharging", current_now=-1_000_000, voltage_now=12_000_000)
        assert self.found(tree, clock).watts() == pytest.approx(12)

    def test_two_batteries_are_added_and_a_mouse_is_not(self, tree: Any, clock: Any) -> None:
        tree.supply("BAT0", type="Battery", status="Discharging", power_now=5_000_000)
        tree.supply("BAT1", type="Battery", status="Discharging", power_now=3_000_000)
        tree.supply("hidpp_battery_0", type="Battery", scope="Device", status="Discharging", power_now=9_000_000)
        assert self.found(tree, clock).watts() == pytest.approx(8)

    def test_plugging_in_ends_the_reading(self, tree: Any, clock: Any) -> None:
        supply = tree.supply("BAT0", type="Battery", status="Discharging", power_now=5_000_000)
        track = self.found(tree, clock).start(None)
        (supply / "status").write_text("Charging")
        with pytest.raises(SensorLostError):
            track.joules()

    @pytest.mark.parametrize(
        ("files", "told"),
        [
            ({}, "no battery"),
            ({"type": "Battery", "status": "Full", "power_now": 0}, "not discharging"),
            ({"type": "Battery", "status": "Discharging"}, "does not say"),
            ({"type": "Battery", "status": "Discharging", "power_now": "?"}, "does not say"),
        ],
    )
    def test_why_there_is_none(self, tree: Any, files: dict[str, object], told: str) -> None:
        tree.supply("BAT0", **files)
        missing = find_battery(tree.roots.sys)
        assert isinstance(missing, Missing)
        assert told in missing.sentence


class TestNvidia:
    def test_the_counters_of_all_cards_are_added(self, fake_cards: Any) -> None:
        cards = fake_cards(1000, 50_000, names=b"H200")
        counter = NvidiaLibrary(cards).find()
        assert isinstance(counter, NvidiaCounter)
        track = counter.start(None)
        cards.millijoules = [3000, 51_000]
        assert track.joules() == pytest.approx(3.0)
        assert "H200" in counter.name

    def test_a_card_that_does_not_count_is_left_out(self, fake_cards: Any) -> None:
        counter = NvidiaLibrary(fake_cards(None, 5, names=None)).find()
        assert isinstance(counter, NvidiaCounter)
        assert counter.cards == ("NVIDIA",)

    def test_a_counter_that_starts_again_or_falls_silent_is_lost(self, fake_cards: Any) -> None:
        cards = fake_cards(1000)
        counter = NvidiaLibrary(cards).find()
        assert isinstance(counter, NvidiaCounter)
        track = counter.start(None)
        for value in (5, None):
            cards.millijoules = [value]
            with pytest.raises(SensorLostError):
                track.joules()

    def test_why_there_is_none(self, fake_cards: Any) -> None:
        for cards, told in (
            (fake_cards(driver=False), "no NVIDIA graphics card"),
            (fake_cards(), "does not count"),
            (fake_cards(None), "does not count"),
            (fake_cards(-1), "does not list"),
        ):
            library = NvidiaLibrary(cards)
            missing = library.find()
            assert isinstance(missing, Missing)
            assert told in missing.sentence
            library.close()
            assert cards.open == 0

    def test_the_library_is_closed_once(self, fake_cards: Any) -> None:
        cards = fake_cards(1)
        library = NvidiaLibrary(cards)
        library.find()
        library.find()
        assert cards.open == 1
        library.close()
        library.close()
        assert cards.open == 0
        assert isinstance(library.find(), Missing)

    def test_the_real_library_answers_here_too(self) -> None:
        library = NvidiaLibrary()
        assert isinstance(library.find(), (NvidiaCounter, Missing))
        library.close()

    def test_without_the_library_it_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pynvml", None)
        missing = NvidiaLibrary().find()
        assert isinstance(missing, Missing)
        assert "not installed" in missing.sentence


class TestMachine:
    def test_a_laptop_has_a_battery(self, tree: Any) -> None:
        tree.chassis(3)
        tree.supply("BAT0", type="Battery", status="Full")
        assert this_machine(tree.roots).kind == "laptop"

    @pytest.mark.parametrize(("number", "kind"), [(3, "desktop"), (10, "laptop"), (23, "server"), (99, "desktop")])
    def test_the_chassis_tells_the_kind(self, tree: Any, number: int, kind: str) -> None:
        tree.chassis(number)
        assert this_machine(tree.roots).kind == kind

    def test_a_virtual_machine_is_taken_for_a_server(self, tree: Any) -> None:
        tree.cpu("AMD EPYC 9654 96-Core Processor", flags="fpu hypervisor sse2")
        machine = this_machine(tree.roots)
        assert (machine.virtual, machine.kind) == (True, "server")
        assert machine.cpu_name == "AMD EPYC 9654 96-Core Processor"

    def test_a_machine_that_tells_nothing_is_a_desktop(self, tmp_path: Path, tree: Any) -> None:
        (tree.roots.proc / "cpuinfo").unlink()
        machine = this_machine(tree.roots)
        assert machine.kind == "desktop"
        assert machine.physical_cores >= 1


def machine(name: str, **facts: Any) -> Machine:
    return Machine(cpu_name=name, physical_cores=facts.pop("cores", 4), virtual=False, kind="laptop", **facts)


class TestCpuModel:
    @pytest.mark.parametrize(
        ("name", "watts"),
        [
            ("13th Gen Intel(R) Core(TM) i9-13900K", 125 * 0.85),
            ("12th Gen Intel(R) Core(TM) i7-1260P", 28 * 0.85),
            ("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", 15 * 0.85),
            ("Intel(R) Core(TM) Ultra 7 155H", 28 * 0.85),
            ("AMD Ryzen 9 7950X 16-Core Processor", 170 * 0.85),
            ("AMD Ryzen 9 7950X3D 16-Core Processor", 120 * 0.85),
            ("AMD Ryzen 7 PRO 7840U w/ Radeon 780M Graphics", 28 * 0.85),
            ("AMD EPYC 7763 64-Core Processor", 280 * 0.85),
            ("Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz", 145 * 0.85),
            ("Apple M1 Pro", 40 * 0.85),
            ("Apple M1", 20 * 0.85),
        ],
    )
    def test_the_rated_power_of_a_known_processor(self, name: str, watts: float) -> None:
        rated = {"13900K": 24, "1260P": 12, "8250U": 4, "155H": 14, "7950X": 16, "7840U": 8, "7763": 64, "2686": 18}
        cores = next((count for part, count in rated.items() if part in name), 10 if "Pro" in name else 8)
        model = cpu_model(machine(name, cores=cores))
        assert model.source == "cpu-model"
        assert model.full_load_watts == pytest.approx(watts)

    def test_an_unknown_processor_gets_the_figure_of_its_class(self) -> None:
        model = cpu_model(machine("Brand New 1"))
        assert (model.source, model.full_load_watts) == ("class-default", 14.0)
        assert "laptop" in model.name

    def test_energy_follows_the_cpu_time_of_a_real_process(self) -> None:
        burn = "import time\nwhile time.process_time() < 0.4: pass\nprint(flush=True)\ninput()"
        model = CpuModel("cpu-model", "model", 10.0, 2)
        with subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            track = model.start(child.pid)
            assert child.stdout is not None
            child.stdout.readline()
            joules = track.joules()
            child.communicate(b"\n")
        assert 2.0 < joules < 20.0
        assert track.joules() == pytest.approx(joules)  # the child has ended: what it used is kept

    def test_a_core_cannot_be_busier_than_all_the_time(self, clock: Any) -> None:
        model = CpuModel("cpu-model", "model", 10.0, 1, clock=clock)
        track = model.start(None)
        sum(range(2_000_000))
        assert track.joules() == 0.0  # by this clock no time has passed

    def test_a_child_of_the_process_is_counted_too(self) -> None:
        inner = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\ninput()"
        outer = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {inner!r}])"
        with subprocess.Popen([sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            seconds = CpuSeconds(process.pid)
            assert process.stdout is not None
            process.stdout.readline()
            assert seconds.read() > 0.25  # it counts in ticks of a hundredth
            process.communicate(b"\n")

    def test_a_process_that_ended_before_the_first_look_uses_nothing(self) -> None:
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
            seconds = CpuSeconds(process.pid)
            process.communicate(b"\n")
        assert seconds.read() == 0.0

    def test_a_process_that_is_not_there_uses_nothing(self) -> None:
        assert CpuSeconds(2**22 + 1).read() == 0.0


def test_a_call_shorter_than_a_tick_of_the_counter_is_not_free() -> None:
    now = iter([0.0, 0.003, 0.02, 0.02])
    track = CpuModel("class-default", "model", 4.0, 2, clock=lambda: next(now)).start(None)
    assert track.joules() == pytest.approx(0.02)
    assert track.joules() == pytest.approx(0.02)
