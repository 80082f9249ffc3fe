import { MessagingMenu } from "@mail/core/public_web/messaging_menu";
// Only what this one adds can be patched.
import "@mail/core/web/messaging_menu_patch";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(MessagingMenu.prototype, {
    /**
     * Not openFailureView, as others do: whichever addon is asked first there may take the failures
     * of all others for its own.
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
