import { registry } from "@web/core/registry";

import { behind, lent, picture } from "./tour_helpers";

// Started by tests/test_phone_lists.py on a phone.

/** Return what is wider than the screen. */
function findTooWide() {
    const elements = document.querySelectorAll(
        ".o_list_renderer, .o_kanban_renderer, .o_kanban_record"
    );
    return [...elements].filter((element) => element.scrollWidth > element.clientWidth + 1);
}

registry.category("web_tour.tours").add("telegram_phone_lists", {
    steps: () =>
        lent("actions")
            .split(".")
            .flatMap((id) => [
                behind(`Open action ${id}`, () =>
                    odoo.__WOWL_DEBUG__.root.env.services.action.doAction(Number(id), {
                        clearBreadcrumbs: true,
                    })
                ),
                {
                    content: "It shows records",
                    trigger:
                        ".o_list_renderer .o_data_row, .o_kanban_renderer .o_kanban_record:not(.o_kanban_ghost), .o_view_nocontent",
                },
                {
                    trigger: "body",
                    run() {
                        const [wide] = findTooWide();
                        if (wide) {
                            throw new Error(
                                `Action ${id} scrolls sideways: ${wide.className} ${wide.innerText}`
                            );
                        }
                    },
                },
                picture(`phone_list_${id}`),
            ]),
});
