import { fields } from "@mail/core/common/record";
import { DiscussApp } from "@mail/core/public_web/discuss_app_model";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(DiscussApp.prototype, {
    setup() {
        super.setup(...arguments);
        this.telegramCategory = fields.One("DiscussAppCategory", {
            compute() {
                return {
                    extraClass: "o-telegram-DiscussSidebarCategory",
                    hideWhenEmpty: true,
                    icon: "fa fa-telegram",
                    id: "telegram_green_api.category",
                    name: _t("Telegram"),
                    sequence: 20,
                };
            },
            eager: true,
        });
    },
});
