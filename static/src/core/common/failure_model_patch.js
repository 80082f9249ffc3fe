import { Failure } from "@mail/core/common/failure_model";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(Failure.prototype, {
    get iconSrc() {
        if (this.type === "telegram") {
            return "/telegram_green_api/static/img/telegram_failure.svg";
        }
        return super.iconSrc;
    },

    get body() {
        if (this.type !== "telegram") {
            return super.body;
        }
        const states = new Set(this.notifications.map(({ telegramState }) => telegramState));
        const isUnsure = states.has("unsure");
        if (this.notifications.length > 1 || !this.lastMessage?.thread) {
            if (states.size > 1) {
                return _t("Telegram messages could not be sent, or may not have been sent");
            }
            return isUnsure
                ? _t("Telegram messages may or may not have been sent")
                : _t("Telegram messages could not be sent");
        }
        const { display_name: record_name } = this.lastMessage.thread;
        return isUnsure
            ? _t("A Telegram message on “%(record_name)s” may or may not have been sent", {
                  record_name,
              })
            : _t("A Telegram message on “%(record_name)s” could not be sent", { record_name });
    },
});
