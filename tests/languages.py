# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Which words a text has that do not belong to its language."""

import re

from odoo.tests.common import get_db_name

# Names, and words that are the same in Russian.
NAMES = {"API", "Discuss", "GREEN-API", "IAP", "Odoo", "OdooBot", "Telegram", "WhatsApp"}
NAMES |= {"CSV", "GIF", "HTML", "HTTP", "ID", "JPEG", "JSON", "NTP", "PDF", "PNG", "POST", "QR"}
NAMES |= {"RU", "SMS", "URL", "UTC", "VIP", "email", "wid", "xlsx"}
# What Odoo's own Russian leaves in English, and its demo data.
ODOOS = re.compile(
    r"[\w ]+ View|Custom (Filter\.\.\.|Group)|Back to .*|Add Star|Starred messages|New Meeting"
    r"|Search conversations|(Channel|Chat) Actions|Administrators|general"
    r"|Adjusting Entry Origin Moves|Created Adjusting Entries|Define a default in the settings"
    r"|Delete duplicate|Emails|Full Reference .*|Insert image, icon or video|Private Share Account"
    r"|Reviewed|Self Billing|Send Copy To|Taxable Supply Date"
    r"|This document might be a duplicate of"
)
WORD = re.compile(r"[A-Za-z](?:[A-Za-z’']|-(?=[A-Za-z]))+")
IDENTIFIER = re.compile(r"\b[a-z]+(?:[A-Z][A-Za-z]*)+\b")  # of GREEN-API, such as webhookUrl
CYRILLIC = re.compile(r"[А-Яа-яЁё]+")
FIELD_NAME = re.compile(r"(?<!/)\b[a-z]+(?:_[a-z0-9]+)+\b|\b[a-z]+\.[a-z]+\.[a-z.]+\b")
ADDRESS = re.compile(r"https?://\S+")
PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
# Placeholders, addresses, identifiers, file names and tags.
NO_TEXT = re.compile(
    rf"{PLACEHOLDER.pattern}|\S*(?:://|@|/|_|\d|\w\.\w)\S*|<[^>]*>|typeInstance: \w+"
)


def load_language(env, lang="ru_RU"):
    """Load a language with the addon's texts, also those of the database such as labels."""
    env["res.lang"]._activate_lang(lang)
    modules = env["ir.module.module"].search([("name", "=", "telegram_green_api")])
    modules._update_translations([lang])


def find_latin(text):
    """Return the Latin words of a text that are no names."""
    if ODOOS.fullmatch(text):
        return []
    if IDENTIFIER.fullmatch(text):
        return [text]  # as the only name of something
    words = WORD.findall(IDENTIFIER.sub(" ", NO_TEXT.sub(" ", text)))
    return sorted(set(words) - NAMES)


def find_cyrillic(text):
    """Return the Cyrillic words of a text."""
    return sorted(CYRILLIC.findall(text))


def find_unreadable(text):
    """Return what no reader of English should see: Cyrillic letters and names of fields."""
    names = FIELD_NAME.findall(ADDRESS.sub("", PLACEHOLDER.sub("", text)))
    return sorted({*CYRILLIC.findall(text), *names} - {get_db_name()})
