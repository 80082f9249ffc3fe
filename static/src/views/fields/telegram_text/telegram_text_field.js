import {
    EmojisTextField,
    emojisTextField,
} from "@mail/views/web/fields/emojis_text_field/emojis_text_field";
import { MESSAGE_MAX_LENGTH } from "@telegram_green_api/core/common/composer_model_patch";

import { useEffect, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";

const COUNTED_FROM = 3500; // characters
export const PAUSE = 500; // ms without typing

/**
 * The text of a message, with its length while it is typed once that approaches the maximum.
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
        this.commitAfterPause();
    }

    /** Update the record, unless Odoo would remove a blank at the end under the cursor. */
    commit() {
        const textarea = this.textareaRef.el;
        if (textarea && textarea.value === textarea.value.trim()) {
            textarea.dispatchEvent(new Event("change"));
        }
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
