import { Chatter } from "@mail/chatter/web_portal/chatter";

import { onPatched, onWillStart, status, useEffect } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useBus } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

// How the row of buttons gets narrower: first the label of Telegram goes, see chatter_patch.scss.
const STEPS = ["", "short", "tight"];

/** Take the first step with which all buttons stand in one line; it depends on the language. */
function fitButtons(bar) {
    const [first] = bar.children;
    for (const step of STEPS) {
        bar.dataset.telegramStep = step;
        if (bar.lastElementChild.offsetTop < first.offsetTop + first.offsetHeight) {
            return;
        }
    }
}

patch(Chatter.prototype, {
    setup() {
        super.setup(...arguments);
        this.canWriteByTelegram = false;
        useBus(this.env.bus, "telegram_green_api.posted", ({ detail }) =>
            this.onTelegramPosted(detail)
        );
        const getBar = () =>
            this.rootRef.el?.querySelector(
                ".o-mail-Chatter-topbar:has(> .o-telegram-Chatter-send)"
            );
        useEffect(
            (bar) => {
                if (!bar) {
                    return;
                }
                // In the next frame: the bar itself changes its height.
                const observer = new ResizeObserver(() =>
                    browser.requestAnimationFrame(() => fitButtons(bar))
                );
                observer.observe(bar);
                return () => observer.disconnect();
            },
            () => [getBar()]
        );
        onPatched(() => {
            const bar = getBar();
            if (bar) {
                fitButtons(bar);
            }
        });
        onWillStart(async () => {
            this.canWriteByTelegram = await user.hasGroup("telegram_green_api.group_user");
        });
    },

    /** Return whether to display the button; on an account there is nobody to write to. */
    get hasTelegramButton() {
        return this.canWriteByTelegram && this.state.thread.model !== "telegram.instance";
    },

    /**
     * Load a Telegram message that was posted on the record, and the buttons of the form.
     *
     * @param {{ model: string, id: number }} record
     */
    async onTelegramPosted({ model, id }) {
        const { thread } = this.state;
        if (thread?.model !== model || thread.id !== id) {
            return;
        }
        await this.load(thread, ["messages"]);
        await this.reloadRecord(id);
    },

    /**
     * Load what the form shows about Telegram, unless the user is changing the record.
     *
     * @param {number} id of the record
     */
    async reloadRecord(id) {
        const { record } = this.props;
        const isShown = status(this) !== "destroyed" && record?.resId === id;
        if (isShown && !(await record.isDirty())) {
            await record.load();
        }
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
                    this.load(thread, ["messages", "scheduledMessages"]);
                }
                // The form's warning may have been answered there, also if nothing was sent.
                if (this.props.record?.data.telegram_changed_message) {
                    this.reloadRecord(thread.id);
                }
            },
        });
    },
});
