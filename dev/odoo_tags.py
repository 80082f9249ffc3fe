# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A plugin of pytest: it marks tests by Odoo's tags, since tests cannot import pytest for that."""

import pytest

TAGS = ("slow",)


@pytest.hookimpl(tryfirst=True)  # before -m selects by marks
def pytest_collection_modifyitems(items):
    for item in items:
        for tag in TAGS:
            if tag in getattr(item.cls, "test_tags", ()):
                item.add_marker(tag)
