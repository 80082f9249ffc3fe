import { fields } from "@mail/core/common/record";
import { DiscussApp } from "@mail/core/public_web/discuss_app_model";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

export const TELEGRAM_CATEGORY = "telegram_green_api.category";

patch(DiscussApp.prototype, {
    setup() {
        super.setup(...arguments);
        this.telegramCategory = fields.One("DiscussAppCategory", {
            compute() {
                return {
                    extraClass: "o-telegram-DiscussSidebarCategory",
                    hideWhenEmpty: true,
                    icon: "fa fa-telegram",
                    id: TELEGRAM_CATEGORY,
                    name: _t("Telegram"),
                    sequence: 20,
                };
            },
            eager: true,
        });
    },
});
