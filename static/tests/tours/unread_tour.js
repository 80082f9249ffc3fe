import { registry } from "@web/core/registry";

import { behind, call, lent, onPhone, picture, runAction } from "./tour_helpers";

// Started by tests/test_unread_browser.py on the form of a chat whose messages were read.
const CUSTOMER_CHAT = "10000000";
const item = (text) => `.o-mail-NotificationItem:contains("${text}")`;
const openMenu = [
    { trigger: ".o_menu_systray i[aria-label='Messages']", run: "click" },
    {
        isActive: ["mobile"],
        trigger: ".o-mail-MessagingMenu-navbar button:contains('Telegram')",
        run: "click",
    },
];

registry.category("web_tour.tours").add("telegram_unread", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']" },
        behind("A colleague answers", () =>
            call("ir.cron", "method_direct_trigger", [[Number(lent("colleague_cron_id"))]])
        ),
        ...openMenu,
        {
            content: "The answer is shown, and not as unread",
            trigger: `${item("From a colleague")}:not(:has(.o-discuss-badge))`,
        },
        picture("unread_colleague"),
        behind("The customer writes", async () => {
            await onPhone("incoming", { chatId: CUSTOMER_CHAT, message: "Thank you" });
            await runAction("receive_cron_id");
        }),
        {
            content: "Only the customer's message is unread",
            trigger: `${item("Thank you")} .o-discuss-badge:contains(/^1$/)`,
        },
        picture("unread_customer"),
    ],
});
