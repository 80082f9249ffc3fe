# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The language of stored texts, and values in the context that only our own code can bring.

A caller of a public method may bring any key with any JSON value. So a plain value in the context
must not decide what a method does.
"""

from dataclasses import dataclass
from typing import Any

from odoo import api, models


@dataclass(frozen=True)
class OwnValue:
    """A value for the context; JSON has no such object."""

    value: Any = True


def get_own_value(env: api.Environment, key: str) -> Any:
    """Return the value of a key in the context if our own code has brought it; else None."""
    found = env.context.get(key)
    return found.value if isinstance(found, OwnValue) else None


def in_language_of(company: models.BaseModel, records: models.BaseModel) -> models.BaseModel:
    """Return records in the language and time zone of a company.

    Scheduled actions have none of their own, and all users read what they store.
    """
    partner = company.partner_id
    return records.with_context(lang=partner.lang, tz=partner.tz)
