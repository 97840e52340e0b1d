"""One function per task; each makes a source text and the answer wanted for it."""

from __future__ import annotations

from collections.abc import Callable

from .example import Task
from .grammar import polite as polite_frames
from .grammar import table
from .lists import listed
from .pieces import Fact, bullet_list, closer, filler, finish, headline, joined, make_fact, padded, two_sentences, typo
from .slots import Gen
from .template import bare, both_sides, capital, uncapital

GREETINGS = ("to: {}", "To: {}", "for {}", "to {}", "recipient: {}", "Recipient: {}", "mail to {}")
SENDERS = ("from: {}", "From: {}", "from {}", "sender: {}", "sign: {}", "signed {}", "regards, {}", "my name: {}", "{}")


def facts_in(g: Gen, answer: str) -> list[str]:
    """The facts made so far that the answer contains."""
    return sorted({fact for fact in g.facts if fact in answer})


def count(g: Gen, weights: dict[int, float]) -> int:
    return g.rng.choices(list(weights), list(weights.values()))[0]


def email(g: Gen) -> Task:
    facts = [make_fact(g, from_notes=True) for _ in range(count(g, {1: 2, 2: 3, 3: 4, 4: 3, 5: 1, 6: 0.5}))]
    notes = [fact.note if g.chance(0.85) else bare(fact.sentence) for fact in facts]
    subject = headline(notes[0])
    to = ""
    if g.chance(0.55):
        to = g.slot("person") if g.chance(0.85) else f"{g.slot('first')} and {g.slot('first')}"
    sender = g.slot(g.rng.choice(["first", "first", "person"])) if g.chance(0.4) else ""
    request = None
    if to:
        if g.chance(0.75):
            notes.insert(0 if g.chance(0.8) else len(notes), g.rng.choice(GREETINGS).format(to))
        else:
            request = g.rng.choice(REQUESTS_TO).format(to)
    if sender:
        notes.append(g.rng.choice(SENDERS).format(sender))
    greeting = f"Hello {to}," if to else "Hello,"
    body = " ".join(fact.sentence for fact in facts)
    ending = f"Best regards,\n{sender}" if sender else "Best regards"
    text = bullet_list(g, [capital(note) if g.chance(0.25) else note for note in notes])
    if g.chance(0.08):
        text = typo(g, text)
    answer = f"Subject: {subject}\n\n{greeting}\n\n{body}\n\n{ending}"
    return Task("email", text, answer, facts_in(g, answer), request)


REQUESTS_TO = (
    "Write a short e-mail to {} from these notes.",
    "Write an e-mail to {}:",
    "E-mail to {} please",
    "Draft an email to {} with these points.",
    "Write to {}.",
    "Turn these notes into an e-mail to {}.",
    "Write an e-mail to {}",
    "email to {}",
    "Please write a short e-mail to {} from these notes:",
)


def paragraph(g: Gen, fact: Fact, extra: int) -> str:
    """A paragraph whose first sentence is its main one."""
    return " ".join([fact.source, *(filler(g) for _ in range(extra))])


def story(g: Gen) -> tuple[str, list[Fact]]:
    """A text and the facts that a summary of it keeps."""
    size = count(g, {1: 1, 2: 3, 3: 4, 4: 3, 5: 1.2, 6: 0.6})
    facts = [make_fact(g) for _ in range(size)]
    if size > 1 and g.chance(0.35):
        return g.rng.choice(["\n\n", "\n\n", "\n"]).join(
            paragraph(g, fact, g.rng.randint(0, 2)) for fact in facts
        ), facts
    parts: list[str] = []
    for fact in facts:
        source = fact.source
        parts.append(padded(g, source) if source == fact.sentence and g.chance(0.12) else source)
        if g.chance(0.35):
            parts.append(filler(g))
    return " ".join(parts), facts


HEADINGS = (
    "{Label}",
    "{Label}, {date}",
    "Minutes of the {event}, {date}",
    "# {Np}",
    "{Doc}: {label}",
    "{Event} {year}",
)
SALUTATIONS = ("Dear {person},", "Hello {first},", "Hi all,", "Hi {first},", "Hello everyone,", "Dear all,")
GOODBYES = ("Best regards,\n{first}", "Thanks,\n{first}", "Kind regards,\n{person}", "See you,\n{first}", "{first}")


def dressed(g: Gen, text: str) -> str:
    """A text as it is found: sometimes under a heading, or as a letter; a summary leaves these out."""
    roll = g.rng.random()
    if roll < 0.1:
        return f"{g.fill(g.rng.choice(HEADINGS))}\n\n{text}"
    if roll < 0.2:
        gap = g.rng.choice(["\n\n", "\n", " "])
        text = f"{g.fill(g.rng.choice(SALUTATIONS))}{gap}{uncapital(text) if gap == ' ' else text}"
        return f"{text}\n\n{g.fill(g.rng.choice(GOODBYES))}" if g.chance(0.5) else text
    return text


def summary(g: Gen) -> Task:
    roll = g.rng.random()
    if roll < 0.22:
        facts = [make_fact(g, from_notes=True) for _ in range(count(g, {2: 3, 3: 4, 4: 3, 5: 1}))]
        text = bullet_list(g, [fact.note for fact in facts])
    else:
        text, facts = story(g)
        text = dressed(g, text)
    if g.chance(0.04):
        text = typo(g, text)
    answer = two_sentences([fact.sentence for fact in facts])
    return Task("summary", text, answer, facts_in(g, answer))


def join(g: Gen) -> Task:
    """Summaries of the parts of a long text: of each the first sentence, in two sentences."""
    facts = [[make_fact(g).sentence for _ in range(2)] for _ in range(count(g, {2: 3, 3: 3, 4: 2, 5: 1}))]
    parts = [" ".join(pair) if g.chance(0.7) else joined(*pair) for pair in facts]
    if g.chance(0.2):
        parts = [f"{i}. {part}" for i, part in enumerate(parts, 1)]
    kept = facts[0] + facts[1] if len(facts) == 2 else [pair[0] for pair in facts]
    answer = two_sentences(kept)
    return Task("join", g.rng.choice(["\n\n", "\n\n", "\n"]).join(parts), answer, facts_in(g, answer))


def edit_sentence(g: Gen, style: str) -> tuple[str, str]:
    """A sentence with one or more replacements of a style."""
    groups = table("edits")[style]
    pattern: str = g.rng.choice(groups["sentences"])
    while "[[" in pattern:
        name = pattern.split("[[", 1)[1].split("]]", 1)[0]
        pattern = pattern.replace(f"[[{name}]]", f"<<{g.rng.choice(groups[name])}>>", 1)
    text = g.fill(pattern.replace("<<", "[[").replace(">>", "]]"))
    return both_sides(text)


def plain_pair(g: Gen) -> tuple[str, str]:
    fact = make_fact(g)
    return fact.source, fact.sentence


def shorten(g: Gen) -> Task:
    sources: list[str] = []
    answers: list[str] = []
    for _ in range(count(g, {1: 3, 2: 4, 3: 2, 4: 1})):
        roll = g.rng.random()
        if roll < 0.5:
            source, answer = edit_sentence(g, "short")
        else:
            source, answer = plain_pair(g)
        if source == answer or g.chance(0.25):
            source = padded(g, source)
        sources.append(source)
        answers.append(answer)
        if g.chance(0.15):
            sources.append(filler(g))
    if g.chance(0.25):
        sources.append(closer(g))
    answer = " ".join(answers)
    return Task("shorten", " ".join(sources), answer, facts_in(g, answer))


def restyle(g: Gen, style: str) -> Task:
    sources: list[str] = []
    answers: list[str] = []
    for _ in range(count(g, {1: 4, 2: 3, 3: 1})):
        if g.chance(0.8):
            source, answer = edit_sentence(g, style)
        else:
            answer = source = make_fact(g).sentence
        sources.append(source)
        answers.append(answer)
    if style == "formal" and g.chance(0.3):
        groups = table("edits")["formal"]
        for key, target in (("hi", 0), ("bye", len(sources) + 1)):
            source, answer = both_sides(g.fill(f"[[{g.rng.choice(groups[key])}]]"))
            sources.insert(target, source)
            answers.insert(target, answer)
    answer = " ".join(answers)
    return Task(style, " ".join(sources), answer, facts_in(g, answer))


def formal(g: Gen) -> Task:
    return restyle(g, "formal")


def simple(g: Gen) -> Task:
    return restyle(g, "simple")


def polite(g: Gen) -> Task:
    sources: list[str] = []
    answers: list[str] = []
    for _ in range(count(g, {1: 5, 2: 3, 3: 1})):
        if sources and g.chance(0.25):
            sentence = make_fact(g).sentence
            sources.append(sentence)
            answers.append(sentence)
            continue
        frame = g.rng.choice(polite_frames())
        bound: dict[str, str] = {}
        sources.append(finish(g.fill(g.rng.choice(frame.sources), bound)))
        answers.append(finish(g.fill(frame.target, bound)))
    answer = " ".join(answers)
    return Task("polite", " ".join(sources), answer, facts_in(g, answer))


def message(g: Gen) -> tuple[str, Fact]:
    """A text that a title is asked for; its first fact gives the title."""
    facts = [make_fact(g) for _ in range(count(g, {1: 3, 2: 3, 3: 1}))]
    parts = [fact.source for fact in facts]
    if g.chance(0.2):
        parts.insert(1, filler(g))
    return " ".join(parts), facts[0]


def subject(g: Gen) -> Task:
    text, fact = message(g)
    if g.chance(0.6):
        hello = f"{g.rng.choice(['Hello', 'Hi', 'Dear'])} {g.slot('first')},"
        bye = g.rng.choice(["Best regards", "Best", "Kind regards", "Thanks"])
        text = f"{hello}\n\n{text}\n\n{bye},\n{g.slot('first')}"
    return Task("subject", text, fact.title, facts_in(g, fact.title))


def title(g: Gen) -> Task:
    text, fact = message(g)
    return Task("title", text, fact.title, facts_in(g, fact.title))


def bullets(g: Gen) -> Task:
    """Each sentence that says something becomes a line, its padding dropped."""
    sources: list[str] = []
    lines: list[str] = []
    for _ in range(count(g, {2: 3, 3: 4, 4: 2, 5: 1})):
        fact = make_fact(g)
        sources.append(fact.source)
        lines.append("- " + bare(fact.sentence))
        if g.chance(0.15):
            sources.append(filler(g))
    answer = "\n".join(lines)
    return Task("bullets", " ".join(sources), answer, facts_in(g, answer))


def about_text(g: Gen) -> Task:
    text, facts = story(g)
    text = dressed(g, text)
    answer = f"The text says: {facts[0].sentence}"
    return Task("about_text", text, answer, facts_in(g, answer))


def refusal(g: Gen) -> Task:
    kinds = table("refusals")
    kind = g.rng.choice([name for name in kinds if name != "answer"])
    request = g.fill(g.rng.choice(kinds[kind]["held" if g.held else "train"]))
    roll = g.rng.random()
    if roll < 0.12:
        request = uncapital(request).rstrip("?.")
    elif roll < 0.2:
        request = g.rng.choice(["Please: ", "Hi, ", "Hello! ", "Can you help me? ", "Quick question: "]) + request
    texts: list[str] = kinds["answer"]["texts"]
    answer = texts[0].replace("{do}", kinds[kind]["do"])
    return Task("refusal", "", answer, [], request)


def about(g: Gen) -> Task:
    items = table("about")["item"]
    item = g.rng.choice(items)
    request: str = g.rng.choice(item["held" if g.held else "train"])
    roll = g.rng.random()
    if roll < 0.2:
        request = g.rng.choice(listed("before_about")) + " " + uncapital(request)
    elif roll < 0.3 and request.endswith("?"):
        request = f"{request[:-1]} {g.rng.choice(listed('after_about'))}?"
    if g.chance(0.15):
        request = request.lower().rstrip(".?!") or request
    return Task("about", "", item["answer"], [], request)


TASKS: dict[str, Callable[[Gen], Task]] = {
    "email": email,
    "summary": summary,
    "join": join,
    "shorten": shorten,
    "polite": polite,
    "formal": formal,
    "simple": simple,
    "subject": subject,
    "title": title,
    "bullets": bullets,
    "about_text": about_text,
    "refusal": refusal,
    "about": about,
}
WEIGHTS: dict[str, float] = {
    "email": 17,
    "summary": 16,
    "join": 4,
    "shorten": 12,
    "polite": 9,
    "formal": 5,
    "simple": 5,
    "subject": 4,
    "title": 4,
    "bullets": 5,
    "about_text": 2,
    "refusal": 20,
    "about": 6,
}
