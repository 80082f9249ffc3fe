import {
    click,
    contains,
    start,
    startServer,
    triggerEvents,
} from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { asyncStep, mockService, onRpc, waitForSteps } from "@web/../tests/web_test_helpers";
import {
    createTelegramMessage,
    defineTelegramModels,
} from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

const ITEM = ".o-mail-NotificationItem";

async function openMenu() {
    await click(".o_menu_systray i[aria-label='Messages']");
}

const SENTENCES = [
    [["error"], "A Telegram message on “Vasilisa” could not be sent"],
    [["unsure"], "A Telegram message on “Vasilisa” may or may not have been sent"],
    [["error", "error"], "Telegram messages could not be sent"],
    [["unsure", "unsure"], "Telegram messages may or may not have been sent"],
    [["error", "unsure"], "Telegram messages could not be sent, or may not have been sent"],
];

for (const [states, sentence] of SENTENCES) {
    test(`says what became of messages: ${states.join(", ")}`, async () => {
        const pyEnv = await startServer();
        states.forEach((state) => createTelegramMessage(pyEnv, state));
        await start();
        await openMenu();
        await contains(`${ITEM}-name`, { text: "Telegram Failure: Contact" });
        await contains(`${ITEM}-text`, { text: sentence });
        await contains(`${ITEM} img[data-src$='telegram_failure.svg']`);
    });
}

test("a click on a single failure opens its record", async () => {
    const pyEnv = await startServer();
    const { partnerId } = createTelegramMessage(pyEnv, "error");
    mockService("action", {
        doAction(action) {
            asyncStep(`${action.res_model} ${action.res_id}`);
        },
    });
    await start();
    await openMenu();
    await click(ITEM, { text: "Telegram Failure: Contact" });
    await waitForSteps([`res.partner ${partnerId}`]);
});

test("a click on several failures lists just those messages", async () => {
    const pyEnv = await startServer();
    const { messageId: first } = createTelegramMessage(pyEnv, "error");
    const { messageId: second } = createTelegramMessage(pyEnv, "unsure");
    createTelegramMessage(pyEnv, "read");
    mockService("action", {
        doAction(action) {
            asyncStep(action.res_model);
            const [[, , states], [field, , ids]] = action.domain;
            expect(states).toEqual(["error", "unsure"]);
            expect(field).toBe("mail_message_ids");
            expect([...ids].sort()).toEqual([first, second].sort());
            expect(action.views).toEqual([
                [false, "list"],
                [false, "form"],
            ]);
        },
    });
    await start();
    await openMenu();
    await click(ITEM, { text: "Telegram Failure: Contact" });
    await waitForSteps(["telegram.message"]);
    await contains(ITEM, { count: 0 });
});

test("failures of e-mails stay Odoo's own", async () => {
    const pyEnv = await startServer();
    createTelegramMessage(pyEnv, "error", { notification_type: "email" });
    createTelegramMessage(pyEnv, "error", { notification_type: "email" });
    mockService("action", {
        doAction(action) {
            asyncStep(`${action.name}: ${action.res_model}`);
        },
    });
    await start();
    await openMenu();
    await contains(`${ITEM}-text`, { text: "An error occurred when sending an email" });
    await contains(`${ITEM} img[data-src$='mailfailure.svg']`);
    await click(ITEM, { text: "Email Failure: Contact" });
    await waitForSteps(["Mail Failures: res.partner"]);
});

test("marking a failure as read discards those of Telegram only", async () => {
    const pyEnv = await startServer();
    createTelegramMessage(pyEnv, "error");
    onRpc("res.partner", "notify_cancel_by_type", ({ kwargs }) => {
        asyncStep(kwargs.notification_type);
        return true;
    });
    await start();
    await openMenu();
    await triggerEvents(ITEM, ["mouseenter"], { text: "Telegram Failure: Contact" });
    await click(`${ITEM} [title='Mark As Read']`);
    await waitForSteps(["telegram"]);
});
