import {
    EmojisTextField,
    emojisTextField,
} from "@mail/views/web/fields/emojis_text_field/emojis_text_field";
import { MESSAGE_MAX_LENGTH } from "@telegram_green_api/core/common/composer_model_patch";

import { useEffect, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";

const COUNTED_FROM = 3500; // characters

/** The text of a message, with its length while it is typed once that approaches the maximum. */
export class TelegramTextField extends EmojisTextField {
    static template = "telegram_green_api.TelegramTextField";

    setup() {
        super.setup();
        this.limit = MESSAGE_MAX_LENGTH;
        this.counter = useState({ length: 0 });
        // The value also changes by a template, a placeholder or a draft.
        useEffect(
            () => this.updateLength(),
            () => [this.props.record.data[this.props.name]]
        );
    }

    get isCounted() {
        return this.counter.length >= COUNTED_FROM;
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
