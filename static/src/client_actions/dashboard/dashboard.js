import { Component, onWillStart, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const DAYS = 30; // the first period

/** Client action: the figures of the accounts. Each of them opens its list. */
export class TelegramDashboard extends Component {
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static template = "telegram_green_api.Dashboard";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ days: DAYS, account: false, figures: undefined });
        onWillStart(() => this.load());
    }

    async load() {
        const { days, account } = this.state;
        this.state.figures = await this.orm.call("telegram.dashboard", "get_figures", [
            [],
            days,
            account,
        ]);
    }

    async onSelectPeriod(ev) {
        this.state.days = Number(ev.target.value);
        await this.load();
    }

    async onSelectAccount(ev) {
        this.state.account = Number(ev.target.value) || false;
        await this.load();
    }

    /** Return the width of a bar as a part of the longest one of its table. */
    getWidth(table, row) {
        const total = ({ received, sent }) => received + sent;
        const longest = Math.max(1, ...table.rows.map(total));
        return `width: ${(100 * total(row)) / longest}%`;
    }

    /** Open a list with the views of an action, those of chats with how long each one waits. */
    async openList(name, { action, domain, context = {} }) {
        const loaded = await this.action.loadAction(action);
        const views = loaded.views.filter(([, type]) => ["list", "kanban", "form"].includes(type));
        await this.action.doAction(
            { ...loaded, id: false, path: false, display_name: name, name, domain, context, views },
            { viewType: this.env.isSmall ? "kanban" : "list" }
        );
    }

    openRow(table, row) {
        this.openList(_t("Messages: %s", row.label), {
            action: "telegram_green_api.telegram_message_action",
            domain: row.domain,
        });
    }
}

registry.category("actions").add("telegram_green_api.dashboard", TelegramDashboard);
