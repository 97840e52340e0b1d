"""Puts a task into the words of the program: system prompt, request, text, dropped files, further turns."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .example import Example, Task, Turn
from .grammar import phrasings
from .pieces import make_sentence, summary_of
from .slots import Gen
from .tasks import TASKS, WEIGHTS, email, facts_in, polite, shorten, summary, title

RECIPES = Path(__file__).resolve().parents[2] / "assets" / "recipes"
OTHER_SYSTEMS = (
    "You are a helpful assistant.",
    "You are a helpful assistant. Answer briefly.",
    "You are Pennyweight, a local assistant.",
    "Help the user with the text.",
    "Answer plainly.",
    "You are a careful writer. Keep every fact.",
    "Use only facts from the text.",
)
RECIPE_OF = {
    "email": "draft",
    "summary": "summarize",
    "join": "summarize",
    "refusal": "ask",
    "about": "ask",
    "about_text": "ask",
}


@dataclass(frozen=True)
class Recipe:
    system: str
    instruction: str
    part: str
    join: str


@cache
def recipe(name: str) -> Recipe:
    raw = tomllib.loads((RECIPES / f"{name}.toml").read_text(encoding="utf-8"))
    long = raw.get("long", {})
    return Recipe(
        raw["system"], raw["default_instruction"], long.get("part_instruction", ""), long.get("join_instruction", "")
    )


def system_for(g: Gen, task: str) -> str:
    own = recipe(RECIPE_OF.get(task, "rewrite")).system
    roll = g.rng.random()
    if roll < 0.58:
        return own
    if roll < 0.68:
        return recipe(g.rng.choice(["ask", "draft", "rewrite", "summarize"])).system
    return "" if roll < 0.94 else g.rng.choice(OTHER_SYSTEMS)


def request_for(g: Gen, task: str) -> str:
    """The words of the request: the program's own in a good share, else one of the phrasings."""
    if task == "join":
        return recipe("summarize").join
    if not g.held and g.chance(0.3):
        if task == "email":
            return recipe("draft").instruction
        if task == "summary":
            return g.rng.choice([recipe("summarize").instruction, recipe("summarize").part])
        if task == "shorten":
            return recipe("rewrite").instruction
        if task == "about_text":
            return recipe("ask").instruction
    words = g.rng.choice(phrasings(task, g.held))
    roll = g.rng.random()
    if roll < 0.08:
        words = words[:1].lower() + words[1:]
    elif roll < 0.14:
        words = words.rstrip(".:?")
    return words


def user_turn(g: Gen, task: Task) -> str:
    request = task.request or request_for(g, task.task)
    if not task.text:
        return request
    roll = g.rng.random()
    if roll < 0.1:
        name = f"{g.slot('inv')}.{g.rng.choice(['txt', 'md', 'pdf', 'docx'])}"
        return f"{request}\n\n[{name}]\n{task.text}"
    if roll < 0.16 and "\n" not in task.text:
        return f"{request} {task.text}" if request[-1] in ".:?!-" else f"{request}: {task.text}"
    if roll < 0.2:
        return f"{request}\n{task.text}"
    return f"{request}\n\n{task.text}"


def first_turns(g: Gen, task: Task) -> list[Turn]:
    turns: list[Turn] = []
    system = system_for(g, task.task)
    if system:
        turns.append(Turn("system", system))
    turns.append(Turn("user", user_turn(g, task)))
    turns.append(Turn("assistant", task.answer))
    return turns


def follow_up(g: Gen) -> Example:
    """A second request about the first answer, or a new task after another."""
    roll = g.rng.random()
    if roll < 0.35:
        first = g.rng.choice([shorten, polite, summary])(g)
        pair = shorten(g)
        first.text, first.answer = pair.text, pair.text
        first.task = "polite"
        second, words = Task("follow_shorter", "", pair.answer, pair.facts), "follow_shorter"
    elif roll < 0.6:
        pair = polite(g)
        first = Task("shorten", "Well, " + pair.text, pair.text, [])
        second, words = Task("follow_polite", "", pair.answer, pair.facts), "follow_polite"
    elif roll < 0.75:
        first = email(g)
        subject = first.answer.split("\n", 1)[0].removeprefix("Subject: ")
        second, words = Task("follow_subject", "", subject, [f for f in first.facts if f in subject]), "follow_subject"
    elif roll < 0.85:
        first = title(g)
        first = Task("about_text", first.text, f"The text says: {first.text.split('. ')[0].rstrip('.')}.", first.facts)
        second, words = Task("follow_title", "", "", []), ""
    else:
        first, second, words = summary(g), Task("follow_title", "", "", []), ""
    turns = first_turns(g, first)
    if words:
        request = g.rng.choice(phrasings(words, g.held))
        turns += [Turn("user", request), Turn("assistant", second.answer)]
        return Example("follow_up", turns, second.facts)
    task = TASKS[g.rng.choice(["summary", "shorten", "about", "refusal", "email", "polite"])](g)
    turns += [Turn("user", user_turn(g, task)), Turn("assistant", task.answer)]
    return Example(task.task, turns, task.facts)


def long_text(g: Gen) -> Task:
    """A text of many paragraphs for the longest contexts."""
    paragraphs = [[make_sentence(g) for _ in range(g.rng.randint(2, 5))] for _ in range(g.rng.randint(4, 9))]
    answer = summary_of(paragraphs)
    text = "\n\n".join(" ".join(sentences) for sentences in paragraphs)
    return Task("summary", text, answer, facts_in(g, answer))


def make_example(seed: str, held: bool = False, task: str | None = None, *, plain: bool = False) -> Example:
    """The example of a seed; the same for every run and machine. For `plain` see `Gen`."""
    g = Gen(random.Random(seed), held, plain)
    if g.hard:
        g.repeats = g.rng.choice((0.0, 0.0, 0.15, 0.3, 0.5))
    if task is None and g.chance(0.05):
        return follow_up(g)
    if task is None and g.chance(0.02):
        made = long_text(g)
    else:
        name = task or g.rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        made = TASKS[name](g)
    return Example(made.task, first_turns(g, made), made.facts, frozenset(g.words))
