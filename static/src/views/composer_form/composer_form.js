import { onMounted, useEffect, useSubEnv } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formView } from "@web/views/form/form_view";

import { updateAtOnce } from "../../utils/update_at_once";

const BODY = "[name='body'] textarea";

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
        this.notification = useService("notification");
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
        useEffect(
            () => {
                if (this.isDraftRestored) {
                    this.saveDraft();
                }
            },
            () => [Number(this.model.root.data.scheduled_date), this.fileIds.join()]
        );
        onMounted(async () => {
            await this.restoreDraft();
            this.isDraftRestored = true;
        });
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
        if (!target.matches(BODY)) {
            return;
        }
        this.saveDraft();
    }

    /** Return the IDs of the files from the user's device. */
    get fileIds() {
        return this.model.root.data.attachment_ids?.currentIds ?? [];
    }

    /** Store what is written, with the files and the date without which it must not be sent. */
    saveDraft() {
        const { body: known, formatting, scheduled_date } = this.model.root.data;
        // The record learns of a text only after a pause.
        const body = this.rootRef.el?.querySelector(BODY)?.value ?? known ?? "";
        const attachment_ids = this.fileIds;
        if (!body.trim() && !attachment_ids.length) {
            browser.localStorage.removeItem(this.draftKey);
            return;
        }
        const date = scheduled_date ? serializeDateTime(scheduled_date) : false;
        const draft = { attachment_ids, body, formatting, scheduled_date: date };
        browser.localStorage.setItem(this.draftKey, JSON.stringify(draft));
    }

    async restoreDraft() {
        const draft = browser.localStorage.getItem(this.draftKey);
        const { body, template_id } = this.model.root.data;
        if (draft && !body && !template_id) {
            const { attachment_ids, scheduled_date, ...values } = JSON.parse(draft);
            if (scheduled_date) {
                values.scheduled_date = deserializeDateTime(scheduled_date);
            }
            // Before anything is typed, which would replace the draft.
            await updateAtOnce(this.model.root, values);
            await this.model.root.update(values);
            await this.restoreFiles(attachment_ids ?? []);
        }
    }

    /** Attach the files of a draft again, and say it if the server has deleted some since. */
    async restoreFiles(ids) {
        if (!ids.length) {
            return;
        }
        const kept = await this.model.orm.search("ir.attachment", [["id", "in", ids]]);
        await this.model.root.data.attachment_ids.addAndRemove({ add: kept });
        if (kept.length < ids.length) {
            const message = _t("Files of the draft were not kept. Add them again.");
            this.notification.add(message, { sticky: true, type: "warning" });
        }
    }
}

registry.category("views").add("telegram_composer_form", {
    ...formView,
    Controller: TelegramComposerFormController,
});
