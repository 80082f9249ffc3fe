# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Actions that buttons return."""

from typing import Any


def get_dialog_action(
    res_model: str, name: str, res_id: int | None = None, **defaults: Any
) -> dict[str, Any]:
    """Return an action that opens a form in a dialog.

    :param res_model: model of the form
    :param name: title of the dialog
    :param res_id: record to open; by default a new one
    :param defaults: values of a new record by field name
    """
    action: dict[str, Any] = {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": res_model,
        "views": [[False, "form"]],  # needed where the action is the next one of another
        "target": "new",
    }
    if res_id:
        action["res_id"] = res_id
    if defaults:
        action["context"] = {f"default_{field}": value for field, value in defaults.items()}
    return action


def get_notification_action(message: str, kind: str = "success") -> dict[str, Any]:
    """Return an action that displays a short notification and reloads the view.

    :param message: the text
    :param kind: "success", "info", "warning" or "danger"
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "message": message,
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        },
    }
