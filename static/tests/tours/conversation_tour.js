import { registry } from "@web/core/registry";
import { behind, onPhone, picture, runAction } from "./tour_helpers";

// Started by tests/test_discuss_browser.py on the form of a chat.
const CUSTOMER_CHAT = "10000000";

const message = (text) => `.o-mail-Message:contains("${text}")`;

registry.category("web_tour.tours").add("telegram_conversation", {
    steps: () => [
        { trigger: "button[name='action_open_in_discuss']", run: "click" },
        { content: "The conversation opens", trigger: message("Hello") },
        {
            isActive: ["desktop"],
            content: "It stands in its own category",
            trigger: ".o-mail-DiscussSidebarCategory-telegram:contains('Telegram')",
        },
        { trigger: ".o-mail-Composer-input", run: "edit Good day!" },
        { trigger: ".o-mail-Composer-input", run: "press Enter" },
        {
            content: "What was written waits",
            trigger: `${message("Good day!")} .o-telegram-Message-state.fa-clock-o`,
        },
        behind("Send", () => runAction("send_cron_id")),
        {
            content: "It is sent, without a reload",
            trigger: `${message("Good day!")} .o-telegram-Message-state:not(.fa-clock-o)`,
        },
        behind("The customer answers", async () => {
            await onPhone("incoming", { chatId: CUSTOMER_CHAT, message: "Two chairs, please" });
            await runAction("receive_cron_id");
        }),
        { content: "The answer comes by itself", trigger: message("Two chairs, please") },
        { content: "Reply to it", trigger: message("Two chairs, please"), run: "hover && click" },
        {
            isActive: ["desktop"],
            trigger: `${message("Two chairs, please")} button[name='reply-to']`,
            run: "click",
        },
        picture("conversation"),
        { trigger: ".o-mail-Composer-input", run: "edit They are on the way" },
        { trigger: ".o-mail-Composer-input", run: "press Enter" },
        {
            isActive: ["desktop"],
            content: "The reply shows what it answers",
            trigger: `${message("They are on the way")} .o-mail-MessageInReply:contains("Two chairs")`,
        },
        behind("Send", () => runAction("send_cron_id")),
        {
            trigger: `${message("They are on the way")} .o-telegram-Message-state:not(.fa-clock-o)`,
        },
        picture("conversation_reply"),
    ],
});
