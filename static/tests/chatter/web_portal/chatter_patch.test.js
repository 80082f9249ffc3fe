import {
    click,
    contains,
    insertText,
    openFormView,
    registerArchs,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import {
    asyncStep,
    mockService,
    onRpc,
    serverState,
    waitForSteps,
} from "@web/../tests/web_test_helpers";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");
defineTelegramModels();

/** Mock the composer, which closes as soon as it opens. */
function mockComposer({ onOpen, closing } = {}) {
    mockService("action", {
        doAction(action, options) {
            if (action.res_model !== "telegram.composer") {
                return super.doAction(...arguments);
            }
            asyncStep(`open for ${JSON.stringify(action.context)}`);
            onOpen?.(action);
            options.onClose(closing);
        },
    });
}

const contextOf = (id) => JSON.stringify({ default_res_model: "res.partner", default_res_id: id });

test("opens the composer for the record, and what was written shows when it closes", async () => {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Vasilisa" });
    mockComposer({
        onOpen(action) {
            expect(action.target).toBe("new");
            expect(action.views).toEqual([[false, "form"]]);
            pyEnv["mail.message"].create({
                author_id: serverState.partnerId,
                body: "Your order is packed.",
                message_type: "telegram",
                model: "res.partner",
                res_id: partnerId,
            });
        },
    });
    await start();
    await openFormView("res.partner", partnerId);
    await contains(".o-mail-Chatter-logNote + .o-telegram-Chatter-send");
    await contains(".o-mail-Message", { count: 0 });
    await click(".o-telegram-Chatter-send");
    await waitForSteps([`open for ${contextOf(partnerId)}`]);
    await contains(".o-mail-Message", { text: "Your order is packed." });
});

for (const closing of [{ special: true }, { dismiss: true }]) {
    const [how] = Object.keys(closing);
    test(`loads nothing when the composer is discarded (${how})`, async () => {
        const pyEnv = await startServer();
        const partnerId = pyEnv["res.partner"].create({ name: "Vasilisa" });
        mockComposer({
            closing,
            onOpen: () => onRpc("/mail/thread/messages", () => asyncStep("messages")),
        });
        await start();
        await openFormView("res.partner", partnerId);
        await contains(".o-mail-Thread");
        await click(".o-telegram-Chatter-send");
        await waitForSteps([`open for ${contextOf(partnerId)}`]);
    });
}

test("is not there for people who are no Telegram users", async () => {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Vasilisa" });
    onRpc("res.users", "has_group", ({ args }) => {
        if (args[1] === "telegram_green_api.group_user") {
            asyncStep("asked");
            return false;
        }
    });
    await start();
    await openFormView("res.partner", partnerId);
    await contains(".o-mail-Chatter-logNote");
    await contains(".o-telegram-Chatter-send", { count: 0 });
    await waitForSteps(["asked"]);
});

test("cannot be pressed where the user may not post", async () => {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Vasilisa", hasWriteAccess: false });
    await start();
    await openFormView("res.partner", partnerId);
    await contains(".o-telegram-Chatter-send:disabled");
});

test("saves a new record first, so that there is somebody to write to", async () => {
    const pyEnv = await startServer();
    mockComposer();
    await start();
    await openFormView("res.partner");
    await insertText(".o_field_char[name='name'] input", "Marfa");
    await click(".o-telegram-Chatter-send:enabled");
    await contains(".o-mail-Chatter .o-mail-Followers-counter");
    const [partnerId] = pyEnv["res.partner"].search([["name", "=", "Marfa"]]);
    await waitForSteps([`open for ${contextOf(partnerId)}`]);
});

test("saves what was just typed in, for the composer reads it from the server", async () => {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Vasilisa" });
    mockComposer();
    onRpc("res.partner", "web_save", ({ args }) => asyncStep(`save ${args[1].name}`));
    await start();
    await openFormView("res.partner", partnerId);
    await insertText(".o_field_char[name='name'] input", "Marfa", { replace: true });
    await click(".o-telegram-Chatter-send");
    await waitForSteps(["save Marfa", `open for ${contextOf(partnerId)}`]);
});

test("opens nothing for a record that cannot be saved, not even when it is saved later", async () => {
    await startServer();
    mockComposer();
    registerArchs({
        "res.partner,false,form": `
            <form>
                <sheet><field name="name" required="1"/></sheet>
                <chatter/>
            </form>`,
    });
    await start();
    await openFormView("res.partner");
    await click(".o-telegram-Chatter-send");
    await contains(".o_notification", { text: "Missing required fields" });
    await insertText(".o_field_char[name='name'] input", "Vasilisa");
    await click(".o_form_button_save");
    await contains(".o-mail-Chatter .o-mail-Followers-counter");
    await waitForSteps([]);
});
