# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What all views and templates of the web client share."""

from pathlib import Path

from lxml import etree

from odoo.tests import BaseCase

ADDON = Path(__file__).resolve().parents[2]
# What an alert shows of what others wrote, which may have no space for a line break.
SHOWN = ("field", "t")


def get_alerts():
    """Return the alerts with their places."""
    for folder in ("views", "wizards", "static/src"):
        for path in sorted((ADDON / folder).rglob("*.xml")):
            for node in etree.parse(str(path)).iter(etree.Element):
                classes = f"{node.get('class', '')} {node.get('t-attf-class', '')}".split()
                if "alert" in classes or node.get("role") == "alert":
                    yield f"{path.relative_to(ADDON)}:{node.sourceline}", node, classes


class TestViews(BaseCase):
    def test_alerts_break_words(self):
        """A name, a URL or an error without spaces would stick out of the alert on a phone."""
        alerts = [
            (place, classes)
            for place, node, classes in get_alerts()
            if node.get("t-out") or any(True for _child in node.iter(*SHOWN))
        ]
        self.assertGreater(len(alerts), 30, "the alerts were not read")
        wrong = [place for place, classes in alerts if "text-break" not in classes]
        self.assertEqual(wrong, [])
