import { describe, expect, test } from "@odoo/hoot";
import { click, edit, press, queryAll } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    defineModels,
    getService,
    makeServerError,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { TelegramStartDialog } from "@telegram_green_api/components/start_dialog/start_dialog";
import { DELAY, STARTING_DELAY } from "@telegram_green_api/components/start_test/start_test";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";

class TelegramStart extends models.Model {
    _name = "telegram.onboarding";
}

describe.current.tags("desktop");
defineTelegramModels();
defineModels([TelegramStart]);

const MESSAGE = ".o-telegram-StartTest-message";
const FAILURE = ".o-telegram-Start-failure";
const instance = {
    id: 3,
    name: "Sales",
    id_instance: "4100000001",
    has_api_token: true,
    api_url: "https://4100.api.green-api.com",
    state: "authorized",
    message: "",
    receive_mode: "polling",
    webhook_problem: false,
};

function at(step, values = {}) {
    return {
        id: 7,
        step,
        can_handle_tokens: true,
        sign_in_id: 5,
        instance: step === "credentials" ? false : instance,
        ...values,
    };
}

/** Mock the answers of the methods of telegram.onboarding; the last one of each is repeated. */
function onStart(answers) {
    for (const [method, list] of Object.entries(answers)) {
        onRpc("telegram.onboarding", method, ({ args }) => {
            expect.step(`${method} ${JSON.stringify(args)}`);
            const next = list.length > 1 ? list.shift() : list[0];
            if (next instanceof Error) {
                throw next;
            }
            return next;
        });
    }
}

/** Answers of the last step: who writes with the account. */
const operators = {
    get_operator_candidates: [
        [
            { id: 2, name: "Anna", email: "a@example.com", has_right: true, is_selected: true },
            { id: 3, name: "Boris", email: "b@example.com", has_right: false, is_selected: false },
        ],
    ],
    set_operators: [false],
};
const operatorSteps = ["get_operator_candidates [[7]]", "set_operators [[7],[2]]"];

async function saveOperators() {
    await click(".o-telegram-Start-operators");
    await settle();
}

/** Wait for an answer and for the rendering that follows it. */
async function settle() {
    await animationFrame();
    await animationFrame();
}

async function openStart(props = {}) {
    await mountWithCleanup(MainComponentsContainer);
    getService("dialog").add(TelegramStartDialog, props);
    await settle();
}

test("stored credentials that GREEN-API refuses are shown with the reason", async () => {
    const message = "GREEN-API does not accept the API token.";
    const refused = { ...instance, state: "unauthorized", message };
    onStart({ start: [at("credentials", { instance: refused })] });
    await openStart({ instanceId: 3 });
    expect(FAILURE).toHaveText(message);
    expect.verifySteps(["start [3]"]);
});

test("what was typed is there again after the dialog was closed by accident, but no token", async () => {
    onStart({ start: [at("credentials")], connect: [at("receiving")] });
    await openStart();
    await click(".o-telegram-Start-haveToken");
    await settle();
    await click("input[name='telegram_name']");
    await edit("Support");
    await click("input[name='telegram_id']");
    await edit("4100000002");
    await click("input[name='telegram_token']");
    await edit("s3cret");
    await press("Escape");
    await settle();
    expect(".modal").toHaveCount(0);
    getService("dialog").add(TelegramStartDialog, {});
    await settle();
    await click(".o-telegram-Start-haveToken");
    await settle();
    expect("input[name='telegram_name']").toHaveValue("Support");
    expect("input[name='telegram_id']").toHaveValue("4100000002");
    expect("input[name='telegram_token']").toHaveValue("");
    await click("input[name='telegram_token']");
    await edit("s3cret");
    await click(".o-telegram-Start-connect");
    await settle();
    await press("Escape");
    await settle();
    getService("dialog").add(TelegramStartDialog, {});
    await settle();
    await click(".o-telegram-Start-haveToken");
    await settle();
    expect("input[name='telegram_id']").toHaveValue("", { message: "it is connected" });
    expect.verifySteps([
        "start [false]",
        "start [false]",
        'connect [[7],"Support","4100000002","s3cret",""]',
        "start [false]",
    ]);
});

test("a token that is not stored is not said to be", async () => {
    const tokenless = { ...instance, has_api_token: false };
    onStart({ start: [at("credentials", { instance: tokenless })] });
    await openStart({ instanceId: 3 });
    expect("input[name='telegram_token']").toHaveProperty("required", true);
    expect("input[name='telegram_token']").toHaveProperty("placeholder", "");
    expect.verifySteps(["start [3]"]);
});

test("the token stays in its field until it is accepted", async () => {
    onStart({
        start: [at("credentials")],
        connect: [at("credentials", { error: "Wrong token" }), at("receiving")],
    });
    await openStart();
    await click(".o-telegram-Start-haveToken");
    await settle();
    expect("input[name='telegram_token']").toHaveAttribute("type", "password");
    await click("input[name='telegram_id']");
    await edit("4100000001");
    await click("input[name='telegram_token']");
    await edit("s3cret");
    await click(".o-telegram-Start-connect");
    await settle();
    expect(FAILURE).toHaveText("Wrong token");
    expect("input[name='telegram_token']").toHaveValue("s3cret");
    expect("input[name='telegram_id']").toHaveValue("4100000001");
    await click("input[name='telegram_token']");
    await edit("right");
    await click(".o-telegram-Start-connect");
    await settle();
    expect(FAILURE).toHaveCount(0);
    expect("#o_telegram_polling").toBeChecked();
    expect.verifySteps([
        "start [false]",
        'connect [[7],"","4100000001","s3cret",""]',
        'connect [[7],"","4100000001","right",""]',
    ]);
});

test("without the rights to enter tokens the form is disabled, and says whom to ask", async () => {
    onStart({ start: [at("credentials", { can_handle_tokens: false })] });
    await openStart();
    expect(".o-telegram-Start-havePartner").toHaveCount(0);
    await click(".o-telegram-Start-haveToken");
    await settle();
    expect(".alert-warning").toHaveText(/access to Odoo's settings/);
    expect(".o-telegram-Start-connect").not.toBeEnabled();
    expect.verifySteps(["start [false]"]);
});

test("a way of receiving that does not work says so, and another can be tried", async () => {
    const failed = at("test", { message: "Nothing has arrived", is_good: false });
    const good = at("test", { message: "", is_good: true });
    onStart({
        start: [at("receiving")],
        set_receiving: [failed, good],
        send_test: [{ status: "queued", message: "In a moment" }],
    });
    await openStart({ instanceId: 3 });
    await click("#o_telegram_webhook");
    await click(".o-telegram-Start-choose");
    await settle();
    expect(".alert-warning").toHaveText("Nothing has arrived");
    await click("#o_telegram_polling");
    await click(".o-telegram-Start-choose");
    await settle();
    expect(MESSAGE).toHaveText("In a moment");
    expect.verifySteps([
        "start [3]",
        'set_receiving [[7],"webhook"]',
        'set_receiving [[7],"polling"]',
        "send_test [[7]]",
    ]);
});

test("where no webhook is possible, it cannot be chosen, and it is said why", async () => {
    const closed = { ...instance, webhook_problem: "No public address" };
    onStart({ start: [at("receiving", { instance: closed })] });
    await openStart({ instanceId: 3 });
    expect("#o_telegram_webhook").not.toBeEnabled();
    expect("label[for='o_telegram_webhook']").toHaveText(/No public address/);
    expect.verifySteps(["start [3]"]);
});

test("where the service does not tell how the message looks, the person is asked", async () => {
    const looks = [
        {
            name: "scope",
            label: "Lines 1 and 2?",
            choices: [
                { value: "words", look: "<p>1: <strong>bold</strong></p>" },
                { value: "off", look: "<p>1: *123*</p>" },
            ],
        },
        {
            name: "doubled",
            label: "Line 3?",
            choices: [{ value: "one", look: "<p>3: *45*</p>" }],
        },
    ];
    onStart({
        ...operators,
        start: [at("test")],
        send_test: [{ status: "proven", message: "Back", looks }],
        store_looks: [{ status: "proven", message: "Back", looks: [] }],
    });
    await openStart({ instanceId: 3 });
    expect(".o-telegram-StartTest-look strong").toHaveText("bold");
    expect(".modal-footer .btn:not(.btn-secondary)").toHaveText("Save");
    expect(".modal-footer .btn-secondary:first").toHaveText("Skip Questions");
    expect(".o-telegram-StartTest-save").not.toBeEnabled();
    await click("input[name='scope'][value='words']");
    await settle();
    expect(".o-telegram-StartTest-save").not.toBeEnabled();
    await click("input[name='scope'][value='off']");
    await settle();
    expect("input[name='doubled']").toHaveCount(0);
    await click(".o-telegram-StartTest-save");
    await settle();
    await saveOperators();
    expect(".o-telegram-Start-done").toHaveText(/sent and received/);
    expect.verifySteps([
        "start [3]",
        "send_test [[7]]",
        'store_looks [[7],{"scope":"off"}]',
        ...operatorSteps,
    ]);
});

test("a test that was received is no skipped one, though its question is not answered", async () => {
    const choices = [{ value: "off", look: "<p>1: *bold*</p>" }];
    onStart({
        ...operators,
        start: [at("test")],
        send_test: [
            { status: "proven", message: "Back", looks: [{ name: "scope", label: "?", choices }] },
        ],
    });
    await openStart({ instanceId: 3 });
    expect(".o-telegram-Start-skip").toHaveText("Skip Questions");
    await click(".o-telegram-Start-skip");
    await settle();
    await saveOperators();
    expect(".o-telegram-Start-done").toHaveText(/sent and received/);
    expect.verifySteps(["start [3]", "send_test [[7]]", ...operatorSteps]);
});

test("the test is followed until the message has come back", async () => {
    onStart({
        ...operators,
        start: [at("test")],
        send_test: [
            { status: "starting", message: "It starts" },
            { status: "queued", message: "In a moment" },
        ],
        check_test: [
            { status: "sent", message: "On its way" },
            { status: "proven", message: "Back" },
        ],
    });
    await openStart({ instanceId: 3 });
    expect(MESSAGE).toHaveText("It starts");
    await advanceTime(STARTING_DELAY);
    await settle();
    expect(MESSAGE).toHaveText("In a moment");
    await advanceTime(DELAY);
    await settle();
    expect(MESSAGE).toHaveText("On its way");
    expect(queryAll(".o-telegram-Start .fa-check-circle")).toHaveLength(1);
    await advanceTime(DELAY);
    await settle();
    await saveOperators();
    expect(".o-telegram-Start-done").toHaveText(/Sales is connected/);
    expect(".o-telegram-Start-done").toHaveText(/sent and received/);
    await advanceTime(10 * DELAY);
    expect.verifySteps([
        "start [3]",
        "send_test [[7]]",
        "send_test [[7]]",
        "check_test [[7]]",
        "check_test [[7]]",
        ...operatorSteps,
    ]);
});

test("a failed test stops, says why, and is repeated on demand only", async () => {
    onStart({
        start: [at("test")],
        send_test: [
            makeServerError({ errorName: "builtins.KeyError" }),
            { status: "failed", message: "Not to yourself" },
        ],
    });
    await openStart({ instanceId: 3 });
    expect(MESSAGE).toHaveText("An error occurred. See the server log for details.");
    await advanceTime(10 * STARTING_DELAY);
    await click(".o-telegram-StartTest-retry");
    await settle();
    expect(MESSAGE).toHaveText("Not to yourself");
    expect(MESSAGE).toHaveClass("text-danger");
    expect.verifySteps(["start [3]", "send_test [[7]]", "send_test [[7]]"]);
});

test("a skipped test is no success", async () => {
    onStart({
        ...operators,
        start: [at("test")],
        send_test: [{ status: "queued", message: "In a moment" }],
    });
    await openStart({ instanceId: 3 });
    await click(".o-telegram-Start-skip");
    await settle();
    await saveOperators();
    expect(".o-telegram-Start-done").toHaveText(/The test was skipped/);
    await advanceTime(10 * DELAY);
    expect.verifySteps(["start [3]", "send_test [[7]]", ...operatorSteps]);
});

test("what was tested already is tested once more on demand", async () => {
    onStart({
        start: [at("done")],
        send_test: [{ status: "queued", message: "In a moment" }],
    });
    await openStart({ instanceId: 3, isTest: true });
    expect(MESSAGE).toHaveText("In a moment");
    expect.verifySteps(["start [3]", "send_test [[7]]"]);
});

test("when it cannot even begin, the reason is there and nothing else", async () => {
    onStart({
        start: [
            makeServerError({ message: "Not yours", errorName: "odoo.exceptions.AccessError" }),
        ],
    });
    await openStart({ instanceId: 3 });
    expect(FAILURE).toHaveText("Not yours");
    expect(".modal-footer .btn").toHaveCount(1);
    expect.verifySteps(["start [3]"]);
});
