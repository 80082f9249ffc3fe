import { Message } from "@mail/core/common/message";
import { stateIcon, stateTitle } from "@telegram_green_api/core/common/telegram_state";
import { markEventHandled } from "@web/core/utils/misc";

import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /**
     * A message that came by Telegram, among others that did not; of those that went out, the
     * notification tells as much.
     */
    get isFromTelegram() {
        return (
            this.message.message_type === "telegram" &&
            !this.message.thread?.isTelegram &&
            !this.message.notification_ids.some((notification) => notification.isTelegram)
        );
    },

    /** Words for the notification icon; undefined leaves it to whom the notification belongs. */
    get telegramNotificationTitle() {
        const [notification] = this.message.notification_ids;
        return notification.isTelegram ? notification.telegramTitle : undefined;
    },

    /** How far a message of ours has come, in a conversation; a failure has its own icon. */
    get telegramStateIcon() {
        const { notification_ids, telegram_state } = this.message;
        return notification_ids.length ? undefined : stateIcon(telegram_state);
    },

    get telegramStateTitle() {
        return stateTitle(this.message.telegram_state);
    },

    async onClickNotification(ev) {
        const failed = this.message.notification_ids.find(
            (notification) =>
                notification.isTelegram &&
                notification.isFailure &&
                notification.telegram_message_id
        );
        if (!failed) {
            return super.onClickNotification(...arguments);
        }
        markEventHandled(ev, "Message.ClickFailure");
        const id = failed.telegram_message_id;
        if (!(await user.checkAccessRight("telegram.message", "read", id))) {
            return super.onClickNotification(...arguments);
        }
        return this.env.services.action.doAction({
            type: "ir.actions.act_window",
            res_model: "telegram.message",
            res_id: id,
            views: [[false, "form"]],
        });
    },
});
