import { Chatter } from "@mail/chatter/web_portal/chatter";

import { onWillStart } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

patch(Chatter.prototype, {
    setup() {
        super.setup(...arguments);
        this.canWriteByTelegram = false;
        onWillStart(async () => {
            this.canWriteByTelegram = await user.hasGroup("telegram_green_api.group_user");
        });
    },

    /** Return whether to display the button; on an account there is nobody to write to. */
    get hasTelegramButton() {
        return this.canWriteByTelegram && this.state.thread.model !== "telegram.instance";
    },

    async onClickTelegram() {
        this.closeSearch();
        const isNew = !this.state.thread.id;
        if (isNew) {
            this.onThreadCreated = this.openTelegramComposer;
        }
        // Existing records are saved, too, so that the composer knows a phone number just entered.
        const saved = (await this.props.saveRecord?.()) ?? !isNew;
        if (!saved) {
            this.onThreadCreated = null;
        } else if (!isNew) {
            this.openTelegramComposer(this.state.thread);
        }
    },

    /**
     * Open the Telegram composer, and reload the messages after sending.
     *
     * @param {import("models").Thread} thread of a saved record
     */
    openTelegramComposer(thread) {
        const action = {
            type: "ir.actions.act_window",
            name: _t("Send Telegram Message"),
            res_model: "telegram.composer",
            views: [[false, "form"]],
            target: "new",
            context: { default_res_model: thread.model, default_res_id: thread.id },
        };
        this.env.services.action.doAction(action, {
            onClose: (closing) => {
                if (!closing?.dismiss && !closing?.special) {
                    this.state.jumpThreadPresent++;
                    this.load(thread, ["messages"]);
                }
            },
        });
    },
});
