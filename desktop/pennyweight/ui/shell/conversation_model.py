"""The rows of the conversation list: headings by age, conversations, or hits of a search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from pennyweight.domain.conversation import MATCH_END, MATCH_START, ConversationSummary, SearchHit
from pennyweight.meter.money import format_usd

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
ANSWERING_ROLE = ROW_ROLE + 1
"""Whether the row's chat is being answered."""

_BOLD = re.compile(
    r"""(?<![^\s("'“‘«\[>|…—–])\*\*(?=[^\W_]|[("'“‘«\[$€£])((?:(?!\*\*).)+?)(?<=\S)\*\*(?![^\s)"'”’».,:;!?\]|…—–])""",
    re.S,
)
"""Words between two pairs of asterisks, each pair outside touching none: not `2**10`, `**/*.py` or `f(**a, **b)`."""

_MARKED = re.compile(f"{MATCH_START}(.+?){MATCH_END}", re.S)
_NO_MARKS = str.maketrans("", "", MATCH_START + MATCH_END)
_BEFORE = 8
"""Characters before the words that were found, so that they are seen in a narrow list."""
_LOST = 8
"""Characters by which a line may be shorter up to the words than the snippet was: the ends of bold."""


@dataclass(frozen=True, slots=True)
class Row:
    """A heading has no `conversation_id`."""

    title: str
    detail: str = ""
    cost: str = ""
    conversation_id: str = ""
    message_id: str = ""
    found: tuple[int, int] = (0, 0)
    """Where in `detail` a search's first words stand: start and length."""

    @property
    def heading(self) -> bool:
        return not self.conversation_id


def age_group(moment: datetime, today: date) -> str:
    """By the person's local days."""
    days = (today - moment.astimezone().date()).days
    return "Today" if days <= 0 else "This week" if days < 7 else "Earlier"


def summary_rows(summaries: Sequence[ConversationSummary], today: date) -> list[Row]:
    """Newest first, each age under its heading."""
    rows: list[Row] = []
    heading = ""
    for summary in summaries:
        group = age_group(summary.updated_at, today)
        if group != heading:
            heading = group
            rows.append(Row(group))
        turns = f"{summary.turns} {'turn' if summary.turns == 1 else 'turns'}"
        source = "escalated" if summary.escalated else "local"
        cost = format_usd(summary.spent_nano) if summary.spent_nano else ""
        title = summary.title or "New chat"
        detail = " · ".join(part for part in (turns, source, summary.project) if part)
        rows.append(Row(title, detail, cost, summary.id))
    return rows


def hit_rows(hits: Sequence[SearchHit]) -> list[Row]:
    if not hits:
        return [Row("Nothing found")]
    count = f"{len(hits)} {'place' if len(hits) == 1 else 'places'}"
    rows = [Row(count)]
    for hit in hits:
        detail, found = _around_the_words(hit.snippet)
        title = hit.title or "New chat"
        rows.append(Row(title, detail, "", hit.conversation_id, hit.message_id, found))
    return rows


def _around_the_words(snippet: str) -> tuple[str, tuple[int, int]]:
    """The snippet as one plain line that has its first marked words near its beginning, and where they are."""
    words = _MARKED.search(snippet)
    line = _plain(snippet)
    if words is None:
        return line, (0, 0)
    word = _plain(words[1])
    start = line.find(word, max(0, len(_plain(snippet[: words.start()])) - _LOST))
    if start < 0:
        return line, (0, 0)
    cut = line.rfind(" ", 0, start - _BEFORE) + 1 if start > 2 * _BEFORE else 0
    if cut:
        line, start = f"…{line[cut:]}", start - cut + 1
    return line, (start, len(word))


def _plain(snippet: str) -> str:
    """Without the marks of the words found, and without the asterisks of bold ones."""
    return " ".join(_BOLD.sub(r"\1", snippet.translate(_NO_MARKS)).split())


class ConversationModel(QAbstractListModel):
    """`renamed` carries id and new title after an edit in place."""

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self._answering = ""

    def set_answering(self, conversation_id: str) -> None:
        """The chat that is being answered, "" for none."""
        changed = {self._answering, conversation_id} - {""}
        self._answering = conversation_id
        for number, row in enumerate(self.rows):  # a search has a row for each hit
            if row.conversation_id in changed:
                self.dataChanged.emit(self.index(number), self.index(number))

    def show_rows(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def conversations(self) -> list[str]:
        """Their ids, from top to bottom."""
        return [row.conversation_id for row in self.rows if not row.heading]

    def index_of(self, conversation_id: str) -> QModelIndex:
        for number, row in enumerate(self.rows):
            if row.conversation_id == conversation_id:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.title
        answering = bool(row.conversation_id) and row.conversation_id == self._answering
        if role == ANSWERING_ROLE:
            return answering
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.title, row.detail, "answering" if answering else row.cost) if part)
        return None

    def setData(self, index: Index, value: object, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        row = self.rows[index.row()]
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or row.heading or not title or title == row.title:
            return False
        self.renamed.emit(row.conversation_id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self.rows[index.row()].heading:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags if self.rows[index.row()].message_id else flags | Qt.ItemFlag.ItemIsEditable
