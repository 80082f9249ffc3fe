import {
    EmojisTextField,
    emojisTextField,
} from "@mail/views/web/fields/emojis_text_field/emojis_text_field";
import { MESSAGE_MAX_LENGTH } from "@telegram_green_api/core/common/composer_model_patch";
import { updateAtOnce } from "@telegram_green_api/utils/update_at_once";

import { useEffect, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";

const COUNTED_FROM = 3500; // characters
export const PAUSE = 500; // ms without typing

/**
 * The text of a message, with its length while it is typed once that approaches the maximum.
 *
 * The record has the text with each letter. Odoo's field would show the former one until the server
 * has answered, and again if the connection was lost: what was typed would be gone.
 *
 * After a pause in typing, the form shows what depends on the text: an example, or a warning. Most
 * people click Send right after the last word, and would never see it.
 */
export class TelegramTextField extends EmojisTextField {
    static template = "telegram_green_api.TelegramTextField";

    setup() {
        super.setup();
        this.limit = MESSAGE_MAX_LENGTH;
        this.counter = useState({ length: 0 });
        this.isTyped = false;
        this.commitAfterPause = useDebounced(() => this.commit(), PAUSE);
        // The value also changes by a template, a placeholder or a draft.
        useEffect(
            () => this.updateLength(),
            () => [this.props.record.data[this.props.name]]
        );
    }

    get isCounted() {
        return this.counter.length >= COUNTED_FROM;
    }

    onInput() {
        this.updateLength();
        this.isTyped = true;
        updateAtOnce(this.props.record, this.getChanges());
        this.commitAfterPause();
    }

    /** Ask the server for what depends on the text. */
    async commit() {
        if (this.isTyped && this.textareaRef.el) {
            this.isTyped = false;
            await this.props.record.update(this.getChanges());
        }
    }

    getChanges() {
        return { [this.props.name]: this.parse(this.textareaRef.el.value) };
    }

    /** Count characters as Python does, where an emoji is one. */
    updateLength() {
        this.counter.length = [...(this.textareaRef.el?.value ?? "")].length;
    }
}

registry.category("fields").add("telegram_text", {
    ...emojisTextField,
    component: TelegramTextField,
    additionalClasses: [...emojisTextField.additionalClasses, "o_field_text_emojis"],
});
