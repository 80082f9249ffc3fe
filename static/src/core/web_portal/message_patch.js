import "@mail/core/web_portal/message_patch";

import { Message } from "@mail/core/common/message";
import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /**
     * Show quotations of Telegram: Odoo hides them, as it hides the quoted text below an e-mail.
     * A long text that was deleted is hidden as such a quotation.
     *
     * @override
     * @param {HTMLElement} bodyEl
     */
    insertEllipsisbtn(bodyEl) {
        const isTelegram =
            this.message.message_type === "telegram" || this.message.thread?.isTelegram;
        if (!isTelegram || bodyEl.querySelector(".o-telegram-deleted[data-o-mail-quote]")) {
            super.insertEllipsisbtn(...arguments);
        }
    },
});
