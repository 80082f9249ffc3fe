import { Store } from "@mail/core/common/store_service";
import { getErrorMessage } from "@telegram_green_api/utils/error_message";

import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { uuid } from "@web/core/utils/strings";

patch(Store.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {boolean|undefined} whether the user has the access right to use Telegram */
        this.is_telegram_user = undefined;
        /** @type {number|undefined} chats that wait for the user */
        this.telegram_waiting_count = undefined;
    },

    /**
     * Show why a message to a customer was refused, and put it back into the composer.
     *
     * Odoo would keep it in the conversation with a button to retry, which fails for the same reason.
     */
    async doMessagePost(params, tmpMessage) {
        if (!tmpMessage?.thread?.isTelegram) {
            return super.doMessagePost(...arguments);
        }
        // Odoo may have posted it though the connection was lost: the customer gets it once.
        params.context = { telegram_post_key: uuid(), ...params.context };
        let refusal;
        // Without the temporary message, Odoo throws the error.
        const result = await super.doMessagePost(params).catch((error) => {
            if (!(error instanceof RPCError)) {
                tmpMessage.postFailRedo = () => this.redoTelegramPost(params, tmpMessage);
                return;
            }
            refusal = error;
        });
        if (refusal) {
            const message = getErrorMessage(refusal, _t("The message was not sent. Try again."));
            this.env.services.notification.add(message, { autocloseDelay: 10_000, type: "danger" });
            const isNote = params.post_data.subtype_xmlid === "mail.mt_note";
            tmpMessage.thread.composer.restore(tmpMessage, isNote);
            tmpMessage.delete();
        }
        return result;
    },

    /** Post a message again after the connection was lost, and show it as it is on the server. */
    async redoTelegramPost(params, tmpMessage) {
        const { thread } = tmpMessage;
        tmpMessage.postFailRedo = undefined;
        const data = await this.doMessagePost(params, tmpMessage);
        if (!data) {
            return;
        }
        this.insert(data.store_data);
        const message = this["mail.message"].get(data.message_id);
        if (message.notIn(thread.messages)) {
            thread.addOrReplaceMessage(message, tmpMessage);
        }
        tmpMessage.delete();
    },
});
