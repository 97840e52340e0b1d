"""The words about what sending would take. Pure."""

from __future__ import annotations

from pennyweight.meter.money import format_usd
from pennyweight.meter.quantities import format_seconds, format_tokens
from pennyweight.services.comparison import Statistics
from pennyweight.services.draft import AskPlan
from pennyweight.ui.widgets.parts import Part


def estimate_parts(plan: AskPlan) -> list[Part]:
    """ "next: 6,640 in + about 160 out", "here ≈ 0.0007¢ · 8 s", "GPT… ≈ 1.4¢"."""
    if plan.problem:
        return []
    about = "" if plan.counted else "about "
    given, written = format_tokens(plan.input_tokens), format_tokens(plan.expected_output)
    parts = [Part(f"next: {about}{given} in + about {written} out", hint=_resent(plan))]
    here = []
    if plan.local_nano is not None:
        here.append(format_usd(plan.local_nano))
    if plan.seconds is not None:
        here.append(format_seconds(plan.seconds))
    if here:
        basis = "From this model's own answers." if plan.basis == "measured" else "A first guess; answers will tell."
        parts.append(Part(f"here ≈ {' · '.join(here)}", "local", hint=basis))
    if plan.equivalent_nano is not None:
        parts.append(Part(f"{plan.reference_name} ≈ {format_usd(plan.equivalent_nano)}", "cloud", hint=_band(plan)))
    return parts


def advice_parts(advice: Statistics | None) -> list[Part]:
    """ "your record: worth the tokens", where the person's own choices say so; silent where they say "stay local"."""
    if advice is None or advice.advice != "worth the tokens":
        return []
    from pennyweight.ui.cloud.words import record  # the redactor's patterns come with it: not at every start

    return [Part("your record: worth the tokens", "cloud", hint=record(advice))]


def notice(plan: AskPlan) -> str:
    """What the person should know before sending: why it cannot be sent, what is left out, that it goes in parts."""
    if plan.problem:
        return plan.problem
    return " ".join(sentence for sentence in (plan.parts_sentence, plan.left_out_sentence) if sentence)


def _resent(plan: AskPlan) -> str:
    return f"{format_tokens(plan.resent_tokens)} of it were sent before." if plan.resent_tokens else ""


def _band(plan: AskPlan) -> str:
    if plan.equivalent_low is None or plan.equivalent_high is None:
        return ""
    return f"Between {format_usd(plan.equivalent_low)} and {format_usd(plan.equivalent_high)} at list price."
