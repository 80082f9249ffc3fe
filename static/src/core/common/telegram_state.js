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

/** @param {string} state of a telegram.message of ours; of another one there is no icon */
export function stateIcon(state) {
    return ICONS[state];
}

/** @param {string} state of a telegram.message of ours */
export function stateTitle(state) {
    switch (state) {
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
}
