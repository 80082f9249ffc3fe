import { Component } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Warn that the chat of the recipient has another phone number than the contact.
 *
 * The buttons do not save the dialog, in which nothing may have been written yet.
 */
export class ChangedNumber extends Component {
    static template = "telegram_green_api.ChangedNumber";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
    }

    get message() {
        return this.props.record.data.telegram_changed_message;
    }

    async onClick(method) {
        const { record } = this.props;
        await this.orm.call("telegram.chat", method, [[record.data.telegram_changed_chat_id.id]]);
        // The recipients are computed anew.
        const telegram_change_count = record.data.telegram_change_count + 1;
        await record.update({ telegram_change_count });
    }
}

// The view contains the fields itself: only those of a view have onchanges.
registry.category("view_widgets").add("telegram_changed_number", { component: ChangedNumber });
