import { fields } from "@mail/core/common/record";
import { DiscussApp } from "@mail/core/public_web/discuss_app_model";
import { DiscussAppCategory } from "@mail/discuss/core/public_web/discuss_app_category_model";
import { compareDatetime } from "@mail/utils/common/misc";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(DiscussApp.prototype, {
    setup() {
        super.setup(...arguments);
        this.telegramCategory = fields.One("DiscussAppCategory", {
            compute() {
                return {
                    extraClass: "o-mail-DiscussSidebarCategory-telegram",
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

patch(DiscussAppCategory.prototype, {
    /** The conversation with the latest message is the first. */
    sortThreads(t1, t2) {
        if (this.eq(this.app?.telegramCategory)) {
            return compareDatetime(t2.lastInterestDt, t1.lastInterestDt) || t2.id - t1.id;
        }
        return super.sortThreads(...arguments);
    },
});
