import { describe, expect, test } from "@odoo/hoot";
import { click } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { getService, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

async function answer(params) {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "telegram_green_api.answer",
        params: { title: "Sales", type: "success", ...params },
    });
    await animationFrame();
}

test("an answer stands in words, and raw on demand", async () => {
    await answer({ message: "2 messages wait.", raw: '{\n  "count": 2\n}' });
    expect(".o_notification").toHaveText(/2 messages wait\./);
    expect(".o_telegram_raw").toHaveCount(0);
    await click(".o_notification button:contains(Response)");
    await animationFrame();
    expect(".modal .o_telegram_raw").toHaveText(/"count": 2/);
});

test("each sentence of an answer has its line, and the button one for itself", async () => {
    await answer({ message: "Not added:\nVasilisa: no account", raw: "{}" });
    expect(".o_notification_content").toHaveStyle({ whiteSpace: "pre-line" });
    expect(".o_notification_buttons button").toHaveStyle({ whiteSpace: "nowrap" });
});

test("an answer is text, whatever it holds", async () => {
    await answer({ message: "Done", raw: "<img src=x onerror=alert(1)>" });
    await click(".o_notification button:contains(Response)");
    await animationFrame();
    expect(".o_telegram_raw img").toHaveCount(0);
    expect(".o_telegram_raw").toHaveText("<img src=x onerror=alert(1)>");
});

test("without a raw answer there is no button for it", async () => {
    await answer({ message: "Done", raw: false });
    expect(".o_notification button:contains(Response)").toHaveCount(0);
});

test("what comes next is done", async () => {
    const next = {
        type: "ir.actions.client",
        tag: "display_notification",
        params: { message: "Next" },
    };
    await answer({ message: "Done", raw: false, next });
    await animationFrame();
    expect(".o_notification:contains(Next)").toHaveCount(1);
});
