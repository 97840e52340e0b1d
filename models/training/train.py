"""``python -m models.training.train --until 18:30``: trains; started again, it goes on from the last checkpoint."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "268435456",
    "OMP_WAIT_POLICY": "PASSIVE",  # on a shared machine a waiting thread must not keep a core busy
}
if __name__ == "__main__" and "MALLOC_TOP_PAD_" not in os.environ:
    os.execve(  # noqa: S606
        sys.executable, [sys.executable, "-m", "models.training.train", *sys.argv[1:]], {**os.environ, **MALLOC}
    )

import torch  # noqa: E402

from ..tokenizer.bpe import Tokenizer  # noqa: E402
from .batches import ShardWorker, batches  # noqa: E402
from .forms import first_embedding  # noqa: E402
from .muon import Muon  # noqa: E402
from .network import Shape, Starter  # noqa: E402
from .shipped import shipped_counters, shipped_weights  # noqa: E402

RUNS = Path(__file__).resolve().parents[1] / "runs"


def is_matrix(name: str, value: torch.Tensor) -> bool:
    return value.ndim == 2 and name != "embed.weight"


class Run:
    """The state of a training: network, optimizers, running average of the weights, counters."""

    def __init__(self, shape: Shape, tokens: list[str], device: str) -> None:
        torch.manual_seed(7)
        self.device = device
        self.network = Starter(shape)
        with torch.no_grad():
            self.network.embed.weight.copy_(first_embedding(tokens, shape.width))
        self.network.to(device)
        named = list(self.network.named_parameters())
        self.muon = Muon([v for n, v in named if is_matrix(n, v)], lr=0.02, decay=0.01)
        rest = [v for n, v in named if not is_matrix(n, v)]
        self.adam = torch.optim.AdamW(rest, lr=3e-3, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
        self.average = {n: v.detach().clone() for n, v in named}
        self.step = self.tokens = 0
        self.seconds = 0.0

    def set_rate(self, factor: float) -> None:
        self.muon.param_groups[0]["lr"] = 0.02 * factor
        self.adam.param_groups[0]["lr"] = 3e-3 * factor

    @torch.no_grad()
    def follow(self) -> None:
        decay = min(0.995, (1 + self.step) / (10 + self.step))
        values = [v.detach() for v in self.network.parameters()]
        torch._foreach_lerp_(list(self.average.values()), values, 1 - decay)

    def save(self, path: Path) -> None:
        part = path.with_suffix(".part")
        state = {
            "shape": self.network.shape.as_dict(),
            "network": self.network.state_dict(),
            "average": self.average,
            "muon": self.muon.state_dict(),
            "adam": self.adam.state_dict(),
            "counters": {"step": self.step, "tokens": self.tokens, "seconds": self.seconds},
        }
        torch.save(state, part)
        part.rename(path)
        figures = {
            "steps": self.step,
            "tokens": self.tokens,
            "seconds": round(self.seconds),
            "parameters": sum(p.numel() for p in self.network.parameters()),
        }
        text = json.dumps({**figures, **self.network.shape.as_dict()}, indent=1) + "\n"
        path.with_name("run.json").write_text(text, encoding="utf-8")

    def load(self, path: Path) -> None:
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        for name, value in state["average"].items():
            self.average[name].copy_(value)
        self.muon.load_state_dict(state["muon"])
        self.adam.load_state_dict(state["adam"])
        counters = state["counters"]
        self.step, self.tokens, self.seconds = counters["step"], counters["tokens"], counters["seconds"]

    def begin_with(self, file: Path) -> None:
        """Weights and counters of a model file; the optimizers begin anew."""
        parameters = dict(self.network.named_parameters())
        weights = shipped_weights(file, list(parameters))
        with torch.no_grad():
            for name, value in parameters.items():
                value.copy_(weights[name])
                self.average[name].copy_(value)
        counters = shipped_counters(file)
        self.step, self.tokens = int(counters["step"]), int(counters["tokens"])
        self.seconds = counters["seconds"]


def end_time(options: argparse.Namespace) -> float:
    if options.until is None:
        return time.time() + 60 * float(options.minutes)
    hour, minute = options.until.split(":")
    now = datetime.now(UTC)
    end = now.replace(hour=int(hour), minute=int(minute), second=0)
    return float((end if end > now else end + timedelta(days=1)).timestamp())


def train(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokens = Tokenizer.load().tokens
    shape = Shape(
        vocab=len(tokens),
        width=options.width,
        layers=options.layers,
        heads=options.heads,
        kv_heads=options.kv_heads,
        ffn=options.ffn,
    )
    run = Run(shape, tokens, device)
    folder: Path = options.run
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / "last.pt"
    if checkpoint.exists():
        run.load(checkpoint)
        print(f"goes on from step {run.step}", flush=True)
    elif options.begin_with is not None:
        run.begin_with(options.begin_with)
        print(f"begins with {options.begin_with.name}, step {run.step}", flush=True)
    first_step = run.step
    end = end_time(options)
    loss_of = torch.compile(run.network.loss, dynamic=False)
    worker = ShardWorker(folder / "shards", options.shard_tokens, f"{options.seed}-{run.step}")
    began = before = saved = time.time()
    total, seen = 0.0, 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for batch in batches(worker, options.batch_tokens, run.step):
            left = end - time.time()
            if left <= 0:
                break
            warm, fall = min(1.0, (run.step - first_step + 1) / 60), min(1.0, left / (60 * options.decay_minutes))
            run.set_rate(options.rate * warm * max(0.02, fall))
            moved = batch.to(device)
            with torch.autocast(device, dtype=torch.bfloat16):
                loss = loss_of(moved.tokens, moved.docs, moved.spots, moved.weights)
            loss.backward()
            run.muon.step()
            run.adam.step()
            run.network.zero_grad(set_to_none=True)
            run.step += 1
            run.tokens += batch.docs[:, 1:].count_nonzero().item()
            run.follow()
            total, seen = total + loss.item(), seen + 1
            if run.step % 25 == 0:
                now = time.time()
                rate = 25 * options.batch_tokens / (now - before)
                run.seconds += now - before
                clock = f"{datetime.now(UTC):%H:%M:%S}"
                counts = f"step {run.step} tokens {run.tokens / 1e6:.2f}M"
                print(f"{clock} {counts} loss {total / seen:.4f} {rate:.0f}/s", flush=True)
                before, total, seen = now, 0.0, 0
            if time.time() - saved > 150:
                run.save(checkpoint)
                saved = time.time()
    except KeyboardInterrupt:
        run.save(checkpoint)
        worker.process.kill()
        raise SystemExit("stopped; start again to go on") from None
    worker.process.kill()
    run.save(checkpoint)
    print(f"done in {time.time() - began:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the starter model.")
    parser.add_argument("--run", type=Path, default=RUNS / "starter")
    parser.add_argument("--seed", default="train")
    parser.add_argument("--begin-with", type=Path, help="a model file whose weights a new run begins with")
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--until", help="end at this time of day (UTC, HH:MM) instead of after --minutes")
    parser.add_argument("--decay-minutes", type=float, default=45)
    parser.add_argument("--rate", type=float, default=1.0, help="times the usual learning rate")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch-tokens", type=int, default=8192)
    parser.add_argument("--shard-tokens", type=int, default=1_000_000)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--kv-heads", type=int, default=2)
    parser.add_argument("--ffn", type=int, default=704)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
