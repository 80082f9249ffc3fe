import { DiscussCoreCommon } from "@mail/discuss/core/common/discuss_core_common_service";

import { patch } from "@web/core/utils/patch";

export const RECORD_CHANGED = "telegram_green_api/record_changed"; // as in const.py

patch(DiscussCoreCommon.prototype, {
    setup() {
        super.setup(...arguments);
        this.busService.subscribe(RECORD_CHANGED, ({ model, id }) => {
            this.env.bus.trigger("telegram_green_api.posted", { model, id });
        });
    },

    /**
     * Do not count what the account has sent as unread, as the server does.
     *
     * Odoo only counts a message whose bus id is higher than that of the counter.
     */
    async _handleNotificationNewMessage(payload, metadata) {
        const message = this.store["mail.message"].get(payload.data["mail.message"]?.[0]);
        const isSent = message?.isSentByTelegram;
        for (const [model, id] of payload.telegram_records ?? []) {
            // Chatters of these records are open perhaps, and Odoo does not update them.
            this.env.bus.trigger("telegram_green_api.posted", { model, id });
        }
        return super._handleNotificationNewMessage(
            payload,
            isSent ? { ...metadata, id: 0 } : metadata
        );
    },
});
