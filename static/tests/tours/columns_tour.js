import { registry } from "@web/core/registry";

import { behind, lent, picture } from "./tour_helpers";

// Started by tests/browser/test_columns_browser.py, with one long name in each list.

const PARTS = [
    ".o_list_renderer thead th[data-name] span",
    ".o_data_cell[name='phone']",
    ".o_data_cell[name='phone'] *",
    ".o_data_cell[name$='_date']",
    ".o_data_cell[name='partner_id']", // the one that has a short name
    ".o_data_cell button",
    ".o_kanban_record .badge",
    ".o_kanban_record [name='date']",
].join();

/** Fail if a text is cut, or one that belongs in a line has several. */
function check(name) {
    return {
        content: `${name}: nothing is cut`,
        trigger: "body",
        run() {
            const cut = [...document.querySelectorAll(PARTS)]
                .filter((element) => element.offsetParent && element.textContent.trim())
                .filter((element) => {
                    const isClipped = getComputedStyle(element).overflowX !== "visible";
                    const isCut = isClipped && element.scrollWidth > element.clientWidth;
                    return (
                        isCut || (element.closest(".o_kanban_record") && element.offsetHeight > 30)
                    );
                })
                .map((element) => element.textContent.trim());
            if (cut.length) {
                throw new Error(`${name}: ${JSON.stringify(cut)}`);
            }
            const list = document.querySelector(".o_list_renderer");
            if (list && list.scrollWidth > list.clientWidth) {
                throw new Error(`${name} scrolls sideways`);
            }
        },
    };
}

/** Open an action and wait for its records. */
function open(id, viewType) {
    return [
        behind(`Open ${id}`, async () => {
            const { action } = odoo.__WOWL_DEBUG__.root.env.services;
            await action.doAction(`telegram_green_api.${id}`, {
                clearBreadcrumbs: true,
                viewType,
            });
        }),
        { trigger: viewType === "list" ? ".o_data_row" : ".o_kanban_record:contains('unusually')" },
    ];
}

registry.category("web_tour.tours").add("telegram_columns", {
    steps: () => [
        ...[
            "telegram_chat_action",
            "telegram_inbox_action",
            "telegram_chat_action_unlinked",
        ].flatMap((id) => [...open(id, "list"), check(id), picture(`columns_${id}`)]),
        {
            content: "No two columns have one name",
            trigger: "thead th[data-name='proposed_partner_id']",
            run() {
                const headers = [...document.querySelectorAll("thead th[data-name]")];
                const names = headers.map((header) => header.textContent.trim()).filter(Boolean);
                if (new Set(names).size < names.length) {
                    throw new Error(names.join());
                }
            },
        },
        behind("Open the form of a chat", async () => {
            const { action } = odoo.__WOWL_DEBUG__.root.env.services;
            await action.doAction({
                type: "ir.actions.act_window",
                res_model: "telegram.chat",
                res_id: Number(lent("chat")),
                views: [[false, "form"]],
            });
        }),
        { trigger: ".o_form_view [name='message_ids'] .o_data_row" },
        check("form of a chat"),
        picture("columns_chat_form"),
    ],
});

registry.category("web_tour.tours").add("telegram_cards", {
    steps: () => [
        ...open("telegram_message_action", "kanban"),
        check("messages"),
        picture("cards_messages"),
        ...open("telegram_inbox_action", "kanban"),
        { trigger: ".o_kanban_record:contains('unusually') .badge" },
        check("inbox"),
        picture("cards_inbox"),
        {
            content: "The contact's picture is shown",
            trigger: ".o_kanban_record:contains('Vasilisa') aside img[src*='/res.partner/']",
        },
    ],
});
