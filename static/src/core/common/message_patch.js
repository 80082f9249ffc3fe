import { Message } from "@mail/core/common/message";
import { stateIcon, stateTitle } from "@telegram_green_api/core/common/telegram_state";
import { markEventHandled } from "@web/core/utils/misc";

import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

patch(Message.prototype, {
    /**
     * Return whether to mark the message as one of Telegram. A sent message has a notification
     * icon instead, and in a Telegram conversation all messages are of Telegram.
     */
    get isFromTelegram() {
        return (
            this.message.message_type === "telegram" &&
            !this.message.thread?.isTelegram &&
            !this.message.notification_ids.some((notification) => notification.isTelegram)
        );
    },

    /** Return whether the message stands on the side of the company, whoever wrote it. */
    get isOnOurSide() {
        const { message } = this.props;
        return Boolean(message.thread?.isTelegram && message.isSentByTelegram);
    },

    get attClass() {
        const classes = super.attClass;
        if (this.isOnOurSide && !this.message.isSelfAuthored) {
            classes["o-selfAuthored o-telegram-colleague"] = !this.env.messageCard;
        }
        classes["o-telegram-canceled"] = this.message.isTelegramCanceled;
        return classes;
    },

    get isAlignedRight() {
        return super.isAlignedRight || Boolean(this.env.inChatWindow && this.isOnOurSide);
    },

    /** Return in words that the customer has not received the message: only later, or never. */
    get telegramNotSentNote() {
        const { isTelegramCanceled, telegram_message, telegram_state } = this.message;
        if (isTelegramCanceled) {
            return _t("Canceled");
        }
        if (telegram_state !== "queued" || !telegram_message?.scheduled_date) {
            return undefined;
        }
        const date = deserializeDateTime(telegram_message.scheduled_date);
        return _t("Scheduled for %(date)s", { date: toLocaleDateTimeString(date) });
    },

    /** Return the icon of the state of a message written in Discuss, where a chatter shows it. */
    get telegramChatterIcon() {
        return this.isFromTelegram ? stateIcon(this.message.telegram_state) : undefined;
    },

    /** Return the tooltip of the notification icon, or undefined for other notification types. */
    get telegramNotificationTitle() {
        const [notification] = this.message.notification_ids;
        return notification.isTelegram ? notification.telegramTitle : undefined;
    },

    /** Return the icon of a message's state in a conversation; failures have an icon of their own. */
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
