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
        /** Ids of the customers who have conversations with several accounts. */
        this.telegramSharedPartnerIds = fields.Attr([], {
            compute() {
                return getSharedPartnerIds(this.telegramCategory?.threads ?? []);
            },
        });
    },
});

function getSharedPartnerIds(threads) {
    const accountIds = {};
    const sharedIds = new Set();
    for (const { telegram_instance_id: account, telegram_partner_id: partner } of threads) {
        if (account && partner) {
            accountIds[partner.id] ??= account.id;
            if (accountIds[partner.id] !== account.id) {
                sharedIds.add(partner.id);
            }
        }
    }
    return [...sharedIds];
}
