"""``python -m models.export.check f16.gguf q8.gguf reference.npz``: is the file what was trained?

Tokenization equal to llama.cpp's on 200 texts, greedy choices equal to PyTorch's, logits near (Q8_0: nearly).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from ..evaluate.engine import Engine
from ..generator.chat import make_example

TEXTS = 200
ODD = (
    "Zoë O'Neill's 3rd e-mail: don't, we've, I'm\t\t tab  two   spaces \n\n\n lines",
    "naïve façade, ½ cup, x² + y², №5, 48.250,00 € — “quoted” … 日本語 текст 🙂",
    " leading space\n- bullet\n* star\n1. one <|im_end|> inside",
)


def tokenization_differences(engine: Engine) -> list[str]:
    texts = [*ODD, *(make_example(f"check-{index}", held=index % 2 == 0).source for index in range(TEXTS - len(ODD)))]
    return [text for text in texts if engine.native_ids(text) != engine.tokenizer.encode(text)]


def logit_report(path: Path, reference: dict[str, np.ndarray]) -> tuple[float, float, float]:
    """The largest and the mean difference of logits, and the share of equal greedy choices, over whole prompts."""
    engine = Engine(path, all_logits=True, exact=True)
    largest, means, equal, total = 0.0, [], 0, 0
    for key in (name for name in reference if name.startswith("ids")):
        wanted = reference[key.replace("ids", "logits")]
        ids = [int(i) for i in reference[key]]
        engine.llama.reset()
        engine.llama.eval(ids)
        got = engine.llama.scores[: len(ids)]
        difference = np.abs(got - wanted)
        largest = max(largest, float(difference.max()))
        means.append(float(difference.mean()))
        equal += int((got.argmax(1) == wanted.argmax(1)).sum())
        total += len(ids)
    return largest, float(np.mean(means)), equal / total


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare exported files with the trained network.")
    parser.add_argument("exact", type=Path, help="the F32 or F16 file")
    parser.add_argument("shipped", type=Path, help="the Q8_0 file")
    parser.add_argument("reference", type=Path)
    parser.add_argument("--report", type=Path, help="store the figures for the card here")
    options = parser.parse_args()
    different = tokenization_differences(Engine(options.shipped))
    print(f"tokenization: {TEXTS - len(different)} of {TEXTS} equal")
    for text in different[:3]:
        print("  differs:", repr(text[:200]))
    reference = dict(np.load(options.reference))
    report: dict[str, float] = {"texts": TEXTS, "texts_equal": TEXTS - len(different)}
    for name, path in (("exact", options.exact), ("shipped", options.shipped)):
        largest, mean, equal = logit_report(path, reference)
        report |= {
            f"{name}_largest": round(largest, 4),
            f"{name}_mean": round(mean, 5),
            f"{name}_equal": round(equal, 4),
        }
        print(f"{path.name}: largest logit difference {largest:.4f}, mean {mean:.5f}, greedy choices equal {equal:.2%}")
    if options.report:
        options.report.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
