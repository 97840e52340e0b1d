"""Dates, times, amounts and codes in many formats."""

from __future__ import annotations

import random
import unicodedata

from .lists import listed

DAYS = listed("days")
MONTHS = listed("months")


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1990, 2035)
    name = MONTHS[month - 1]
    weekday = rng.choice(DAYS)
    ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}.get(day, "th")
    forms = [
        weekday,
        weekday,
        f"{weekday}, {day} {name}",
        f"{day} {name}",
        f"{day} {name}",
        f"{name} {day}",
        f"{name} {day}",
        f"{day} {name} {year}",
        f"{name} {day}, {year}",
        f"{year}-{month:02}-{day:02}",
        f"{day:02}.{month:02}.{year}",
        f"{day}.{month}.{year}",
        f"{month:02}/{day:02}/{year}",
        f"{month}/{day}",
        f"{day}/{month}/{year % 100:02}",
        f"{day} {name[:3]}",
        f"{name[:3]} {day}",
        f"{day}{ending} {name}",
        f"{name} {day}{ending}",
        f"the {day}{ending}",
        f"{weekday}, {name} {day}",
        f"next {weekday}",
        f"{weekday} {rng.choice(['morning', 'afternoon', 'evening'])}",
        f"{day}. {month}. {year}",
    ]
    return rng.choice(forms)


def time(rng: random.Random) -> str:
    hour, minute = rng.randint(1, 12), rng.choice([0, 15, 30, 45, 5, 10, 20, 50, rng.randint(1, 59)])
    late = rng.choice(["am", "pm", "a.m.", "p.m."])
    forms = [
        f"{hour} {late}",
        f"{hour}{late[0]}m",
        f"{hour}:{minute:02} {late}",
        f"{hour}:{minute:02}{late[0]}m",
        f"{rng.randint(0, 23)}:{minute:02}",
        f"{rng.randint(6, 22):02}:{minute:02}",
        f"{rng.randint(6, 22)}:00",
        f"{rng.randint(6, 22)}.{minute:02}",
        f"{hour} o'clock",
        rng.choice(["noon", "midnight", f"half past {rng.choice(['two', 'three', 'six', 'nine', 'ten'])}"]),
    ]
    return rng.choice(forms)


def grouped(rng: random.Random, value: int) -> str:
    plain = str(value)
    if value < 1000 or rng.random() < 0.3:
        return plain
    return f"{value:,}".replace(",", rng.choice([",", ",", ",", ".", " ", "'"]))


def money(rng: random.Random) -> str:
    size = rng.choices([2, 3, 4, 5, 6, 7], [3, 4, 4, 3, 2, 1])[0]
    value = rng.randint(10 ** (size - 1), 10**size - 1)
    if rng.random() < 0.4:
        value -= value % rng.choice([10, 50, 100])
        value = max(value, 5)
    amount = grouped(rng, value)
    if rng.random() < 0.25:
        cents = f"{rng.randint(0, 99):02}"
        amount += ("," if "." in amount else ".") + cents
    roll = rng.random()
    if roll < 0.5:
        return rng.choice(["$", "$", "€", "€", "£", "£", "¥", "US$"]) + amount
    if roll < 0.62:
        return rng.choice(["EUR ", "CHF ", "USD ", "GBP ", "€ ", "NOK "]) + amount
    if roll < 0.75:
        return amount + rng.choice([" EUR", " CHF", " USD", " SEK", " PLN", " €", "€", " kr", " INR"])
    if roll < 0.9:
        return amount + rng.choice([" euros", " dollars", " pounds", " francs", " euro", " crowns", " rupees"])
    small = f"{rng.randint(1, 99)}" + (f".{rng.randint(1, 9)}" if rng.random() < 0.6 else "")
    return rng.choice(["$", "€", "£", ""]) + small + rng.choice([" million", " million", " billion", "k"])


def number(rng: random.Random) -> str:
    size = rng.choices([1, 2, 3, 4, 5, 6], [2, 5, 4, 3, 2, 1])[0]
    return grouped(rng, rng.randint(max(2, 10 ** (size - 1)), 10**size - 1))


def percent(rng: random.Random) -> str:
    value = str(rng.randint(1, 99)) + (f".{rng.randint(1, 9)}" if rng.random() < 0.3 else "")
    return value + rng.choice(["%", "%", "%", " %", " percent", " per cent"])


def phone(rng: random.Random) -> str:
    forms = [
        f"{digits(rng, 3)}-{digits(rng, 4)}",
        f"555-{digits(rng, 4)}",
        f"({digits(rng, 3)}) {digits(rng, 3)}-{digits(rng, 4)}",
        f"+{rng.randint(1, 99)} {digits(rng, 3)} {digits(rng, 7)}",
        f"+{rng.randint(20, 99)} {digits(rng, 2)} {digits(rng, 4)} {digits(rng, 4)}",
        f"0{digits(rng, 3)} {digits(rng, 6)}",
        f"0{digits(rng, 9)}",
        f"0{digits(rng, 2)}/{digits(rng, 7)}",
        f"{digits(rng, 3)} {digits(rng, 2)} {digits(rng, 2)}",
        f"extension {digits(rng, 3)}",
    ]
    return rng.choice(forms)


def ascii_of(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(c for c in plain.lower() if c.isalnum()) or "office"


def email(rng: random.Random, name: str, domain: str) -> str:
    local = ascii_of(name) + rng.choice(
        ["", "", f".{ascii_of(domain)[:4]}", str(rng.randint(1, 99)), "_" + rng.choice("abcdk")]
    )
    return f"{local}@{ascii_of(domain)}.{rng.choice(['example', 'example', 'test', 'example.com', 'example.org'])}"


def code(rng: random.Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(rng.randint(1, 4)))
    forms = [
        f"{letters}-{digits(rng, rng.randint(2, 6))}",
        f"{letters}{digits(rng, rng.randint(2, 5))}",
        f"{rng.randint(2015, 2030)}-{digits(rng, rng.randint(2, 5))}",
        f"{rng.randint(2015, 2030)}/{digits(rng, 3)}",
        digits(rng, rng.randint(4, 10)),
        f"#{digits(rng, rng.randint(2, 6))}",
        f"{letters}-{digits(rng, 2)}-{digits(rng, 3)}",
        f"{digits(rng, 3)}-{letters}",
        f"{digits(rng, 4)} {digits(rng, 4)} {digits(rng, 4)}",
    ]
    return rng.choice(forms)


def secret(rng: random.Random, word: str) -> str:
    return rng.choice([f"{word.capitalize()}{digits(rng, 2)}", f"{word}-{digits(rng, 3)}", f"{digits(rng, 2)}{word}!"])


def dimension(rng: random.Random) -> str:
    unit = rng.choice(["m", "cm", "metres", "mm", "feet"])
    return (
        f"{rng.randint(1, 400)} x {rng.randint(1, 400)} {unit}"
        if rng.random() < 0.5
        else f"{rng.randint(2, 900)} {unit}"
    )


def duration(rng: random.Random) -> str:
    unit = rng.choice(["minutes", "hours", "days", "weeks", "months", "years"])
    words = ["two", "three", "four", "five", "six", "ten", "a few", "several"]
    return f"{rng.randint(2, 90)} {unit}" if rng.random() < 0.7 else f"{rng.choice(words)} {unit}"
