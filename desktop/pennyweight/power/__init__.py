"""Energy sensors of this machine behind one small interface: `PowerMeter`."""

from pennyweight.power.calibration import Calibration
from pennyweight.power.power_meter import PowerMeter
from pennyweight.power.session import Session
from pennyweight.power.source import Sample, SourceInfo

__all__ = ["Calibration", "PowerMeter", "Sample", "Session", "SourceInfo"]
