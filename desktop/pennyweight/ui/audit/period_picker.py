"""Which period: its kind as segments, and a menu of the last ones, or two days of one's own."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QDateEdit, QDialog, QFormLayout, QHBoxLayout, QMenu, QWidget

from pennyweight.domain.errors import InputError
from pennyweight.services.audit import AuditService
from pennyweight.services.audit_period import AuditPeriod, PeriodKind
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import GhostButton, Pill, PlainLabel, PrimaryButton, SegmentedControl

_KINDS: tuple[tuple[PeriodKind, str], ...] = (
    ("week", "Week"),
    ("month", "Month"),
    ("year", "Year"),
    ("all", "All"),
    ("custom", "Days…"),
)
_STEPS = 12


class PeriodPicker(QWidget):
    """`chosen` carries an `AuditPeriod`."""

    chosen = Signal(object)

    def __init__(self, audit: AuditService, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._audit = audit
        self.period = audit.period("month")
        self.kinds = SegmentedControl(_KINDS, name="Period")
        self.kinds.setMaximumWidth(320)
        self.kinds.setMinimumWidth(230)
        self.kinds.choose("month")
        self.kinds.changed.connect(self._kind_chosen)
        self.pill = Pill(theme, self.period.title, menu=True, name="Which period")
        self.pill.clicked.connect(self._open_menu)
        self.menu = QMenu(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.kinds, 1)
        row.addWidget(self.pill)

    def show_period(self, period: AuditPeriod) -> None:
        self.period = period
        self.kinds.set_value(period.kind)
        self.pill.set_text(period.title)
        self.pill.setAccessibleName(f"Which period: {period.title}")
        self.chosen.emit(period)

    def _kind_chosen(self, key: str) -> None:
        kind = next(kind for kind, _ in _KINDS if kind == key)
        if kind == "custom":
            self.ask_days().open()
        else:
            self.show_period(self._audit.period(kind))

    def fill_menu(self) -> None:
        self.menu.clear()
        if self.period.kind not in ("all", "custom"):
            newest = self._audit.period(self.period.kind)
            for step in range(_STEPS):
                period = newest.shifted(-step)
                self.menu.addAction(period.title).triggered.connect(
                    lambda _checked=False, period=period: self.show_period(period)
                )
            self.menu.addSeparator()
        self.menu.addAction("Other days…").triggered.connect(lambda: self.ask_days().open())

    def ask_days(self) -> QDialog:
        """The dialog for a period of one's own, not yet open."""
        dialog = DaysDialog(self.period, self.window())
        dialog.accepted.connect(lambda: self.show_period(dialog.period()))
        dialog.rejected.connect(lambda: self.kinds.set_value(self.period.kind))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        return dialog

    def _open_menu(self) -> None:
        self.fill_menu()
        self.menu.popup(self.pill.mapToGlobal(self.pill.rect().bottomLeft()))


class DaysDialog(QDialog):
    def __init__(self, period: AuditPeriod, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Other days")
        self.first = _day_field(period.first, "First day")
        self.last = _day_field(period.last, "Last day")
        self.problem = PlainLabel("", tone="warn", kind="small")
        self.problem.hide()
        cancel, show = GhostButton("Cancel"), PrimaryButton("Show")
        cancel.clicked.connect(self.reject)
        show.clicked.connect(self._check)
        show.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(show)
        form = QFormLayout(self)
        form.setContentsMargins(22, 20, 22, 18)
        form.setVerticalSpacing(10)
        form.addRow(PlainLabel("Other days", kind="title"))
        form.addRow("First day", self.first)
        form.addRow("Last day", self.last)
        form.addRow(self.problem)
        form.addRow(buttons)
        self.setMinimumWidth(300)

    def period(self) -> AuditPeriod:
        """InputError while the days are the wrong way round."""
        return AuditPeriod(_day(self.first), _day(self.last))

    def _check(self) -> None:
        try:
            self.period()
        except InputError as error:
            self.problem.setText(error.sentence)
            self.problem.show()
        else:
            self.accept()


def _day_field(day: date, name: str) -> QDateEdit:
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setDisplayFormat("yyyy-MM-dd")
    field.setCalendarPopup(True)
    field.setAccessibleName(name)
    return field


def _day(field: QDateEdit) -> date:
    chosen = field.date()
    return date(chosen.year(), chosen.month(), chosen.day())
