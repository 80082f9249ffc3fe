# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Coordinates as people copy them: two numbers, or the link of a map."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

NUMBER = r"[+-]?[0-9]{1,3}(?:[.,][0-9]+)?"
PART = r"[0-9]{1,2}(?:[.,][0-9]+)?"  # of a degree: minutes or seconds
SOUTH_OR_WEST = ("s", "w", "ю", "з")  # first letters


def _compose_angle(name: str, directions: str) -> str:
    """Return the pattern of an angle such as 55.7558, 55.7558° N, N 55° 45.35' or 55°45'21"N."""
    return (
        rf"(?:(?P<{name}_before>{directions})\s*)?(?P<{name}>{NUMBER})\s*°?"
        rf"(?:\s*(?P<{name}_minutes>{PART})\s*['’′](?!['’′]))?"
        rf"(?:\s*(?P<{name}_seconds>{PART})\s*(?:[\"”″]|['’′]{{2}}))?"
        rf"\s*(?P<{name}_after>{directions})?"
    )


# "55.7558, 37.6173", "55,7558 37,6173", "55°45'21"N 37°37'2"E" or the same in Russian
PAIR = re.compile(
    _compose_angle("latitude", r"[NS]|[сю]\.?\s*ш\.?")
    + r"(?:\s*[,;/~]\s*|\s+|(?<=[NSEWшд.\"”″'’′]))"
    + _compose_angle("longitude", r"[EW]|[вз]\.?\s*д\.?"),
    re.IGNORECASE,
)
# One number with a decimal comma, which is no pair: "55,7558"
DECIMAL = re.compile(r"[+-]?[0-9]{1,3},[0-9]+")
# A link without https://, as browsers show it: "yandex.ru/maps/?ll=37.6,55.7"
BARE_LINK = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}/", re.IGNORECASE)
# Google Maps: the marker of a place, and the middle of the map
GOOGLE_PLACE = re.compile(rf"!3d({NUMBER})!4d({NUMBER})")
GOOGLE_CENTER = re.compile(rf"/@({NUMBER}),({NUMBER})")
# OpenStreetMap: the middle of the map
OSM_CENTER = re.compile(rf"map=[0-9.]+/({NUMBER})/({NUMBER})")
# Parameters with latitude and longitude, the marked place before the middle of the map
PAIR_PARAMETERS = ("q", "query", "destination", "daddr", "coordinate", "ll", "sll", "center", "cp")
# Yandex and 2GIS write the longitude first.
LONGITUDE_FIRST = re.compile(r"(^|\.)(yandex\.[a-z.]+|2gis\.[a-z.]+)$")
LONGITUDE_FIRST_PARAMETERS = ("whatshere[point]", "poi[point]", "pt", "ll", "m")


def parse_coordinates(text: str | None) -> tuple[float, float] | None:
    """Return the latitude and longitude of a text in degrees; None when it has none.

    Short links contain no coordinates: only the website that made them knows the place.

    :param text: two numbers, or a link of Google Maps, OpenStreetMap, Apple, Bing, Yandex or 2GIS
    """
    text = (text or "").strip()
    if text.startswith(("http://", "https://")):
        return _parse_link(text)
    if BARE_LINK.match(text):
        return _parse_link(f"https://{text}")
    if not text.startswith("geo:"):
        return None if DECIMAL.fullmatch(text) else _parse_pair(text)
    place, _mark, query = text.removeprefix("geo:").partition("?")
    # Phones share "geo:0,0?q=55.7558,37.6173(Red Square)".
    marked = parse_qs(query).get("q", [""])[0]
    return _parse_pair(marked) if marked else _parse_pair(place.partition(";")[0])


def _parse_pair(text: str) -> tuple[float, float] | None:
    """Return a latitude and a longitude, negative if they are marked as south or west."""
    text = text.strip().removeprefix("loc:").replace("\N{MINUS SIGN}", "-")
    text = re.sub(r"^\((.*)\)$", r"\1", text)
    text = re.sub(r"\(.*\)$", "", text)  # the name of the place
    match = PAIR.fullmatch(text.strip())
    return (_get_degrees(match, "latitude"), _get_degrees(match, "longitude")) if match else None


def _get_degrees(match: re.Match[str], name: str) -> float:
    """Return an angle of a match in degrees."""
    degrees, minutes, seconds = (
        _to_float(match[group] or "0") for group in (name, f"{name}_minutes", f"{name}_seconds")
    )
    direction = (match[f"{name}_before"] or match[f"{name}_after"] or "").lower()
    is_negative = direction.startswith(SOUTH_OR_WEST) or match[name].startswith("-")
    # Rounded, because fractions of minutes and seconds have no end: 1e-7 degrees are a centimeter.
    value = round(abs(degrees) + minutes / 60 + seconds / 3600, 7)
    return -value if is_negative else value


def _parse_link(url: str) -> tuple[float, float] | None:
    """Return the coordinates in the link of a map."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    values = {name: found[0] for name, found in parse_qs(parts.query).items()}
    if LONGITUDE_FIRST.search(parts.hostname or ""):
        pairs = (
            _parse_pair(values.get(name, "").partition("/")[0].partition("~")[0])
            for name in LONGITUDE_FIRST_PARAMETERS
        )
        pair = next(filter(None, pairs), None)
        return pair and (pair[1], pair[0])
    if "mlat" in values and "mlon" in values:
        return _parse_pair(f"{values['mlat']}, {values['mlon']}")
    readable = unquote(url)
    for pattern in (GOOGLE_PLACE, GOOGLE_CENTER, OSM_CENTER):
        if match := pattern.search(readable):
            return _to_float(match[1]), _to_float(match[2])
    pairs = (_parse_pair(values.get(name, "")) for name in PAIR_PARAMETERS)
    return next(filter(None, pairs), None)


def _to_float(number: str) -> float:
    return float(number.replace(",", "."))
