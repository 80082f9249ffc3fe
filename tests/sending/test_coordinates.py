# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import BaseCase, tagged

from ...tools.coordinates import parse_coordinates

MOSCOW = (55.7558, 37.6173)
SYDNEY = (-33.8568, 151.2153)


@tagged("-at_install", "post_install")
class TestCoordinates(BaseCase):
    """Coordinates as people copy them."""

    def test_numbers(self):
        """Two numbers are read with the decimal sign and the marks of every map."""
        for text in (
            "55.7558, 37.6173",
            " 55.7558 37.6173 ",
            "55,7558; 37,6173",
            "55,7558, 37,6173",
            "55.7558° N, 37.6173° E",
            "geo:55.7558,37.6173?z=15",
        ):
            self.assertEqual(parse_coordinates(text), MOSCOW, text)
        for text in ("-33.8568, 151.2153", "33.8568° S, 151.2153° E"):
            self.assertEqual(parse_coordinates(text), SYDNEY, text)

    def test_minutes(self):
        """Degrees with minutes and seconds are read as maps and encyclopedias write them."""
        for text in (
            "55°45'20.88\"N 37°37'2.28\"E",
            "55°45′20.88″ с. ш. 37°37′2.28″ в. д.",
            "N 55° 45.348', E 37° 37.038'",
            "55° 45' 20,88'' N; 37° 37' 2,28'' E",
            "55°45'20.88\"N37°37'2.28\"E",
            "(55.7558, 37.6173)",
        ):
            self.assertEqual(parse_coordinates(text), MOSCOW, text)
        for text in (
            "33°51'24.48\"S 151°12'55.08\"E",
            "-33°51'24.48\", 151°12'55.08\"",
            "\N{MINUS SIGN}33.8568, 151.2153",
            "33.8568° ю.ш., 151.2153° в.д.",
        ):
            self.assertEqual(parse_coordinates(text), SYDNEY, text)

    def test_one_number(self):
        """A latitude with a decimal comma is not a place of two whole degrees."""
        for text in ("55,37", "55,7558", "-33,8568"):
            self.assertIsNone(parse_coordinates(text), text)
        self.assertEqual(parse_coordinates("55, 37"), (55, 37))

    def test_shared_by_phone(self):
        """The place that a phone shares is the marked one, not the zeros before it."""
        for text in (
            "geo:0,0?q=55.7558,37.6173(Red%20Square)",
            "geo:0,0?q=55.7558,37.6173",
            "geo:55.7558,37.6173;u=35",
            "https://maps.google.com/maps?q=loc:55.7558,37.6173",
            "maps.google.com/?q=55.7558,37.6173",
            "yandex.ru/maps/?ll=37.6173%2C55.7558",
        ):
            self.assertEqual(parse_coordinates(text), MOSCOW, text)
        self.assertIsNone(parse_coordinates("geo:0,0?q=Red+Square"))

    def test_zero(self):
        """A zero is a coordinate only if it was typed."""
        self.assertEqual(parse_coordinates("0, 37.6173"), (0, 37.6173))
        for text in ("55.7558", "55.7558,", ", 37.6173", "", None, False):
            self.assertIsNone(parse_coordinates(text), text)

    def test_links(self):
        """The links of maps are read, and the marked place before the middle of the map."""
        for url in (
            "https://www.google.com/maps/@55.7558,37.6173,15z",
            "https://www.google.com/maps/place/Red+Square/@55.1,37.1,17z/data=!3m1!4b1!4m6"
            "!3m5!1s0x46:0x4b!8m2!3d55.7558!4d37.6173!16s?entry=ttu",
            "https://maps.google.com/?q=55.7558,37.6173",
            "https://www.google.com/maps/search/?api=1&query=55.7558%2C37.6173",
            "https://maps.apple.com/?ll=55.7558,37.6173&q=Red%20Square",
            "https://www.openstreetmap.org/?mlat=55.7558&mlon=37.6173#map=16/55.1/37.1",
            "https://www.openstreetmap.org/#map=16/55.7558/37.6173",
            "https://yandex.ru/maps/213/moscow/?ll=37.6173%2C55.7558&z=15",
            "https://yandex.com/maps/?ll=37.1%2C55.1&pt=37.6173,55.7558&z=15",
            "https://2gis.ru/moscow?m=37.6173%2C55.7558%2F16",
            "https://www.bing.com/maps?cp=55.7558~37.6173&lvl=15",
        ):
            self.assertEqual(parse_coordinates(url), MOSCOW, url)

    def test_links_without_coordinates(self):
        """A short link, an address and a broken link are no coordinates."""
        for url in (
            "https://maps.app.goo.gl/a1B2c3",
            "https://maps.google.com/?q=Red+Square",
            "https://[broken/@55.7558",
            "Red Square 1, Moscow",
        ):
            self.assertIsNone(parse_coordinates(url), url)
