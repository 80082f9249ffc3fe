import { Notification } from "@mail/core/common/notification_model";
import { fields } from "@mail/core/common/record";
import { stateIcon, stateTitle } from "@telegram_green_api/core/common/telegram_state";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// Used when the telegram.message was deleted: the state can be derived from the notification.
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
        /** @type {string|false|undefined} reason of the failure */
        this.failure_reason = undefined;
        /** @type {number|false|undefined} id of the telegram.message */
        this.telegram_message_id = undefined;
        /** @type {string|false|undefined} */
        this.telegram_state = undefined;
        this.telegram_scheduled_date = fields.Datetime();
        /** @type {string|false|undefined} reason why it has not been sent yet */
        this.telegram_waiting_reason = undefined;
        /** @type {boolean|undefined} whether the text was edited after sending */
        this.telegram_is_edited = undefined;
    },

    get isTelegram() {
        return this.notification_type === "telegram";
    },

    /** Return the state of the message, as named in telegram.message. */
    get telegramState() {
        if (this.telegram_state) {
            return this.telegram_state;
        }
        if (this.failure_type === "telegram_unsure") {
            return "unsure";
        }
        return STATE_OF_STATUS[this.notification_status] ?? "error";
    },

    /** Return whether the message waits for its date, and is shown at the top of the chatter. */
    get isTelegramScheduled() {
        return (
            this.isTelegram &&
            this.telegramState === "queued" &&
            this.telegram_scheduled_date > luxon.DateTime.now()
        );
    },

    /** Return the text for the tooltip and for screen readers. */
    get telegramTitle() {
        let state = _t("Telegram: %(state)s", { state: this.statusTitle });
        if (this.telegram_is_edited) {
            state = _t("%(state)s, edited", { state });
        }
        if (this.telegramState === "queued" && this.telegram_waiting_reason) {
            return `${state}. ${this.telegram_waiting_reason}`;
        }
        return this.isFailure ? `${state}. ${this.failureMessage}` : state;
    },

    get icon() {
        return this.isTelegram ? stateIcon(this.telegramState) : super.icon;
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
        return this.isTelegram ? stateTitle(this.telegramState) : super.statusTitle;
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
                return _t("GREEN-API rejected the message");
            case "telegram_quota":
                return _t("The quota of the GREEN-API plan is exceeded");
            case "telegram_no_account":
                return _t("This number has no Telegram account");
            case "telegram_failed":
                return _t("Telegram did not deliver the message");
            case "telegram_unsure":
                return _t("Unsure whether the message was sent");
        }
        return _t("The message was not sent");
    },
};
patch(Notification.prototype, notificationPatch);
