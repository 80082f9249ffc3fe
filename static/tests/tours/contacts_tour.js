import { registry } from "@web/core/registry";

import { behind, call, picture } from "./tour_helpers";

// Started by tests/test_contacts_browser.py.

/** Run a scheduled action of the addon, as Odoo's scheduler would. */
const schedule = (method) =>
    behind(`Run the scheduled action ${method}`, async () => {
        const domain = [["code", "=", `model.${method}()`]];
        const [cron] = await call("ir.cron", "search", [domain]);
        await call("ir.cron", "method_direct_trigger", [[cron]]);
    });

/** Click a button of a form's header, which is in a menu on small screens. */
const press = (name) => [
    {
        isActive: ["mobile"],
        trigger: ".o_statusbar_buttons .dropdown-toggle",
        run: "click",
    },
    { trigger: `button[name='${name}']:enabled`, run: "click" },
];

registry.category("web_tour.tours").add("telegram_check_number", {
    steps: () => [
        { trigger: ".o_form_view [name='telegram_number_message']:contains('Not checked')" },
        picture("number_unknown"),
        { trigger: "button[name='action_check_telegram_number']:contains('Check')", run: "click" },
        { trigger: ".o_notification:contains('Vasilisa Ivanova is on Telegram')" },
        { trigger: "button[name='action_refresh_telegram_number']:contains('Refresh')" },
        picture("number_checked"),
        { trigger: ".o_notification button:contains('Response')", run: "click" },
        { trigger: ".modal .o-telegram-Response-raw:contains('10000000')" },
    ],
});

registry.category("web_tour.tours").add("telegram_chat_info", {
    steps: () => [
        { trigger: ".o_form_view [name='telegram_id']:contains('10000000')" },
        picture("chat_bare"),
        ...press("action_refresh_info"),
        { trigger: ".o_notification:contains('The information is up to date')" },
        { trigger: ".o_form_view .oe_avatar img" },
        { trigger: ".o_form_view .oe_title:contains('Vasilisa K'), .oe_title input" },
        picture("chat_info"),
        { trigger: "button[name='action_import_history']:enabled", run: "click" },
        { trigger: ".modal .o_field_widget[name='count'] input", run: "edit 50" },
        picture("chat_history"),
        { trigger: ".modal button[name='action_import']", run: "click" },
        { trigger: ".o_notification:contains('Messages imported: 2')" },
        { trigger: "body:not(:has(.modal)) [name='message_ids']:contains('Good day to you')" },
        { trigger: "button[name='action_archive_at_telegram']:enabled", run: "click" },
        { trigger: ".o_notification:contains('in Telegram')" },
        ...press("action_mark_read"),
        { trigger: ".o_notification:contains('Marked as read')" },
        picture("chat_done"),
        {
            isActive: ["desktop"],
            trigger: "button[name='action_open_in_discuss']:enabled",
            run: "click",
        },
        {
            isActive: ["desktop"],
            trigger: ".o-mail-DiscussContent-header img[src*='avatar_128?unique=']",
        },
        { isActive: ["desktop"], trigger: ".o-mail-Message:contains('Good day to you')" },
        picture("chat_in_discuss"),
    ],
});

registry.category("web_tour.tours").add("telegram_sync", {
    steps: () => [
        { trigger: ".o_notebook .nav-link[name='contacts']", run: "click" },
        picture("contacts_page"),
        { trigger: "button[name='action_sync']", run: "click" },
        { trigger: ".o-telegram-Progress:contains('in a moment') .progress-bar" },
        { trigger: "body:not(:has(button[name='action_sync']))" },
        picture("sync_waiting"),
        schedule("_cron_sync"),
        {
            content: "The form displays the result by itself",
            trigger: ".o-telegram-Progress:contains('4 new')",
        },
        { trigger: "button[name='action_sync']" },
        picture("sync_done"),
        {
            isActive: ["mobile"],
            trigger: ".o-form-buttonbox button, .o_control_panel button:has(.fa-bolt)",
            run: "click",
        },
        { trigger: "button.oe_stat_button:contains('Chats')", run: "click" },
        { trigger: ".o_data_row:contains('Vasilisa K'), .o_kanban_record:contains('Vasilisa K')" },
        picture("chats"),
    ],
});

registry.category("web_tour.tours").add("telegram_check_numbers", {
    steps: () => [
        { trigger: ".o_list_view thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')", run: "click" },
        { trigger: ".o-dropdown-item:contains('Check on Telegram')", run: "click" },
        { trigger: ".modal [name='summary']:contains('3 numbers will be checked')" },
        { trigger: ".modal [name='unreadable']:contains('Without Phone')" },
        picture("check_plan"),
        { trigger: ".modal button[name='action_check']", run: "click" },
        { trigger: ".modal .o-telegram-Progress:contains('0 of 3 numbers') .progress-bar" },
        picture("check_running"),
        schedule("_cron_check"),
        { trigger: ".modal .o-telegram-Progress:contains('3 of 3 numbers: 2 on Telegram, 1 not')" },
        picture("check_done"),
        { trigger: ".modal button[name='action_show']", run: "click" },
        { trigger: ".o_breadcrumb:contains('Numbers on Telegram')" },
        { trigger: ".o_data_row:contains('Nobody There'):contains('Not on Telegram')" },
        picture("check_numbers"),
    ],
});
