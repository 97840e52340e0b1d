"""Postal addresses in a text: a street with its house number, and the postcode and town that follow it.

English (`221B Baker St.`), German (`Hauptstraße 5`) and French (`12 rue de la Paix`) ways of writing. Careful rather
than complete: a name that is not capitalised, or a number that counts something, is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_UPPER = "A-ZÀ-ÖØ-Þ"
_WORD = rf"[{_UPPER}][\w'’-]{{0,40}}"
_GAP = r"(?:,? ?\r?\n ?| - |,? )"

_UK = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)"
_US = r"[A-Z]{2},? \d{5}(?:-\d{4})?(?!\w)"
_TOWN = rf"{_WORD}\.?(?: {_WORD}){{0,3}}"
_BEFORE_TOWN = r"(?:(?:Bad|Sankt|St\.|Saint|La|Le|Les|Alt|Groß|New) )?"
_AFTER_TOWN = rf"(?: (?:am|an der|im|ob der|bei|vor der|sur) {_WORD}| \(\w{{1,20}}\))?"
_CODE_FIRST = rf"(?:[A-Z]{{1,2}}-)?\d{{4,5}} {_BEFORE_TOWN}{_WORD}{_AFTER_TOWN}"
_PLACE = (
    rf"(?:{_GAP}{_CODE_FIRST}"
    rf"|{_GAP}(?:{_TOWN},?[ \n]){{0,2}}{_UK}"
    rf"|{_GAP}{_TOWN},? {_US})"
)
_TAIL = re.compile(_PLACE)

_NO_NUMBER_BEFORE = r"(?<![\w.,:/$€£#%+-])"
_COUNTED = r"(?:Chapter|Section|Figure|Fig\.|Table|Page|Part|Step|Version|Episode|Season|Level|Lesson|Article)"
_DATED = r"(?:in|since|by|from|until|till|before|after|during|of|around)"
_NOT_BEFORE = re.compile(rf"\b{_COUNTED} \Z", re.IGNORECASE)
_YEAR = re.compile(rf"\b{_DATED} (?:1[5-9]|20)\d\d\Z", re.IGNORECASE)
_NOT_A_NAME = (
    r"(?!(?:The|This|That|These|Those|An?|And|Or|Of|In|On|At|For|To|New Drive|Google|Hard|Flash|Disk|USB|Tape|"
    r"Supreme|High Court|District Court|County Court)\b|Wall Street [a-z]{4,})"
)
_STREET = r"(?:[Ss]treet|St|[Rr]oad|Rd|[Aa]venue|Ave|Blvd|[Bb]oulevard|[Ll]ane|Ln|Terrace|Crescent|Highway|Hwy|Parkway)"
_MAYBE_STREET = r"(?:Drive|Dr|Way|Court|Ct|Place|Pl|Close|Square|Sq|Circle|Gardens|Grove|Mews|Row|Hill|Walk|Park|Trail)"
_STOPS = r"(?= ?(?:[,;:!?)\n]|\.(?!\w)|\Z))"
_UNIT = r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor)\.? ?#?\w{1,6}|,? #\w{1,6})?"
_ENGLISH = re.compile(
    rf"{_NO_NUMBER_BEFORE}\d{{1,5}}[A-Za-z]?(?:[/–-]\d{{1,5}}[A-Za-z]?)? "
    rf"(?:(?:[NSEW]|NE|NW|SE|SW)\.? )?{_NOT_A_NAME}(?:(?:{_WORD}\.?|\d{{1,3}}(?:st|nd|rd|th)) ){{1,4}}?"
    rf"(?:{_STREET}(?!\w)\.?(?: (?:[NSEW]|NE|NW|SE|SW)(?!\w))?|{_MAYBE_STREET}(?!\w)(?:{_STOPS}|(?={_PLACE})|\.))"
    rf"{_UNIT}"
)

_HOUSE = r"\d{1,4}(?: ?[a-zA-Z](?!\w))?(?: ?[/–-] ?\d{1,4}(?: ?[a-zA-Z](?!\w))?)?(?!\w|[.,:]\d| ?[%€$])"
_NO_COUNT = r"(?! (?:Min|Minuten?|Stunden?|Uhr|Tage?|Jahre?|km|m|Meter|Kilometer|Prozent|Euro|Mal|Leute|Personen)\b)"
_NO_STREET = (
    r"(?!(?:Sitz|Steh|Stell|Park|Arbeits|Listen|Speicher|Tabellen|Studien|Ausbildungs|Kita|Fuß|Heim|Schul|Um|Aus)"
    r"(?:platz|weg)\b|(?:Der|Die|Das|Den|Dem|Ein|Eine|Einen|Auf|Von|Mit|Vom|Im|Mein|Dein|Unser)\b)"
)
_JOINED = r"(?:straße|strasse|str\.|gasse|platz|allee|weg|damm|chaussee|stieg|promenade)"
_APART = r"(?:Straße|Strasse|Str\.|Gasse|Platz|Allee|Weg|Damm|Chaussee|Ufer|Ring|Promenade)"
_AT = r"(?:Am|Im|An der|An den|An dem|Auf der|Auf dem|In der|In den|Zum|Zur|Unter den|Hinter der|Hinter dem|Beim)"
_AT_WHAT = (
    rf"(?:[{_UPPER}][\w-]{{2,30}}?(?:bach|berg|graben|wald|hang|garten|anger|mühle|tor|brunnen|hof|feld)"
    r"|Markt|Bahnhof|Park|Rathaus|Dom|Kirche|Kirchplatz|See|Wald|Berg|Graben|Hang|Ufer|Ring|Tor|Brunnen|Wall|Damm"
    r"|Bach|Mühle|Anger|Feld|Weiher|Brücke|Linden|Hof|Hafen|Schloss|Zoo|Sportplatz|Friedhof|Garten|Gärten|Stadtpark)"
)
_HOUSE_THEN = r"(?=(?<=[a-zA-Z])| ?(?:[,;:!?)\n]|\.(?!\d)|\Z)| (?:in|bei|und|oder|ist)\b)"
_ELSE = rf"{_WORD}(?:ring|hof|berg|markt|graben|steig|ufer|wall)|{_AT} {_WORD}"
_GERMAN = re.compile(
    rf"(?<![\w-])(?:{_NO_STREET}[{_UPPER}][\w’-]{{1,40}}?(?:{_JOINED}|-{_APART}) ?{_HOUSE}{_NO_COUNT}"
    rf"|{_NO_STREET}{_WORD}(?: {_WORD}){{0,2}}? {_APART} ?{_HOUSE}{_NO_COUNT}"
    rf"|Straße de[rs] (?:\d{{1,2}}\. )?{_WORD} {_HOUSE}{_NO_COUNT}"
    rf"|{_AT} {_AT_WHAT} {_HOUSE}(?:{_HOUSE_THEN}|(?={_PLACE}))"
    rf"|(?:{_ELSE}) {_HOUSE}(?={_GAP}{_CODE_FIRST}))"
)

_VOIE = r"(?:[Rr]ue|[Aa]venue|[Aa]v\.|[Bb]oulevard|[Bb]d\.?|[Pp]lace|[Cc]hemin|[Ii]mpasse|[Aa]llée|[Qq]uai|[Ff]aubourg)"
_MAYBE_VOIE = r"(?:[Cc]ours|[Ss]quare|[Pp]assage|[Rr]oute|[Vv]oie|[Ss]entier)"
_LINK = r"(?:(?:de la|de l['’]|du|des|de|d['’]|le|la|les|l['’]|aux?|à la|sur) ?)"
_NAMED = rf"{_LINK}{{0,2}}{_WORD}(?: {_LINK}?{_WORD}){{0,3}}"
_FRENCH = re.compile(
    rf"{_NO_NUMBER_BEFORE}\d{{1,4}}(?: ?(?:bis|ter|quater|[A-D])(?!\w))?,? "
    rf"(?:{_VOIE} {_NAMED}|{_MAYBE_VOIE} {_NAMED}?(?={_GAP}{_CODE_FIRST}))"
)


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends: first with its postcode and town, then the street alone."""
    for pattern in (_ENGLISH, _GERMAN, _FRENCH):
        for match in pattern.finditer(text):
            start, end = match.span()
            if _NOT_BEFORE.search(text[max(0, start - 16) : start]) or _year(text, match):
                continue
            tail = _TAIL.match(text, end)
            if tail is not None:
                yield start, tail.end()
            yield start, end


def _year(text: str, match: re.Match[str]) -> bool:
    """ "In 1929 Wall Street" tells when, not where."""
    return _YEAR.search(text[max(0, match.start() - 10) : match.start() + 5].rstrip()) is not None
