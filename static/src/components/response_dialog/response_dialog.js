import { Component } from "@odoo/owl";

import { CopyButton } from "@web/core/copy_button/copy_button";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";

/** Display a raw response of GREEN-API. Secrets in it were masked by the server. */
export class TelegramResponseDialog extends Component {
    static template = "telegram_green_api.ResponseDialog";
    static components = { CopyButton, Dialog };
    static props = { close: Function, title: String, raw: String };

    get copiedText() {
        return _t("Copied");
    }
}
