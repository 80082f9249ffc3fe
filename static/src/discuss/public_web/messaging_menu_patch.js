import { MessagingMenu } from "@mail/core/public_web/messaging_menu";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(MessagingMenu.prototype, {
    /** On a phone the conversations have a tab of their own, as soon as there are any. */
    get _tabs() {
        const tabs = super._tabs;
        const category = this.store.discuss.telegramCategory;
        if (category?.threads.length) {
            tabs.push({
                counter: category.threadsWithCounter.length,
                icon: "fa fa-telegram",
                id: "telegram",
                label: _t("Telegram"),
                sequence: 30,
            });
        }
        return tabs;
    },
});
