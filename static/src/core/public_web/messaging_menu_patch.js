import { MessagingMenu } from "@mail/core/public_web/messaging_menu";
// The methods it adds are patched below.
import "@mail/core/web/messaging_menu_patch";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(MessagingMenu.prototype, {
    /** Add a tab for the Telegram conversations on small screens, once there are any. */
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

    /**
     * Open the list of failed Telegram messages.
     *
     * Not an override of openFailureView: the addon that is asked first there can take over the
     * failures of all others.
     */
    onClickFailure(failure) {
        if (failure.type !== "telegram" || failure.resIds.size === 1) {
            return super.onClickFailure(...arguments);
        }
        const messageIds = failure.notifications.map(
            (notification) => notification.mail_message_id.id
        );
        this.action.doAction({
            name: _t("Telegram Failures"),
            type: "ir.actions.act_window",
            res_model: "telegram.message",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            target: "current",
            domain: [
                ["state", "in", ["error", "unsure"]],
                ["mail_message_ids", "in", messageIds],
            ],
        });
        this.dropdown.close();
    },

    getFailureNotificationName(failure) {
        if (failure.type === "telegram") {
            return _t("Telegram Failure: %(modelName)s", { modelName: failure.modelName });
        }
        return super.getFailureNotificationName(...arguments);
    },
});
