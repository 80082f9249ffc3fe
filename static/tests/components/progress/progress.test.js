import { describe, expect, test } from "@odoo/hoot";
import { edit } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { DELAY } from "@telegram_green_api/components/progress/progress";
import { defineTelegramModels } from "@telegram_green_api/../tests/telegram_test_helpers";

describe.current.tags("desktop");

class Job extends models.Model {
    _name = "job";

    name = fields.Char();
    running = fields.Boolean();
    done = fields.Integer();
    total = fields.Integer();
    message = fields.Char();

    _records = [{ id: 1, name: "Job", running: true, done: 0, total: 4, message: "0 of 4" }];
}

defineTelegramModels();
defineModels([Job]);

async function open() {
    await mountView({
        type: "form",
        resModel: "job",
        resId: 1,
        arch: `
            <form>
                <field name="name"/>
                <field name="running" invisible="1"/>
                <field name="done" invisible="1"/>
                <field name="total" invisible="1"/>
                <field name="message" invisible="1"/>
                <widget name="telegram_progress" options="{'running': 'running', 'done': 'done', 'total': 'total', 'message': 'message'}"/>
            </form>`,
    });
}

async function wait() {
    await advanceTime(DELAY);
    await animationFrame();
}

test("reloads the record until the job is done, and not after that", async () => {
    let news = {};
    onRpc("job", "web_read", ({ parent }) => {
        expect.step("read");
        const [job] = parent();
        return [{ ...job, ...news }];
    });
    await open();
    expect.verifySteps(["read"]);
    expect(".o-telegram-Progress").toHaveText("0 of 4");
    expect(".progress-bar").toHaveAttribute("aria-valuenow", "0");
    news = { done: 3, message: "3 of 4" };
    await wait();
    expect.verifySteps(["read"]);
    expect(".o-telegram-Progress").toHaveText("3 of 4");
    expect(".progress-bar").toHaveAttribute("aria-valuenow", "75");
    news = { running: false, message: "Done" };
    await wait();
    expect(".o-telegram-Progress").toHaveText("Done");
    expect(".progress").toHaveCount(0);
    expect.verifySteps(["read"]);
    await wait();
    expect.verifySteps([]);
});

test("keeps unsaved changes", async () => {
    onRpc("job", "web_read", () => expect.step("read"));
    await open();
    expect.verifySteps(["read"]);
    await contains("[name='name'] input").click();
    await edit("My job");
    await animationFrame();
    await wait();
    expect.verifySteps([]);
    expect("[name='name'] input").toHaveValue("My job");
});

test("continues after a failed reload", async () => {
    let isDown = false;
    onRpc("job", "web_read", () => {
        expect.step("read");
        if (isDown) {
            throw new Error("no connection");
        }
    });
    await open();
    expect.verifySteps(["read"]);
    isDown = true;
    expect.errors(1);
    await wait();
    expect.verifySteps(["read"]);
    expect.verifyErrors(["no connection"]);
    isDown = false;
    await wait();
    expect.verifySteps(["read"]);
});
