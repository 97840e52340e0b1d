"""Files of prompts, and the table as CSV."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.domain.comparison import Choice, Comparison, Side
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.domain.errors import InputError
from pennyweight.services.compare_batch import read_prompts, table_csv

AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text", "prompts"),
    [
        ("lines.txt", "First one\nSecond one\n", ["First one", "Second one"]),
        ("blocks.txt", "First\nof two lines\r\n\r\n \nSecond\n", ["First\nof two lines", "Second"]),
        ("notes.md", "# Make it shorter\nThe text\n\nAnother", ["# Make it shorter\nThe text", "Another"]),
        ("quote.txt", '"Well", he said\n{not JSON}\n', ['"Well", he said', "{not JSON}"]),
        ("other.txt", '{"text": "no prompt"}\n', None),
        ("mixed.txt", 'First one\n{"prompt": "Second"}\n"Third"\n', ["First one", "Second", "Third"]),
        ("p.jsonl", '{"prompt": "a\\nb", "id": 1}\n\n"c"\n', ["a\nb", "c"]),
        ("p.jsonl", "plain\n", None),
        ("p.csv", "id,Prompt\n1,\"a, b\"\n2,\"c\nd\"\n3,\n", ["a, b", "c\nd"]),
        ("p.csv", "one\ntwo\n", ["one", "two"]),
        ("empty.txt", " \n\n", None),
        ("binary.txt", "GGUF\x00\x01", None),
    ],
)  # fmt: skip
def test_each_kind_of_file_gives_its_prompts_or_one_sentence(
    tmp_path: Path, name: str, text: str, prompts: list[str] | None
) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode())
    if prompts is not None:
        assert read_prompts(path) == prompts
        return
    with pytest.raises(InputError) as found:
        read_prompts(path)
    assert name in found.value.sentence


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.txt cannot be read"):
        read_prompts(tmp_path / "nowhere.txt")


@given(st.lists(st.text(min_size=1).filter(lambda text: text.strip() == text), min_size=1, max_size=6))
def test_what_is_written_as_json_lines_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, prompts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("prompts") / "p.jsonl"
    path.write_text("".join(json.dumps({"prompt": prompt}) + "\n" for prompt in prompts), "utf-8")
    assert read_prompts(path) == prompts


def side(text: str, cost: int | None) -> Side:
    return Side(
        id="s", source="openai", model="m", model_name="M", text=text, state=MessageState.COMPLETE, input_total=20,
        output_total=5, seconds=1.25, cost_nano=cost,
    )  # fmt: skip


def test_the_table_has_a_line_per_prompt_and_runs_nothing_in_a_spreadsheet() -> None:
    sides = (side("A, with a comma", 175_000), side("=HYPERLINK(1)", None))
    done = Comparison(
        id="c", at=AT, task=Task.ASK, prompt="p", conversation_id="x", sides=sides, choice=Choice.LEFT, kept=(0,),
        edited="My words",
    )  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(table_csv([done])))
    assert (row["prompt"], row["choice"], row["edited"]) == ("p", "left", "My words")
    assert (row["answer_1"], row["cost_usd_1"], row["kept_1"]) == ("A, with a comma", "0.000175", "yes")
    assert (row["answer_2"], row["cost_usd_2"], row["kept_2"]) == ("'=HYPERLINK(1)", "", "no")
    assert (row["output_tokens_1"], row["seconds_1"], row["first_token_seconds_1"]) == ("5", "1.250", "")
