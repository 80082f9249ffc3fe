import { click, contains, start, startServer } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { getService, mockService } from "@web/../tests/web_test_helpers";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

const NOTIFICATION = ".o_notification.o-telegram-queued";

function queued(message, is_complete) {
    return {
        type: "ir.actions.client",
        tag: "telegram_green_api.queued",
        params: { message, is_complete, message_ids: [7, 8] },
    };
}

test("says what was queued, and lists the messages", async () => {
    await startServer();
    await start();
    await getService("action").doAction(queued("2 messages are queued.", true));
    await contains(`${NOTIFICATION}:has(.bg-success)`, { text: "2 messages are queued." });
    mockService("action", {
        doAction(action) {
            expect.step(JSON.stringify([action.res_model, action.domain]));
        },
    });
    await click(`${NOTIFICATION} button`, { text: "Show the messages" });
    await expect.waitForSteps([JSON.stringify(["telegram.message", [["id", "in", [7, 8]]]])]);
    await contains(NOTIFICATION, { count: 0 });
});

test("stays as a warning when somebody was left out", async () => {
    await startServer();
    await start();
    await getService("action").doAction(queued("1 left out: No Telegram account", false));
    await contains(`${NOTIFICATION}:has(.bg-warning)`, {
        text: "1 left out: No Telegram account",
    });
});
