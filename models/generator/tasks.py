"""One function per task; each makes a source text and the answer wanted for it."""

from __future__ import annotations

import re
from collections.abc import Callable

from .example import Task
from .grammar import table
from .lists import listed
from .pieces import (
    bullet_list,
    closer,
    headline,
    make_note,
    make_sentence,
    notes_in_two,
    padded,
    summary_of,
    trailed,
)
from .requests import courteous
from .rewording import reworded, with_words_of
from .shorthand import spelled_out
from .slots import Gen
from .template import bare, both_sides, capital, uncapital
from .written_out import written_out

GREETINGS = ("to: {}", "to: {}", "To: {}", "for {}", "to {}", "recipient: {}", "Recipient: {}", "mail to {}")
SENDERS = ("from: {}", "from: {}", "From: {}", "from {}", "sender: {}", "sign: {}", "signed {}", "regards, {}", "{}")


OWN_OR_THE = re.compile("^(?:the|my|our) ")
TYPED_GREETINGS = ("{}", "{}", "{}:", "for {}", "For {}", "hi {}", "Hi {},", "dear {}", "it goes to {}", "To {}")
TYPED_SENDERS = (
    "\n{}",
    "\n{}",
    "\n- {}",
    "\n– {}",
    "\n\n{}",
    "\nfrom {}",
    "\nthanks, {}",
    "\ncheers, {}",
    "\nBest, {}",
)
TYPED_SENDERS_BEHIND = (
    ", from {}",
    ". from {}",
    ", {}",
    ". {}",
    ", im {}",
    ". My name is {}.",
    " - {}",
    ", thanks, {}",
)


def facts_in(g: Gen, answer: str) -> list[str]:
    """The facts made so far that the answer contains."""
    return sorted({fact for fact in g.facts if fact in answer})


def count(g: Gen, weights: dict[int, float]) -> int:
    return g.rng.choices(list(weights), list(weights.values()))[0]


def greeted(g: Gen) -> str:
    if g.hard and g.chance(0.15):
        return g.fill(g.rng.choice(("my {role}", "our {role}", "my team", "our {people}", "{dept}", "my {people}")))
    roll = g.rng.random()
    if roll < 0.7:
        return g.slot("person")
    if roll < 0.8:
        return f"{g.slot('first')} and {g.slot('first')}"
    if roll < 0.9:
        return g.rng.choice(listed("people_greeted"))
    return g.fill(g.rng.choice(("the {role}", "everyone in {dept}", "all {people}", "the {people} of {org}", "{org}")))


def signer(g: Gen) -> str:
    name = g.slot(g.rng.choice(["first", "first", "person"]))
    return f"{name}, {g.fill(g.rng.choice(('{dept}', '{org}', '{role}', '{room}')))}" if g.chance(0.12) else name


def email(g: Gen) -> Task:
    """Each note becomes a sentence of its own (`written_out`)."""
    notes = [make_note(g) for _ in range(count(g, {1: 2, 2: 3, 3: 4, 4: 3, 5: 2, 6: 1}))]
    notes = [capital(note) if g.chance(0.15) else note for note in notes]
    body = " ".join(written_out(note) for note in notes)
    subject = headline(spelled_out(notes[0]))
    to = greeted(g) if g.chance(0.55) else ""
    sender = signer(g) if g.chance(0.4) else ""
    request = None
    typed = g.hard and g.chance(0.4)
    if to and typed:
        if g.chance(0.4):
            notes.insert(0, g.rng.choice(TYPED_GREETINGS).format(to))
        else:
            request = g.rng.choice(listed("requests_to")).replace("<>", to)
    elif to:
        if g.chance(0.75):
            notes.insert(0 if g.chance(0.85) else len(notes), g.rng.choice(GREETINGS).format(to))
        else:
            named = REQUESTS_TO + REQUESTS_TO_A_PERSON if to[0].isupper() and " and " not in to else REQUESTS_TO
            request = g.fill(g.rng.choice(named)).replace("<>", to)
    if sender and not typed:
        notes.append(g.rng.choice(SENDERS).format(sender))
    greeting = f"Hello {OWN_OR_THE.sub('', to)}," if to else "Hello,"
    ending = f"Best regards,\n{sender}" if sender else "Best regards"
    text = bullet_list(g, notes)
    if sender and typed:
        text += g.rng.choice(TYPED_SENDERS if "\n" in text or g.chance(0.3) else TYPED_SENDERS_BEHIND).format(sender)
    answer = f"Subject: {subject}\n\n{greeting}\n\n{body}\n\n{ending}"
    return Task("email", text, answer, facts_in(g, answer), request)


REQUESTS_TO = (
    "Write a short e-mail to <> from these notes.",
    "Write an e-mail to <>:",
    "E-mail to <> please",
    "Draft an email to <> with these points.",
    "Write to <>.",
    "Turn these notes into an e-mail to <>.",
    "Write an e-mail to <>",
    "email to <>",
    "Please write a short e-mail to <> from these notes:",
)
REQUESTS_TO_A_PERSON = (
    "Write a message to my {role} <>.",
    "Write to our {role} <>:",
    "a mail to the {role} <> please",
)


def story(g: Gen) -> list[list[str]]:
    """The sentences of a text, by paragraph."""
    if g.chance(0.62):
        return [[make_sentence(g) for _ in range(count(g, {1: 0.5, 2: 2, 3: 4, 4: 4, 5: 2, 6: 1, 8: 0.5}))]]
    size = count(g, {2: 3, 3: 4, 4: 2, 5: 1})
    return [[make_sentence(g) for _ in range(count(g, {1: 3, 2: 3, 3: 1.5}))] for _ in range(size)]


def written(g: Gen, paragraphs: list[list[str]]) -> str:
    return g.rng.choice(["\n\n", "\n\n", "\n\n", "\n"]).join(" ".join(sentences) for sentences in paragraphs)


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
    if g.chance(0.22):
        notes = [make_note(g, statement=True) for _ in range(count(g, {2: 3, 3: 4, 4: 4, 5: 2, 6: 1}))]
        text, answer = bullet_list(g, notes), notes_in_two(notes)
    else:
        paragraphs = story(g)
        text, answer = dressed(g, written(g, paragraphs)), summary_of(paragraphs)
    return Task("summary", text, answer, facts_in(g, answer))


def join(g: Gen) -> Task:
    """Summaries of the parts of a long text."""
    parts = [
        [make_sentence(g) for _ in range(count(g, {1: 1, 2: 4}))] for _ in range(count(g, {2: 3, 3: 3, 4: 2, 5: 1}))
    ]
    texts = [" ".join(part) for part in parts]
    if g.chance(0.2):
        texts = [f"{i}. {text}" for i, text in enumerate(texts, 1)]
    answer = summary_of(parts)
    return Task("join", g.rng.choice(["\n\n", "\n\n", "\n"]).join(texts), answer, facts_in(g, answer))


def edit_sentence(g: Gen, style: str) -> tuple[str, str]:
    """A sentence with one or more replacements of a style."""
    groups = table("edits")[style]
    pattern: str = g.rng.choice(groups["sentences"])
    while "[[" in pattern:
        name = pattern.split("[[", 1)[1].split("]]", 1)[0]
        pattern = pattern.replace(f"[[{name}]]", f"<<{g.rng.choice(groups[name])}>>", 1)
    text = g.fill(pattern.replace("<<", "[[").replace(">>", "]]"))
    source, answer = both_sides(text)
    return source, reworded(style, answer)


def by_pattern(g: Gen, share: float) -> bool:
    """Whether a sentence comes from a pattern of the style; less often in the harder part of training, for people's
    sentences come from none, and the model should not see patterns in them."""
    return g.chance(0.6 * share if g.hard else share)


def any_sentence(g: Gen, style: str) -> tuple[str, str]:
    """A sentence of any kind; often, but where patterns are measured as they stand, with words of the style in it."""
    known = len(g.facts)
    source = make_sentence(g)
    if g.hard and g.chance(0.6):
        changed = with_words_of(g, style, source)
        if all(fact in changed for fact in g.facts[known:] if fact in source):
            source = changed
    return source, reworded(style, source)


def shorten(g: Gen) -> Task:
    """Wordy phrases get shorter ones, empty openings, fillers and closings go; all else is copied."""
    sources: list[str] = []
    answers: list[str] = []
    for _ in range(count(g, {1: 3, 2: 4, 3: 2, 4: 1})):
        if by_pattern(g, 0.45):
            source, answer = edit_sentence(g, "short")
        else:
            source, answer = any_sentence(g, "short")
        if g.chance(0.6 if source == answer else 0.25) and answer[-1] != "?":
            source = padded(g, source)
        if g.chance(0.12):
            source = trailed(g, source)
        sources.append(source)
        answers.append(answer)
    if g.chance(0.3):
        sources.append(closer(g))
    answer = " ".join(answers)
    return Task("shorten", " ".join(sources), answer, facts_in(g, answer))


def restyle(g: Gen, style: str) -> Task:
    sources: list[str] = []
    answers: list[str] = []
    for _ in range(count(g, {1: 4, 2: 3, 3: 1})):
        if by_pattern(g, 0.65):
            source, answer = edit_sentence(g, style)
        else:
            source, answer = any_sentence(g, style)
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
    for _ in range(count(g, {1: 5, 2: 4, 3: 2})):
        source, answer = courteous(g) if by_pattern(g, 0.75) else (make_sentence(g),) * 2
        sources.append(source)
        answers.append(answer)
    answer = " ".join(answers)
    return Task("polite", " ".join(sources), answer, facts_in(g, answer))


def message(g: Gen) -> tuple[str, str]:
    """A text that a title is asked for; its first sentence gives the title."""
    sentences = [make_sentence(g) for _ in range(count(g, {1: 3, 2: 3, 3: 1}))]
    return " ".join(sentences), headline(sentences[0])


def subject(g: Gen) -> Task:
    text, title_of_it = message(g)
    if g.chance(0.6):
        hello = f"{g.rng.choice(['Hello', 'Hi', 'Dear'])} {g.slot('first')},"
        bye = g.rng.choice(listed("sign_offs"))
        text = f"{hello}\n\n{text}\n\n{bye},\n{g.slot('first')}"
    return Task("subject", text, title_of_it, facts_in(g, title_of_it))


def title(g: Gen) -> Task:
    text, answer = message(g)
    return Task("title", text, answer, facts_in(g, answer))


def bullets(g: Gen) -> Task:
    """Each sentence becomes a line."""
    sources: list[str] = []
    lines: list[str] = []
    for _ in range(count(g, {2: 3, 3: 4, 4: 2, 5: 1})):
        sentence = make_sentence(g)
        sources.append(sentence)
        lines.append("- " + bare(sentence))
    answer = "\n".join(lines)
    return Task("bullets", " ".join(sources), answer, facts_in(g, answer))


def about_text(g: Gen) -> Task:
    paragraphs = story(g)
    text = dressed(g, written(g, paragraphs))
    answer = f"The text says: {paragraphs[0][0]}"
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
    "email": 30,
    "summary": 17,
    "join": 4,
    "shorten": 12,
    "polite": 12,
    "formal": 8,
    "simple": 9,
    "subject": 4,
    "title": 4,
    "bullets": 8,
    "about_text": 2,
    "refusal": 11,
    "about": 7,
}
