import { describe, expect, test } from "@odoo/hoot";
import { click } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { getService, mockService, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

const NOTIFICATION = ".o_notification.o-telegram-Notification";

async function notify(params) {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "telegram_green_api.notification",
        params: { title: "Sales", type: "success", ...params },
    });
    await animationFrame();
}

/** Wait longer than Odoo displays a notification that is not sticky. */
async function waitForAutoclose() {
    await advanceTime(60000);
    await animationFrame();
}

test("displays the message, and the raw response on demand", async () => {
    await notify({ message: "2 messages wait.", raw: '{\n  "count": 2\n}' });
    expect(".o_notification").toHaveText(/2 messages wait\./);
    expect(".o-telegram-Response-raw").toHaveCount(0);
    await click(".o_notification button:contains(Response)");
    await animationFrame();
    expect(".modal .o-telegram-Response-raw").toHaveText(/"count": 2/);
});

test("displays each line of the message, and the label of the button in one line", async () => {
    await notify({ message: "Not added:\nVasilisa: no account", raw: "{}" });
    expect(".o_notification_content").toHaveStyle({ whiteSpace: "pre-line" });
    expect(".o_notification_buttons button").toHaveStyle({ whiteSpace: "nowrap" });
});

test("displays markup in the response as text", async () => {
    await notify({ message: "Done", raw: "<img src=x onerror=alert(1)>" });
    await click(".o_notification button:contains(Response)");
    await animationFrame();
    expect(".o-telegram-Response-raw img").toHaveCount(0);
    expect(".o-telegram-Response-raw").toHaveText("<img src=x onerror=alert(1)>");
});

test("without a raw response there is no button for it", async () => {
    await notify({ message: "Done", raw: false });
    expect(".o_notification button:contains(Response)").toHaveCount(0);
});

test("executes the next action", async () => {
    const next = {
        type: "ir.actions.client",
        tag: "display_notification",
        params: { message: "Next" },
    };
    await notify({ message: "Done", raw: false, next });
    await animationFrame();
    expect(".o_notification:contains(Next)").toHaveCount(1);
});

test("lists the messages on demand", async () => {
    await notify({ message: "2 messages are queued.", message_ids: [7, 8] });
    expect(`${NOTIFICATION}:has(.bg-success)`).toHaveText(/2 messages are queued\./);
    mockService("action", {
        doAction(action) {
            expect.step(JSON.stringify([action.res_model, action.domain]));
        },
    });
    await click(`${NOTIFICATION} button:contains(View Messages)`);
    await animationFrame();
    expect.verifySteps([JSON.stringify(["telegram.message", [["id", "in", [7, 8]]]])]);
    expect(NOTIFICATION).toHaveCount(0);
});

test("opens the records that it is about on demand", async () => {
    const view = { type: "ir.actions.act_window", res_model: "account.move", res_id: 7 };
    await notify({ message: "1 not sent: INV/7", view });
    mockService("action", {
        doAction(action) {
            expect.step(`${action.res_model} ${action.res_id}`);
        },
    });
    await click(`${NOTIFICATION} button:contains(View)`);
    await animationFrame();
    expect.verifySteps(["account.move 7"]);
    expect(NOTIFICATION).toHaveCount(0);
});

test("stays until it is closed when it is sticky", async () => {
    await notify({ message: "1 left out: No Telegram account", type: "warning", sticky: true });
    await waitForAutoclose();
    expect(`${NOTIFICATION}:has(.bg-warning)`).toHaveText(/1 left out: No Telegram account/);
});

test("closes by itself when it is not sticky", async () => {
    await notify({ message: "Done", type: "warning" });
    await waitForAutoclose();
    expect(NOTIFICATION).toHaveCount(0);
});
