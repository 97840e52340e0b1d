"""``python -m models.evaluate.card run.json check.json``: writes the model card from what was measured."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

STARTER = Path(__file__).resolve().parents[1] / "starter"
TEXT = Path(__file__).with_name("card.md")
PARTS = {
    "grammar": "New texts of the trained patterns and words, as they stand (seeds never used in training)",
    "held": "Held-out part (words, invented syllables, requests and sentence patterns kept out of training)",
    "unseen": "New texts of the harder part of the training (about half of the sentences are words in no order)",
}


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STARTER / name).read_text(encoding="utf-8"))
    return found


def percent(value: float) -> str:
    return f"{value:.1%}"


def result_table(results: dict[str, Any]) -> str:
    lines: list[str] = []
    for part, heading in PARTS.items():
        every = results[part]["all"]
        lines += [
            f"### {heading}",
            "",
            f"Of {every['with_names']} outputs with a name, date, number or amount in them,",
            f"**{percent(every['names_copied'])}** have all of these copied. Of {every['outputs']} outputs with these",
            f"or an invented word in them, **{percent(every['facts_copied'])}** have every one copied;",
            f"{percent(every['no_invented_number'])} have no number that is not in the source;",
            f"{percent(every['exact'])} are exactly the expected answer.",
            "",
            "| task | outputs | with facts | all facts copied | no invented number | exact |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for task, values in results[part]["tasks"].items():
            copied = percent(values["facts_copied"]) if values["with_facts"] else "–"
            lines.append(
                f"| {task} | {values['outputs']} | {values['with_facts']} | {copied} "
                f"| {percent(values['no_invented_number'])} | {percent(values['exact'])} |"
            )
        lines.append("")
    return "\n".join(lines)


def verdict(output: dict[str, Any]) -> str:
    if output["passed"]:
        return "passes"
    reasons = []
    if output["should_decline"]:
        reasons.append("should have declined")
    if output["missing"]:
        reasons.append("missing: " + ", ".join(output["missing"]))
    if output["made_up"]:
        reasons.append("made up: " + ", ".join(output["made_up"]))
    return "fails, " + (
        "; ".join(reasons)
        or ("declined what it should do" if "starter model." in output["answer"] else "repeats itself")
    )


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def judged(outputs: dict[str, Any]) -> dict[str, str]:
    """What a person thought of the answers (number -> "good" or a remark), where these are the answers judged."""
    path = STARTER / "judged.json"
    if not path.exists():
        return {}
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return dict(stored["verdicts"]) if stored["sha256"] == outputs["sha256"] else {}


def is_office_work(output: dict[str, Any]) -> bool:
    """Whether a text was to be written or changed: neither declining nor a question about the program."""
    return not output["should_decline"] and (output["recipe"] != "ask" or "\n" in output["request"])


def judged_line(verdicts: dict[str, str], outputs: list[dict[str, Any]]) -> str:
    """How many answers are good, for the known and the fresh requests, and for those that ask for a text."""
    if not verdicts:
        return "Nobody has judged these answers by reading them yet."
    good = {int(number) for number, text in verdicts.items() if text == "good"}
    lines = [
        'Read and judged one by one ("good": could be used as it stands):',
        "",
        "| requests | all | good | of these: write or rewrite | good |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, fresh in (("known while the patterns were written", False), ("fresh", True)):
        group = {number for number, output in enumerate(outputs, 1) if output["fresh"] == fresh}
        office = {number for number in group if is_office_work(outputs[number - 1])}
        lines.append(f"| {name} | {len(group)} | **{len(group & good)}** | {len(office)} | **{len(office & good)}** |")
    return "\n".join(lines)


def output_list(outputs: list[dict[str, Any]], verdicts: dict[str, str]) -> str:
    parts: list[str] = []
    for number, output in enumerate(outputs, 1):
        seen = f"; read: {verdicts[str(number)]}" if str(number) in verdicts else ""
        kind = output["recipe"] + (", fresh" if output["fresh"] else "")
        parts.append(f"#### {number}. {kind}: {verdict(output)}{seen}")
        parts.append(quoted(output["request"]))
        parts.append(f"```text\n{output['answer']}\n```")
    return "\n\n".join(parts)


def checks(report: dict[str, Any]) -> str:
    """The check of the export in words."""
    return (
        f"Tokenization equal to llama.cpp's on {report['texts_equal']} of {report['texts']} texts. Against PyTorch's "
        f"logits over whole prompts: the F32 file differs by at most {report['exact_largest']} "
        f"({percent(report['exact_equal'])} of the greedy choices equal), the shipped Q8_0 file by at most "
        f"{report['shipped_largest']}, on average {report['shipped_mean']} ({percent(report['shipped_equal'])} equal)."
    )


def write_card() -> Path:
    results, outputs, training = read("results.json"), read("outputs.json"), read("training.json")
    run, report = training["run"], training["check"]
    text = TEXT.read_text(encoding="utf-8")
    verdicts = judged(outputs)
    values = {
        "JUDGED": judged_line(verdicts, outputs["outputs"]),
        "MEGABYTES": f"{results['bytes'] / 1e6:.1f}",
        "PARAMETERS": f"{run['parameters'] / 1e6:.2f}",
        "VOCAB": f"{run['vocab']:,}",
        "WIDTH": str(run["width"]),
        "LAYERS": str(run["layers"]),
        "HEADS": str(run["heads"]),
        "KV_HEADS": str(run["kv_heads"]),
        "FFN": str(run["ffn"]),
        "CONTEXT": str(run["context"]),
        "TOKENS": f"{run['tokens'] / 1e6:.1f}",
        "STEPS": f"{run['steps']:,}",
        "MINUTES": str(round(run["seconds"] / 60)),
        "CHECKS": checks(report),
        "RESULTS": result_table(results),
        "PASSED": f"{outputs['passed']} of {outputs['prompts']}",
        "OUTPUTS": output_list(outputs["outputs"], verdicts),
        "GOALS": goals(results),
        "SHA256": results["sha256"],
    }
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    path = STARTER / "README.md"
    path.write_text(text.rstrip() + "\n", encoding="utf-8")
    return path


def goals(results: dict[str, Any]) -> str:
    """The two goals that were set, and whether this file meets them."""
    lines = []
    for part, goal, name in (("grammar", 0.99, "in the trained grammar"), ("held", 0.85, "in the held-out part")):
        every = results[part]["all"]
        value, strict = every["names_copied"], percent(every["facts_copied"])
        state = "met" if value >= goal else "**missed**"
        wanted = f"every name, date, number and amount copied in at least {goal:.0%} of the outputs {name}"
        lines.append(f"- {wanted}: {state} ({percent(value)}; {strict} with every invented word too)")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the starter model's card.")
    parser.add_argument("run", type=Path, nargs="?", help="figures of the training; stored beside the card")
    parser.add_argument("check", type=Path, nargs="?", help="figures of the export's check; stored beside the card")
    options = parser.parse_args()
    if options.check:
        stored = {name: json.loads(getattr(options, name).read_text(encoding="utf-8")) for name in ("run", "check")}
        (STARTER / "training.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(write_card().name)


if __name__ == "__main__":
    main()
