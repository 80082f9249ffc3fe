import { ChatWindow } from "@mail/core/common/chat_window";
import { DiscussContent } from "@mail/core/public_web/discuss_content";

import { Component, onWillStart, status, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

import { pressButton } from "../../utils/press_button";

/** Ask who the person of a conversation is, and propose contacts. */
export class TelegramStranger extends Component {
    static template = "telegram_green_api.Stranger";
    static props = { thread: Object };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({ proposals: [], isBusy: false });
        onWillStart(() => {
            // Not awaited: the conversation is shown meanwhile.
            this.fetchProposals();
        });
    }

    async fetchProposals() {
        const proposals = await this.callChat("get_proposals");
        if (status(this) !== "destroyed") {
            this.state.proposals = proposals;
        }
    }

    callChat(method, ...args) {
        const ids = [this.props.thread.telegram_chat_id];
        return this.orm.silent.call("telegram.chat", method, [ids, ...args]);
    }

    async onLink({ id, name, is_archived }) {
        await this.act("link_to_partner", id);
        const message = is_archived
            ? _t("%(name)s was unarchived, and the chat is linked to this contact.", { name })
            : _t("The chat is linked to %(name)s.", { name });
        this.notification.add(message, { type: "success" });
    }

    async onCreate() {
        await this.act("action_create_partner");
        this.notification.add(_t("The contact was created."), {
            type: "success",
        });
    }

    async onChoose() {
        const { telegram_chat_id } = this.props.thread;
        await pressButton(
            this.env.services,
            "telegram.chat",
            telegram_chat_id,
            "action_link_partner"
        );
    }

    /** Call a method that gives the chat a contact. The line disappears with the new contact. */
    async act(method, ...args) {
        this.state.isBusy = true;
        const ids = [this.props.thread.telegram_chat_id];
        try {
            // Not by useService: the line may be gone before the answer, which is shown anyway.
            await this.env.services.orm.silent.call("telegram.chat", method, [ids, ...args]);
        } finally {
            this.state.isBusy = false;
        }
    }
}

patch(DiscussContent, {
    components: { ...DiscussContent.components, TelegramStranger },
});
patch(ChatWindow, {
    components: { ...ChatWindow.components, TelegramStranger },
});
