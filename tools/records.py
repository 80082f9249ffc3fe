# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The records to which the fields ``res_model`` and ``res_id`` of other records point."""

from odoo.models import BaseModel


def find_records(owners: BaseModel) -> dict[BaseModel, BaseModel]:
    """Return the record of each owner that has one, if it still exists."""
    ids_by_model: dict[str, list[int]] = {}
    for owner in owners:
        if owner.res_model in owners.env and owner.res_id:
            ids_by_model.setdefault(owner.res_model, []).append(owner.res_id)
    existing = {
        (record._name, record.id): record
        for model, ids in ids_by_model.items()
        for record in owners.env[model].browse(ids).exists()
    }
    keys = {owner: (owner.res_model, owner.res_id) for owner in owners}
    return {owner: existing[key] for owner, key in keys.items() if key in existing}


def get_record_names(owners: BaseModel) -> dict[BaseModel, str]:
    """Return the name of each owner's record, unless the current user may not read it."""
    records = find_records(owners)
    by_model: dict[str, list[BaseModel]] = {}
    for record in records.values():
        by_model.setdefault(record._name, []).append(record)
    names: dict[BaseModel, str] = {}
    for several in by_model.values():
        readable = several[0].union(*several)._filtered_access("read")
        names.update((record, record.display_name) for record in readable)
    return {owner: names[record] for owner, record in records.items() if record in names}
