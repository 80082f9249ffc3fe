import {
    click,
    contains,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import { describe, test } from "@odoo/hoot";
import { asyncStep, mockService, onRpc, waitForSteps } from "@web/../tests/web_test_helpers";
import {
    createTelegramMessage,
    defineTelegramModels,
} from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

const POPOVER = ".o-mail-MessageNotificationPopover";

function mockMessageForm() {
    mockService("action", {
        doAction(action) {
            if (action.res_model !== "telegram.message") {
                return super.doAction(...arguments);
            }
            asyncStep(`open ${action.res_id} ${JSON.stringify(action.views)}`);
        },
    });
}

for (const state of ["error", "unsure"]) {
    test(`a click on the icon opens the message that is in state ${state}`, async () => {
        const pyEnv = await startServer();
        const { partnerId } = createTelegramMessage(pyEnv, state, { telegram_message_id: 42 });
        onRpc("telegram.message", "has_access", () => true);
        mockMessageForm();
        await start();
        await openFormView("res.partner", partnerId);
        await click(".o-mail-Message-notification");
        await waitForSteps([`open 42 [[false,"form"]]`]);
        await contains(POPOVER, { count: 0 });
    });
}

test("who may not see the message itself gets the reason instead of an access error", async () => {
    const pyEnv = await startServer();
    const values = { failure_reason: "The service said so" };
    const { partnerId } = createTelegramMessage(pyEnv, "error", values);
    onRpc("telegram.message", "has_access", () => false);
    mockMessageForm();
    await start();
    await openFormView("res.partner", partnerId);
    await click(".o-mail-Message-notification");
    await contains(POPOVER, { text: "(The service said so)" });
    await waitForSteps([]);
});

test("a click on the failure of an e-mail opens nothing of ours", async () => {
    const pyEnv = await startServer();
    const values = { notification_type: "email" };
    const { partnerId } = createTelegramMessage(pyEnv, "error", values);
    mockMessageForm();
    await start();
    await openFormView("res.partner", partnerId);
    await click(".o-mail-Message-notification");
    await contains(POPOVER);
    await waitForSteps([]);
});

test("what a contact wrote is marked, other messages are not", async () => {
    const pyEnv = await startServer();
    const { partnerId } = createTelegramMessage(pyEnv, "read");
    pyEnv["mail.message"].create([
        {
            author_id: partnerId,
            body: "Thank you!",
            message_type: "telegram",
            model: "res.partner",
            res_id: partnerId,
        },
        {
            author_id: partnerId,
            body: "By e-mail",
            message_type: "comment",
            model: "res.partner",
            res_id: partnerId,
        },
    ]);
    await start();
    await openFormView("res.partner", partnerId);
    await contains(".o-mail-Message", { count: 3 });
    await contains(".o-telegram-Message-icon", { count: 1 });
    await contains(".o-mail-Message", {
        text: "Thank you!",
        contains: [".o-telegram-Message-icon[title='Telegram Message']"],
    });
});
