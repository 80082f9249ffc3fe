import { ChatWindow } from "@mail/core/common/chat_window";
import { DiscussContent } from "@mail/core/public_web/discuss_content";

import { Component, useState } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";

/** Say whose chat it is, unless it is the user's, and offer one of nobody. */
export class TelegramAssignee extends Component {
    static template = "telegram_green_api.Assignee";
    static props = { thread: Object };

    setup() {
        this.state = useState({ isBusy: false });
    }

    /** Assign the chat to the user. The line disappears with the new assignee. */
    async onTake() {
        this.state.isBusy = true;
        const ids = [this.props.thread.telegram_chat_id];
        try {
            // Not by useService: the line may be gone before the answer.
            await this.env.services.orm.silent.call("telegram.chat", "action_take", [ids]);
        } finally {
            this.state.isBusy = false;
        }
    }
}

patch(DiscussContent, {
    components: { ...DiscussContent.components, TelegramAssignee },
});
patch(ChatWindow, {
    components: { ...ChatWindow.components, TelegramAssignee },
});
