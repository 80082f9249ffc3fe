import { Component, onWillUnmount } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

export const WAITING_NOTIFICATION = "telegram_green_api/waiting"; // as in models/team/waiting_count.py
const COUNTED = 100; // as there

/** The number of chats that wait for the user, in the menu bar. It opens the inbox. */
export class TelegramWaitingMenu extends Component {
    static props = [];
    static template = "telegram_green_api.WaitingMenu";

    setup() {
        this.store = useService("mail.store");
        this.action = useService("action");
        const bus = useService("bus_service");
        const count = () => this.store.fetchStoreData("telegram_waiting_count");
        bus.subscribe(WAITING_NOTIFICATION, count);
        onWillUnmount(() => bus.unsubscribe(WAITING_NOTIFICATION, count));
    }

    get label() {
        const count = this.store.telegram_waiting_count;
        return count >= COUNTED ? `${COUNTED - 1}+` : String(count);
    }

    openInbox() {
        this.action.doAction("telegram_green_api.telegram_inbox_action", {
            additionalContext: { search_default_waiting: 1, search_default_for_me: 1 },
            clearBreadcrumbs: true,
        });
    }
}

registry
    .category("systray")
    .add("telegram_green_api.WaitingMenu", { Component: TelegramWaitingMenu }, { sequence: 22 });
