import { registry } from "@web/core/registry";

import { behind, call, lent, picture } from "./tour_helpers";

// Started by tests/test_account_browser.py on the form of an instance.

const ACCOUNT_PAGE = { trigger: ".o_notebook .nav-link[name='account']", run: "click" };

function confirm(words) {
    return [
        { trigger: `.modal:contains("${words}")` },
        { trigger: ".modal .btn-primary", run: "click" },
    ];
}

registry.category("web_tour.tours").add("telegram_account", {
    steps: () => [
        ACCOUNT_PAGE,
        { trigger: "button[name='action_read_account']", run: "click" },
        { trigger: "[name='account_phone']:contains('+79876543210')" },
        { content: "The picture", trigger: "[name='account_picture'] img" },
        { trigger: ".o_notification:contains('Signed in') .btn:contains('Response')" },
        picture("account"),
        { trigger: ".o_notification .btn:contains('Response')", run: "click" },
        { trigger: ".modal pre:contains('stateInstance')" },
        { trigger: ".modal .btn-primary", run: "click" },
        { trigger: "button[name='action_open_settings']", run: "click" },
        { trigger: ".modal [name='keep_online'] input", run: "click" },
        picture("account_settings"),
        { trigger: ".modal button[name='action_save']", run: "click" },
        { trigger: ".o_notification:contains('Always Online')" },
        { trigger: "body:not(:has(.modal))" },
        ACCOUNT_PAGE,
        { trigger: "button[name='action_set_picture']", run: "click" },
        { trigger: ".modal [name='picture']" },
        picture("account_picture"),
        { trigger: ".modal .btn:contains('Discard')", run: "click" },
        { trigger: "button[name='action_restart']", run: "click" },
        ...confirm("up to 5 minutes"),
        { trigger: ".o_notification:contains('restarts')" },
        { trigger: "button[name='action_log_out']", run: "click" },
        ...confirm("until an account is signed in again"),
        { trigger: "[name='state']:contains('Not Signed In')" },
        { content: "The history", trigger: ".o-mail-Message:contains('signed out')" },
        picture("account_signed_out"),
    ],
});

registry.category("web_tour.tours").add("telegram_account_sign_in", {
    steps: () => [
        {
            isActive: ["mobile"],
            trigger: ".o_statusbar_buttons .dropdown-toggle, .o-statusbar-buttons-dropdown",
            run: "click",
        },
        { trigger: "button[name='action_sign_in']", run: "click" },
        { trigger: ".o-telegram-SignIn-qr" },
        picture("sign_in_qr"),
        { trigger: ".o-telegram-SignIn-method", run: "click" },
        { trigger: ".o-telegram-SignIn-phone input", run: "edit +7 987 654-32-10" },
        picture("sign_in_phone"),
        { trigger: ".o-telegram-SignIn-phone button", run: "click" },
        { trigger: ".o-telegram-SignIn-code input", run: "edit 00000000" },
        { trigger: ".o-telegram-SignIn-code button", run: "click" },
        { trigger: ".o-telegram-SignIn-code [role='alert']:contains('code is incorrect')" },
        picture("sign_in_wrong_code"),
        {
            content: "The code that Telegram shows on the phone",
            trigger: ".o-telegram-SignIn-code input",
            run: (helpers) => helpers.edit(lent("telegram_code")),
        },
        { trigger: ".o-telegram-SignIn-code button", run: "click" },
        { trigger: ".o-telegram-SignIn-password input", run: "edit correct horse" },
        picture("sign_in_password"),
        { trigger: ".o-telegram-SignIn-password button", run: "click" },
        { trigger: ".o-telegram-SignIn-done" },
        { trigger: ".modal .btn:contains('Close')", run: "click" },
        { trigger: ".o_form_view [name='state']:contains('Signed In')" },
    ],
});

registry.category("web_tour.tours").add("telegram_no_account", {
    steps: () => [
        {
            trigger:
                ".o_view_nocontent:contains('You operate no account yet'):contains('add you as an operator')",
        },
        picture("no_account"),
    ],
});

registry.category("web_tour.tours").add("telegram_archive_account", {
    steps: () => [
        { trigger: ".o_form_view .o_cp_action_menus .dropdown-toggle", run: "click" },
        { trigger: ".o-dropdown-item:contains('Archive')", run: "click" },
        {
            content: "It says what ends, and how many messages wait",
            trigger: ".modal:contains('nothing is sent or received'):contains('to be sent (1)')",
        },
        picture("archive_account"),
        { trigger: ".modal .btn-primary:contains('Archive')", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view:contains('Archived')" },
    ],
});

// Started in Discuss on a stranger's conversation of an archived account, by an operator.
registry.category("web_tour.tours").add("telegram_archived_conversation", {
    steps: () => [
        { trigger: ".o-mail-Message:contains('Is it in stock?')" },
        { content: "Who it may be was looked up", trigger: ".o-telegram-Stranger" },
        { trigger: ".o-mail-Composer-input", run: "edit Anybody?" },
        {
            content: "The box warns, and no error is shown",
            trigger:
                "body:not(:has(.o_error_dialog)):not(:has(.o_notification)) .o-telegram-Composer-warning:contains('is archived')",
        },
        picture("archived_conversation"),
    ],
});

registry.category("web_tour.tours").add("telegram_account_live", {
    steps: () => [
        { trigger: ".o_form_view [name='state']:contains('Signed In')" },
        behind("The phone signs out", () =>
            call("ir.cron", "method_direct_trigger", [[Number(lent("sign_out_cron_id"))]])
        ),
        { trigger: ".o_form_view [name='state']:contains('Not Signed In')" },
    ],
});
