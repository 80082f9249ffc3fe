import { _t } from "@web/core/l10n/translation";

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

/**
 * Return the icon of a sent message.
 *
 * @param {string} state of a telegram.message
 * @returns {string|undefined} undefined for a received message
 */
export function stateIcon(state) {
    return ICONS[state];
}

/**
 * Return the label of a sent message's state, as in the model.
 *
 * @param {string} state of a telegram.message
 * @returns {string}
 */
export function stateTitle(state) {
    switch (state) {
        case "queued":
            return _t("Queued");
        case "sending":
            return _t("Sending");
        case "sent":
            return _t("Sent");
        case "delivered":
            return _t("Delivered");
        case "read":
            return _t("Read");
        case "unsure":
            return _t("Unsure");
        case "canceled":
            return _t("Canceled");
    }
    return _t("Failed");
}
