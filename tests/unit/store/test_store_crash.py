"""A program that is killed loses nothing that was committed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.store.store_samples import local_entry

from pennyweight.domain.conversation import MessageState
from pennyweight.store import Store

ANSWERING = """
import sys
from pathlib import Path
from pennyweight.domain.conversation import MessageState
from pennyweight.store import Store
from tests.unit.store.store_samples import answer, local_entry, user_message

store = Store.open(Path(sys.argv[1]))
chat = store.conversations.create("Killed").id
store.conversations.add_message(user_message(chat, "u1", text="My question"))
store.ledger.add([local_entry("e1", conversation_id=chat)])
store.conversations.add_message(answer(chat, "a1", "u1"))
text = ""
while True:
    text += "word "
    store.conversations.append_text("a1", text=text, reasoning="", state=MessageState.STREAMING)
    print(len(text), flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX matter")
def test_killed_in_mid_answer_nothing_committed_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "pennyweight.db"
    with subprocess.Popen([sys.executable, "-c", ANSWERING, str(path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(40):
            said = child.stdout.readline()
        with Store.open(path) as beside:
            # The answer belongs to a living process: another one may not touch it.
            assert beside.conversations.mark_interrupted() == 0
        os.kill(child.pid, signal.SIGKILL)
        said = (child.stdout.read().split() or [said])[-1]
        child.wait()
    with Store.open(path) as store:
        assert store.conversations.mark_interrupted() == 1
        question, kept = store.conversations.path_to("a1")
        assert question.text == "My question"
        assert kept.state is MessageState.INTERRUPTED
        assert len(kept.text) >= int(said)
        assert store.ledger.totals().calls == 1
        assert store.ledger.recent()[0].usage == local_entry("e1").usage
        assert store._writer.write(lambda db: db.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
