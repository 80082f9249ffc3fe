import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/browser/test_overview_browser.py, in the overview.

const CARD = ".o_kanban_record:contains('Sales')";

registry.category("web_tour.tours").add("telegram_overview", {
    steps: () => [
        { trigger: `${CARD}:contains('click Restart')` },
        { trigger: `${CARD} canvas` },
        picture("overview_blocked"),
        { trigger: `${CARD} button[name='action_restart']`, run: "click" },
        { trigger: ".modal button.btn-primary", run: "click" },
        { trigger: ".o_notification:contains('The account restarts')" },
        { trigger: `${CARD}:contains('up to 5 minutes')` },
        picture("overview_starting"),
    ],
});

registry.category("web_tour.tours").add("telegram_settings", {
    steps: () => [
        { trigger: "#telegram_accounts .o_data_row:contains('Sales')" },
        picture("settings"),
        {
            trigger: "#telegram_monitoring input[type='password']",
            run: "edit a-token-of-20-characters-or-more",
        },
        { trigger: ".o_form_button_save", run: "click", expectUnloadPage: true },
        { trigger: "#telegram_monitoring .text-bg-success" },
    ],
});
