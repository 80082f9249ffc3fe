import { onMounted, useEffect, useSubEnv } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { formView } from "@web/views/form/form_view";

import { updateAtOnce } from "../../utils/update_at_once";

/**
 * The composer, which keeps what is written until it is sent or discarded.
 *
 * As in Odoo's chatter, the draft is in the browser. It is restored when the composer is opened on
 * the same records, after it was closed by Escape, by Back, by a reload of the page or by sending
 * something else, such as a location.
 */
export class TelegramComposerFormController extends formView.Controller {
    setup() {
        super.setup();
        const { onClickViewButton } = this.env;
        useSubEnv({
            onClickViewButton: async (params) => {
                this.isExecuted = false;
                await onClickViewButton(params); // rejected if the message was
                const isSent = this.model.root.data.kind === "text";
                if (this.isExecuted && (isSent || params.clickParams.special)) {
                    browser.localStorage.removeItem(this.draftKey);
                }
            },
        });
        useEffect(
            (root) => {
                const onInput = (ev) => this.onInput(ev);
                // Odoo's input events of emojis and placeholders do not bubble.
                root?.addEventListener("input", onInput, true);
                return () => root?.removeEventListener("input", onInput, true);
            },
            () => [this.rootRef.el]
        );
        onMounted(() => this.restoreDraft());
    }

    async beforeExecuteActionButton(clickParams) {
        const result = await super.beforeExecuteActionButton(clickParams);
        this.isExecuted = result !== false;
        return result;
    }

    get draftKey() {
        const { res_id, res_ids, res_model } = this.model.root.data;
        const ids = res_ids || res_id?.resId || res_id;
        return `telegram_green_api.draft/${user.userId}/${res_model}/${ids}`;
    }

    onInput({ target }) {
        if (!target.matches("[name='body'] textarea")) {
            return;
        }
        if (target.value.trim()) {
            const draft = { body: target.value, formatting: this.model.root.data.formatting };
            browser.localStorage.setItem(this.draftKey, JSON.stringify(draft));
        } else {
            browser.localStorage.removeItem(this.draftKey);
        }
    }

    async restoreDraft() {
        const draft = browser.localStorage.getItem(this.draftKey);
        const { body, template_id } = this.model.root.data;
        if (draft && !body && !template_id) {
            const values = JSON.parse(draft);
            // Before anything is typed, which would replace the draft.
            await updateAtOnce(this.model.root, values);
            await this.model.root.update(values);
        }
    }
}

registry.category("views").add("telegram_composer_form", {
    ...formView,
    Controller: TelegramComposerFormController,
});
