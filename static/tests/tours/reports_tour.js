import { registry } from "@web/core/registry";

import { picture } from "./tour_helpers";

// Started by tests/browser/test_reports_browser.py.

/** Create the steps that switch a filter of a list on, look at it, and switch it off. */
function filter(name, shown) {
    return [
        { trigger: ".o_searchview_dropdown_toggler", run: "click" },
        { trigger: `.o_filter_menu .o_menu_item:contains(/^${name}$/)`, run: "click" },
        { trigger: `.o_facet_value:contains('${name}')` },
        { trigger: shown },
        picture(`messages_${name.toLowerCase()}`),
        { trigger: ".o_facet_remove", run: "click" },
        { trigger: "body:not(:has(.o_facet_value))" },
    ];
}

// Started in the list of messages.
registry.category("web_tour.tours").add("telegram_reasons", {
    steps: () => [
        { trigger: ".o_data_row:contains('Refused')" },
        {
            trigger:
                "thead:not(:has([data-name='failure_reason'], [data-name='scheduled_date'], [data-name='waiting_reason']))",
        },
        ...filter("Failed", "td[name='failure_reason']:contains('Nobody uses this number.')"),
        ...filter("Scheduled", "td[name='scheduled_date']:contains('2099')"),
        ...filter("Waiting", "td[name='waiting_reason']:contains('scheduled')"),
    ],
});

const card = (name) => `.o-telegram-Dashboard-card:contains('${name}')`;
const back = [
    { trigger: ".o_back_button, .breadcrumb-item:contains('Dashboard') a", run: "click" },
    { trigger: card("Waiting Now") },
];

// Started on the dashboard.
registry.category("web_tour.tours").add("telegram_dashboard_lists", {
    steps: () => [
        { trigger: card("Waiting Now"), run: "click" },
        { trigger: ".o_breadcrumb:contains('Waiting Now')" },
        { trigger: ".o_data_row td[name='waiting_time']:contains('minute')" },
        { trigger: ".o_data_row td[name='last_incoming_text']:contains('Is it in stock?')" },
        picture("dashboard_waiting"),
        ...back,
        { trigger: card("Failed"), run: "click" },
        { trigger: ".o_data_row td[name='failure_reason']:contains('Nobody uses this number.')" },
        ...back,
        { trigger: `${card("Median")}:contains('00:03')`, run: "click" },
        { trigger: ".o_data_row td[name='answer_time']:contains('00:03')" },
        picture("dashboard_median"),
    ],
});

// Started on the dashboard, on a phone.
registry.category("web_tour.tours").add("telegram_dashboard_fits", {
    steps: () => [
        {
            content: "No table has to be scrolled sideways",
            trigger: ".o-telegram-Dashboard-table td:contains('Константинопольская')",
            run() {
                for (const table of document.querySelectorAll(".table-responsive")) {
                    if (table.scrollWidth > table.clientWidth) {
                        throw new Error(`${table.scrollWidth - table.clientWidth} px too wide`);
                    }
                }
            },
        },
        picture("dashboard"),
    ],
});

const MENU = ".o-dropdown--menu .o_menu_item";

// Started in Time to Answer.
registry.category("web_tour.tours").add("telegram_reports", {
    steps: () => [
        { trigger: ".o_pivot td.o_pivot_cell_value:contains('00:03')" },
        { trigger: ".o_switch_view.o_graph", run: "click" },
        { trigger: ".o_graph_view button:contains('Measures')", run: "click" },
        { trigger: `${MENU}.selected:contains('Time to Answer')` },
        picture("report_answer_time"),
        {
            trigger: "button[data-menu-xmlid='telegram_green_api.telegram_report_menu']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='telegram_green_api.telegram_message_report_menu']",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains('Messages Analysis')" },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        { trigger: ".o_pivot_measure_row:contains('Count')" },
        { trigger: ".o_pivot tbody tr:first-child td:last-child:contains(/^4$/)" },
        picture("report_messages"),
    ],
});
