# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Coordinates as people copy them: two numbers, or the link of a map."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

NUMBER = r"[+-]?[0-9]{1,3}(?:[.,][0-9]+)?"
# "55.7558, 37.6173", "55,7558 37,6173" or "55.7558° N, 37.6173° E"
PAIR = re.compile(
    rf"({NUMBER})\s*°?\s*([NS]?)(?:\s*[,;/~]\s*|\s+)({NUMBER})\s*°?\s*([EW]?)", re.IGNORECASE
)
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

    Short links contain no coordinates: only the service that made them knows the place.

    :param text: two numbers, or a link of Google Maps, OpenStreetMap, Apple, Bing, Yandex or 2GIS
    """
    text = (text or "").strip()
    if text.startswith(("http://", "https://")):
        return _parse_link(text)
    return _parse_pair(text.removeprefix("geo:").partition("?")[0])


def _parse_pair(text: str) -> tuple[float, float] | None:
    """Return two numbers, negative if they are marked as south or west."""
    if not (match := PAIR.fullmatch(text.strip())):
        return None
    latitude, south, longitude, west = match.groups()
    return (
        _to_float(latitude) * (-1 if south.upper() == "S" else 1),
        _to_float(longitude) * (-1 if west.upper() == "W" else 1),
    )


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
