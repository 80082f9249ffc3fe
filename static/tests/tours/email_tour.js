import { registry } from "@web/core/registry";

import { behind, onPhone, picture, runAction } from "./tour_helpers";

// Started by tests/test_email_browser.py on the form of a contact that the user follows.
const CUSTOMER_CHAT = "10000000";
const answer = ".o-mail-Message:contains('An answer')";

registry.category("web_tour.tours").add("telegram_no_email", {
    steps: () => [
        { trigger: ".o-telegram-Chatter-send:enabled" },
        behind("The customer answers", async () => {
            await onPhone("incoming", { chatId: CUSTOMER_CHAT, message: "An answer" });
            await runAction("receive_cron_id");
        }),
        { trigger: ".o-mail-Chatter button[aria-label='Search Messages']", run: "click" },
        { trigger: ".o-mail-SearchMessageInput input", run: "edit answer" },
        { trigger: ".o-mail-SearchMessageInput button[aria-label='Search button']", run: "click" },
        {
            content: "The answer has no envelope",
            trigger: `${answer}:not(:has([class*='fa-envelope']))`,
        },
        picture("answer_without_email"),
    ],
});

registry.category("web_tour.tours").add("telegram_email_preference", {
    steps: () => [
        { trigger: "[name='telegram_email_delay'] input", run: "edit 15" },
        picture("email_preference"),
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.o_form_button_save:visible))" },
    ],
});
