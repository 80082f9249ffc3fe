import { Component } from "@odoo/owl";

import { CopyButton } from "@web/core/copy_button/copy_button";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Shows an answer of the service as it came; secrets were masked on the server. */
export class TelegramResponseDialog extends Component {
    static template = "telegram_green_api.ResponseDialog";
    static components = { CopyButton, Dialog };
    static props = { close: Function, title: String, raw: String };

    get copied() {
        return _t("Copied");
    }
}

/** Tells a person in words what came of a button; one click away is the raw answer. */
export function showAnswer(env, action) {
    const { message, next, raw, title, type } = action.params;
    const buttons = [];
    if (raw) {
        buttons.push({
            name: _t("Response"),
            onClick: () => env.services.dialog.add(TelegramResponseDialog, { title, raw }),
        });
    }
    const className = "o_telegram_answer";
    env.services.notification.add(message, { buttons, className, title, type });
    return next;
}

registry.category("actions").add("telegram_green_api.answer", showAnswer);
