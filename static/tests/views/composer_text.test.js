import { describe, expect, test } from "@odoo/hoot";
import { edit, press } from "@odoo/hoot-dom";
import { Deferred, advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";
import { PAUSE } from "@telegram_green_api/views/fields/telegram_text/telegram_text_field";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class IrAttachment extends models.Model {
    _name = "ir.attachment";
    _records = [{ id: 1, name: "offer.pdf", mimetype: "application/pdf" }];

    name = fields.Char();
    mimetype = fields.Char();
}

class TelegramComposer extends models.Model {
    _name = "telegram.composer";
    _views = {
        form: `<form js_class="telegram_composer_form">
            <field name="res_model" invisible="1"/>
            <field name="res_id" invisible="1"/>
            <field name="res_ids" invisible="1"/>
            <field name="kind" invisible="1"/>
            <field name="template_id" invisible="1"/>
            <field name="formatting" invisible="1"/>
            <field name="scheduled_date"/>
            <field name="attachment_ids" widget="many2many_binary"/>
            <field name="body" widget="telegram_text" default_focus="1"/>
            <button name="action_send" type="object" string="Send"/>
        </form>`,
    };

    res_model = fields.Char();
    res_id = fields.Integer();
    res_ids = fields.Char();
    kind = fields.Char({ default: "text" });
    template_id = fields.Integer();
    formatting = fields.Boolean();
    body = fields.Text({ onChange: () => {} });
    scheduled_date = fields.Datetime();
    attachment_ids = fields.Many2many({ relation: "ir.attachment" });
}

describe.current.tags("desktop");
defineTelegramModels();
defineModels([IrAttachment, TelegramComposer]);

const TEXT = "[name='body'] textarea";

/**
 * Open the composer.
 *
 * @param {(params: Object) => any} [answer] the server's answer to a changed text, which may be late
 * @param {Object} [values] default values in the context
 */
async function openComposer(answer = () => {}, values = {}) {
    onRpc("telegram.composer", "onchange", ({ args }) =>
        args[2].includes("body") ? answer(args) : undefined
    );
    await mountView({
        type: "form",
        resModel: "telegram.composer",
        context: { default_res_model: "res.partner", default_res_id: 7, ...values },
    });
    await contains(TEXT).focus();
}

async function waitForAnswer() {
    await advanceTime(PAUSE);
    await animationFrame();
}

test("a letter corrected while the server answers does not take the text away", async () => {
    const late = new Deferred();
    await openComposer(() => late);
    await edit("Good day");
    await waitForAnswer(); // the server was asked
    await press("s");
    await press("Backspace");
    await animationFrame();
    expect(TEXT).toHaveValue("Good day");
    await press("!");
    late.resolve({ value: {} });
    await animationFrame();
    expect(TEXT).toHaveValue("Good day!");
});

test("a text that is left at once does not vanish until the server has answered", async () => {
    const late = new Deferred();
    await openComposer(() => late);
    await edit("Good day", { confirm: "blur" });
    await animationFrame();
    expect(TEXT).toHaveValue("Good day");
    late.resolve({ value: {} });
    await animationFrame();
    expect(TEXT).toHaveValue("Good day");
});

for (const confirm of [false, "tab"]) {
    test(`a text is not lost with the connection (${confirm || "pause"})`, async () => {
        expect.errors(1);
        await openComposer(() => {
            throw new ConnectionLostError("onchange");
        });
        await edit("Good day", { confirm });
        await waitForAnswer();
        expect.verifyErrors([/couldn't be established/]);
        expect(TEXT).toHaveValue("Good day");
        onRpc("telegram.composer", "web_save", ({ args }) => expect.step(args[1].body));
        onRpc("telegram.composer", "action_send", () => true);
        await contains("button[name='action_send']").click();
        expect.verifySteps(["Good day"]);
    });
}

const DRAFT = `telegram_green_api.draft/${user.userId}/res.partner/7`;

for (const [kind, isKept] of Object.entries({ text: false, location: true })) {
    test(`a draft is deleted when it was sent, and not with something else: ${kind}`, async () => {
        onRpc("telegram.composer", "action_send", () => true);
        await openComposer(() => ({ value: {} }), { default_kind: kind });
        await edit("Good day");
        await contains("button[name='action_send']").click();
        expect(browser.localStorage.getItem(DRAFT) !== null).toBe(isKept);
    });
}

test("what is typed at once is added to the draft, and does not replace it", async () => {
    browser.localStorage.setItem(DRAFT, JSON.stringify({ body: "Good", formatting: false }));
    const late = new Deferred();
    await openComposer(() => late);
    expect(TEXT).toHaveValue("Good");
    await press("!");
    late.resolve({ value: {} });
    await animationFrame();
    expect(TEXT).toHaveValue("Good!");
});

test("the date and the files of a draft are kept", async () => {
    await openComposer(() => ({ value: {} }), {
        default_attachment_ids: [1],
    });
    await edit("Good day");
    await waitForAnswer();
    await contains(
        ".o_field_widget[name='scheduled_date'] button, .o_field_widget[name='scheduled_date'] input"
    ).click();
    await edit("12/01/2026 10:00:00", { confirm: "enter" });
    await animationFrame();
    const draft = JSON.parse(browser.localStorage.getItem(DRAFT));
    expect(draft.body).toBe("Good day");
    expect(draft.attachment_ids).toEqual([1]);
    expect(draft.scheduled_date).toMatch(/^2026-12-01 /);
});

for (const ids of [[1], [1, 99]]) {
    test(`a draft comes back with its date and files; what is gone is said: ${ids}`, async () => {
        const draft = { body: "Good", formatting: false, scheduled_date: "2026-12-01 09:00:00" };
        browser.localStorage.setItem(DRAFT, JSON.stringify({ ...draft, attachment_ids: ids }));
        await openComposer(() => ({ value: {} }));
        await waitForAnswer();
        expect(TEXT).toHaveValue("Good");
        expect(".o_field_widget[name='scheduled_date']").toHaveText(/2026|Dec/);
        expect(".o_attachment").toHaveCount(1);
        expect(".o_attachment").toHaveText(/offer/);
        expect(".o_notification").toHaveCount(ids.length - 1);
        const stored = JSON.parse(browser.localStorage.getItem(DRAFT));
        expect(stored.attachment_ids).toEqual([1]);
        expect(stored.scheduled_date).toBe("2026-12-01 09:00:00");
    });
}
