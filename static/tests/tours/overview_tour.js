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
        {
            content: "The accounts are not cut off on a phone",
            trigger:
                "#telegram_accounts .o_data_row:contains('Sales'), #telegram_accounts .o_kanban_record:contains('Sales')",
            run() {
                const list = this.anchor.closest(".o_list_renderer, .o_kanban_renderer");
                if (list.scrollWidth > list.clientWidth + 1) {
                    throw new Error("The accounts scroll sideways");
                }
            },
        },
        {
            content: "Each label stands above its words",
            trigger: "#telegram_words",
            run() {
                for (const label of this.anchor.querySelectorAll("label[for^='telegram_']")) {
                    const words = label.parentElement.querySelector("textarea");
                    const { bottom } = label.getBoundingClientRect();
                    if (words.getBoundingClientRect().top < bottom - 1) {
                        throw new Error(`“${label.innerText}” stands beside its words`);
                    }
                }
            },
        },
        picture("settings"),
        {
            trigger: "#telegram_words",
            run() {
                this.anchor.scrollIntoView();
            },
        },
        picture("settings_words"),
        {
            trigger: "#telegram_monitoring input[type='password']",
            run: "edit a-token-of-20-characters-or-more",
        },
        { trigger: ".o_form_button_save", run: "click", expectUnloadPage: true },
        { trigger: "#telegram_monitoring .text-bg-success" },
    ],
});
