import { Component } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A boolean that shows or hides a part of a dialog, by a link with its label. */
export class TelegramToggleField extends Component {
    static template = "telegram_green_api.TelegramToggleField";
    static props = { ...standardFieldProps, label: { type: String, optional: true } };

    get isOpen() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        return this.props.label || this.props.record.fields[this.props.name].string;
    }

    onClick() {
        return this.props.record.update({ [this.props.name]: !this.isOpen });
    }
}

registry.category("fields").add("telegram_toggle", {
    component: TelegramToggleField,
    supportedTypes: ["boolean"],
    isEmpty: () => false,
    extractProps: ({ string }) => ({ label: string }),
});
