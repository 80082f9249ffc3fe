import { Notification } from "@mail/core/common/notification_model";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const ICONS = {
    queued: "fa fa-clock-o",
    sending: "fa fa-clock-o",
    sent: "fa fa-check",
    delivered: "fa o-telegram-ticks",
    read: "fa o-telegram-ticks o-telegram-read text-info",
    unsure: "fa fa-question-circle",
    error: "fa fa-exclamation-circle",
    canceled: "fa fa-ban",
};

// Of a message whose record in the queue is gone, the notification still knows that much.
const STATE_OF_STATUS = {
    ready: "queued",
    process: "sending",
    pending: "sent",
    sent: "delivered",
    canceled: "canceled",
};

/** @type {import("models").Notification} */
const notificationPatch = {
    setup() {
        super.setup(...arguments);
        /** @type {string|false|undefined} why it failed, in words */
        this.failure_reason = undefined;
        /** @type {number|false|undefined} the message in the queue */
        this.telegram_message_id = undefined;
        /** @type {string|false|undefined} */
        this.telegram_state = undefined;
    },

    get isTelegram() {
        return this.notification_type === "telegram";
    },

    /** State of the message; the names are those of the model telegram.message. */
    get telegramState() {
        if (this.telegram_state) {
            return this.telegram_state;
        }
        if (this.failure_type === "telegram_unsure") {
            return "unsure";
        }
        return STATE_OF_STATUS[this.notification_status] ?? "error";
    },

    /** Icon and label in words, for the tooltip and for screen readers. */
    get telegramTitle() {
        const state = _t("Telegram: %(state)s", { state: this.statusTitle });
        return this.isFailure ? `${state}. ${this.failureMessage}` : state;
    },

    get icon() {
        return this.isTelegram ? ICONS[this.telegramState] : super.icon;
    },

    get label() {
        return this.isTelegram ? _t("Telegram") : super.label;
    },

    get statusIcon() {
        if (!this.isTelegram) {
            return super.statusIcon;
        }
        return this.isFailure ? `${this.icon} text-danger` : this.icon;
    },

    get statusTitle() {
        if (!this.isTelegram) {
            return super.statusTitle;
        }
        switch (this.telegramState) {
            case "queued":
                return _t("Waiting to be sent");
            case "sending":
                return _t("Being sent");
            case "sent":
                return _t("Sent");
            case "delivered":
                return _t("Delivered");
            case "read":
                return _t("Read");
            case "unsure":
                return _t("Perhaps sent");
            case "canceled":
                return _t("Cancelled");
        }
        return _t("Not sent");
    },

    get failureMessage() {
        if (!this.isTelegram) {
            return super.failureMessage;
        }
        if (this.failure_reason) {
            return this.failure_reason;
        }
        switch (this.failure_type) {
            case "telegram_refused":
                return _t("The service refused the message");
            case "telegram_quota":
                return _t("The quota of the GREEN-API plan is used up");
            case "telegram_no_account":
                return _t("This number has no Telegram account");
            case "telegram_failed":
                return _t("Telegram did not deliver the message");
            case "telegram_unsure":
                return _t("Nobody knows whether the message was sent");
        }
        return _t("The message was not sent");
    },
};
patch(Notification.prototype, notificationPatch);
