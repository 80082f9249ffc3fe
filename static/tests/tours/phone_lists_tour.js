import { registry } from "@web/core/registry";

import { behind, call, lent, picture } from "./tour_helpers";

// Started by tests/test_phone_lists.py on a phone.

/** Return what is wider than the screen. */
function findTooWide() {
    const elements = document.querySelectorAll(
        ".o_list_renderer, .o_kanban_renderer, .o_kanban_record"
    );
    return [...elements].filter((element) => element.scrollWidth > element.clientWidth + 1);
}

/** Fail if the first words of a card are missing: they say what it is about. */
function checkTitles(name) {
    return {
        content: `Each card of ${name} has a title`,
        trigger: "body",
        run() {
            const titles = [...document.querySelectorAll(".o_kanban_record .fw-bold")];
            if (titles.some((title) => !title.textContent.trim())) {
                throw new Error(`${name}: a card has no title`);
            }
        },
    };
}

function checkWidth(name) {
    return {
        content: `${name} does not scroll sideways`,
        trigger: "body",
        run() {
            const [wide] = findTooWide();
            if (wide) {
                throw new Error(`${name} scrolls sideways: ${wide.className} ${wide.innerText}`);
            }
        },
    };
}

function openAction(action) {
    return odoo.__WOWL_DEBUG__.root.env.services.action.doAction(action, {
        clearBreadcrumbs: true,
    });
}

// Started on the form of a chat.
registry.category("web_tour.tours").add("telegram_phone_journals", {
    steps: () => [
        { trigger: "[name='message_ids'] .o_kanban_record:contains('A text that')" },
        checkWidth("The chat"),
        picture("phone_chat_messages"),
        behind("Compare the journals", async () => {
            const args = [[Number(lent("account"))]];
            await openAction(await call("telegram.instance", "action_open_journals", args));
        }),
        { trigger: ".o_kanban_record:contains('A text that'):contains('Missing in Odoo')" },
        checkWidth("The list of journals"),
        picture("phone_journals"),
        { trigger: "button[name='action_fetch_missing']", run: "click" },
        { trigger: ".o_notification:contains('1 missed message was imported')" },
    ],
});

registry.category("web_tour.tours").add("telegram_phone_lists", {
    steps: () =>
        lent("actions")
            .split(".")
            .flatMap((id) => [
                behind(`Open action ${id}`, () => openAction(Number(id))),
                {
                    content: "It shows records",
                    trigger:
                        ".o_list_renderer .o_data_row, .o_kanban_renderer .o_kanban_record:not(.o_kanban_ghost), .o_view_nocontent",
                },
                checkWidth(`Action ${id}`),
                checkTitles(`action ${id}`),
                picture(`phone_list_${id}`),
            ]),
});
