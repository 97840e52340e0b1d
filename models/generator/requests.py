"""Curt sentences and their polite forms: words before and after what is asked change, what is asked is copied."""

from __future__ import annotations

from .pieces import finish
from .slots import Gen
from .template import both_sides

PATTERNS = (
    "[[{Order}.|Could you please {order}?]]",
    "[[{Order}.|Could you please {order}?]]",
    "[[{Order} by {date}.|Could you please {order} by {date}?]]",
    "[[{Order} by {date}!|Could you please {order} by {date}?]]",
    "[[{Order} now!|Could you please {order}?]]",
    "[[{Order} immediately.|Could you please {order}?]]",
    "[[{Order} at once!|Could you please {order}?]]",
    "[[{Order} right now!|Could you please {order}?]]",
    "[[{Order}, and do it today!|Could you please {order} today?]]",
    "[[{Order}!|Could you please {order}?]]",
    "[[You must {order}.|Could you please {order}?]]",
    "[[You have to {order}.|Could you please {order}?]]",
    "[[You need to {order} before {date}.|Could you please {order} before {date}?]]",
    "[[I want you to {order}.|Could you please {order}?]]",
    "[[I expect you to {order} by {date}.|Could you please {order} by {date}?]]",
    "[[Just {order}.|Could you please {order}?]]",
    "[[Why don't you {order}?|Could you please {order}?]]",
    "[[{First}, {order}!|{First}, could you please {order}?]]",
    "[[{First}, you must {order}.|{First}, could you please {order}?]]",
    "[[{Order}, {clause}.|Could you please {order}? {Clause}.]]",
    "[[{Order}, some of us {tail}.|Could you please {order}? Some of us {tail}.]]",
    "[[{Order}. I need it by {date}.|Could you please {order}? I would need it by {date}.]]",
    "[[Don't {order}.|Please do not {order}.]]",
    "[[Don't {order}!|Please do not {order}.]]",
    "[[Stop {ving} the {np}.|Please stop {ving} the {np}.]]",
    "[[Stop {ving} {tail}!|Please stop {ving} {tail}.]]",
    "[[Never {order} again!|Please never {order} again.]]",
    "[[No, {clause}.|I am afraid {clause}.]]",
    "[[No, I {tail}.|I am afraid I {tail}.]]",
    "[[No. {Clause}.|I am afraid {clause}.]]",
    "[[I won't {task}.|I am afraid I cannot {task}.]]",
    "[[I can't {task} on {date}.|I am afraid I cannot {task} on {date}.]]",
    "[[Your {common} is {adj} {tail}.|I am afraid your {common} is {adj} {tail}.]]",
    "[[Your {doc} is {adj} and {tail}.|I am afraid your {doc} is {adj} and {tail}.]]",
    "[[Your {np} {tail}.|I am afraid your {np} {tail}.]]",
    "[[You forgot the {np} {tail}.|I think you forgot the {np} {tail}.]]",
    "[[You forgot to {task}!|I think you forgot to {task}.]]",
    "[[You didn't {task}.|I think you did not {task}.]]",
    "[[You are {adj} {tail}.|I think you are {adj} {tail}.]]",
    "[[You still owe us {money} for {np}.|I think you still owe us {money} for {np}.]]",
    "[[I want {np} {tail}.|I would like {np} {tail}.]]",
    "[[I want my {common} back by {date}.|I would like my {common} back by {date}.]]",
    "[[I want to {task}.|I would like to {task}.]]",
    "[[I need the {np} {tail}.|I would need the {np} {tail}.]]",
    "[[I need {goods} by {date}.|I would need {goods} by {date}.]]",
    "[[Where is the {np} {tail}?|May I ask: where is the {np} {tail}?]]",
    "[[When will you {task}?|May I ask: when will you {task}?]]",
    "[[Why is the {np} {tail}?|May I ask: why is the {np} {tail}?]]",
    "[[What about the {np}?|May I ask: what about the {np}?]]",
    "[[Next time {clause}.|Next time {clause}.]]",
)
"""``[[curt|polite]]`` with the slots of `slots.MAKERS`."""


def courteous(g: Gen) -> tuple[str, str]:
    """A sentence as it is blurted out, and as it is said politely."""
    source, answer = both_sides(g.fill(g.rng.choice(PATTERNS)))
    return finish(source), finish(answer)
