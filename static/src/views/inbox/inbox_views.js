import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";

import { onMounted, onWillUnmount, useEnv } from "@odoo/owl";

import { WAITING_NOTIFICATION } from "@telegram_green_api/core/web/waiting_menu";
import { TelegramChatListController } from "@telegram_green_api/views/chat/chat_views";

export const PAUSE = 2_000; // milliseconds in which changes are collected, so that many load once
export const MINUTE = 60_000; // milliseconds in which the waiting times grow
// What the user has opened of a chat: loading would close it, with what was typed there.
const OPENED = ".o-dropdown--menu, .o_dialog, .o_popover:not(:has(.o-tooltip))";

/**
 * Load the chats again soon after a customer has written, or a chat has changed hands, and each
 * minute, since their waiting times grow.
 *
 * What the user has selected or opened stays: the chats are loaded after that.
 *
 * @param {import("@web/model/relational_model/relational_model").RelationalModel} model
 */
function useInboxRefresh(model) {
    const bus = useService("bus_service");
    let timer, clock;
    const refresh = () => {
        timer = undefined;
        if (!model.isReady || model.root.selection?.length || document.querySelector(OPENED)) {
            schedule();
        } else {
            model.root.load(); // that of the model would cancel what the user has just asked for
        }
    };
    const schedule = () => {
        timer ??= browser.setTimeout(refresh, PAUSE);
    };
    useBus(useEnv().bus, "discuss.channel/new_message", ({ detail }) => {
        if (detail.channel.isTelegram) {
            schedule();
        }
    });
    const tick = () => {
        if (document.visibilityState === "visible") {
            schedule();
        }
    };
    onMounted(() => {
        bus.subscribe(WAITING_NOTIFICATION, schedule);
        clock = browser.setInterval(tick, MINUTE);
    });
    onWillUnmount(() => {
        browser.clearInterval(clock);
        bus.unsubscribe(WAITING_NOTIFICATION, schedule);
        browser.clearTimeout(timer);
    });
}

class TelegramInboxKanbanController extends KanbanController {
    setup() {
        super.setup();
        useInboxRefresh(this.model);
    }
}

class TelegramInboxListController extends TelegramChatListController {
    setup() {
        super.setup();
        useInboxRefresh(this.model);
    }
}

registry.category("views").add("telegram_inbox_kanban", {
    ...kanbanView,
    Controller: TelegramInboxKanbanController,
});
registry.category("views").add("telegram_inbox_list", {
    ...listView,
    Controller: TelegramInboxListController,
});
