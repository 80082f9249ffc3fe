import { describe, expect, test } from "@odoo/hoot";
import { press } from "@odoo/hoot-dom";
import { Deferred, advanceTime, animationFrame } from "@odoo/hoot-mock";
import { waitNotifications } from "@bus/../tests/bus_test_helpers";
import { contains as waitFor, start, startServer } from "@mail/../tests/mail_test_helpers";
import {
    Command,
    contains,
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    onRpc,
    patchWithCleanup,
    serverState,
    withUser,
} from "@web/../tests/web_test_helpers";
import { rpc } from "@web/core/network/rpc";
import { WAITING_NOTIFICATION } from "@telegram_green_api/core/web/waiting_menu";
import {
    createConversation,
    defineTelegramModels,
} from "@telegram_green_api/../tests/telegram_test_helpers";
import { MINUTE, PAUSE } from "@telegram_green_api/views/inbox/inbox_views";

class TelegramChat extends models.Model {
    _name = "telegram.chat";
    _records = [{ id: 1, name: "Vasilisa", is_read_only: false }];
    _views = {
        kanban: `<kanban js_class="telegram_inbox_kanban"><templates>
            <t t-name="menu"><a class="dropdown-item" type="object" name="action_take">Take</a></t>
            <t t-name="card"><field name="name"/></t></templates></kanban>`,
        list: `<list js_class="telegram_inbox_list">
            <field name="is_read_only" column_invisible="1"/><field name="name"/></list>`,
        search: `<search><field name="name"/></search>`,
    };

    name = fields.Char();
    is_read_only = fields.Boolean();
}

describe.current.tags("desktop");
defineTelegramModels();
defineModels([TelegramChat]);

/** Open the inbox, then store another chat. */
async function openInbox(viewType) {
    const pyEnv = await startServer();
    await start();
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "telegram.chat",
        views: [[false, viewType]],
    });
    pyEnv["telegram.chat"].create({ name: "Anna" });
    return pyEnv;
}

/** Let the server notify the user that chats began or ended to wait. */
async function notify() {
    const [partner] = MockServer.env["res.partner"].browse(serverState.partnerId);
    MockServer.env["bus.bus"]._sendone(partner, WAITING_NOTIFICATION, {});
    await waitNotifications([WAITING_NOTIFICATION]);
}

/** Post in a channel as a colleague. */
async function post(channelId, userId) {
    await withUser(userId, () =>
        rpc("/mail/message/post", {
            post_data: { body: "Good day!", message_type: "comment" },
            thread_id: channelId,
            thread_model: "discuss.channel",
        })
    );
    await waitNotifications(["discuss.channel/new_message"]);
}

for (const [viewType, selector] of [
    ["kanban", ".o_kanban_record:not(.o_kanban_ghost)"],
    ["list", ".o_data_row"],
]) {
    test(`${viewType}: a chat appears soon after it began to wait`, async () => {
        await openInbox(viewType);
        expect(selector).toHaveCount(1);
        await notify();
        await advanceTime(PAUSE);
        await waitFor(selector, { count: 2 });
    });
}

test("a new message of a chat that waits already is shown, one among colleagues changes nothing", async () => {
    const pyEnv = await openInbox("list");
    const { channelId } = createConversation(pyEnv);
    const partnerId = pyEnv["res.partner"].create({ name: "Colleague" });
    const userId = pyEnv["res.users"].create({ partner_id: partnerId });
    const member_ids = [serverState.partnerId, partnerId].map((partner_id) =>
        Command.create({ partner_id })
    );
    pyEnv["discuss.channel"].write([channelId], { channel_member_ids: [member_ids[1]] });
    const generalId = pyEnv["discuss.channel"].create({
        name: "General",
        channel_member_ids: member_ids,
    });
    onRpc("telegram.chat", "web_search_read", () => expect.step("load"));
    await post(generalId, userId);
    await advanceTime(PAUSE);
    expect.verifySteps([]);
    await post(channelId, userId);
    await advanceTime(PAUSE);
    expect.verifySteps(["load"]);
});

test("waiting times grow while nothing happens, but not in a page that is hidden", async () => {
    await openInbox("list");
    onRpc("telegram.chat", "web_search_read", () => expect.step("load"));
    let visibilityState = "hidden";
    patchWithCleanup(document, {
        get visibilityState() {
            return visibilityState;
        },
    });
    await advanceTime(MINUTE + PAUSE);
    expect.verifySteps([]);
    visibilityState = "visible";
    await advanceTime(MINUTE + PAUSE);
    expect.verifySteps(["load"]);
});

test("many changes load the chats once", async () => {
    await openInbox("list");
    onRpc("telegram.chat", "web_search_read", () => expect.step("load"));
    await notify();
    await notify();
    await notify();
    await advanceTime(PAUSE);
    expect.verifySteps(["load"]);
});

test("what the user has selected stays selected", async () => {
    await openInbox("list");
    await contains(".o_data_row .o_list_record_selector input").click();
    await notify();
    await advanceTime(PAUSE);
    await animationFrame();
    expect(".o_data_row").toHaveCount(1);
    expect(".o_data_row_selected").toHaveCount(1);
    await contains(".o_data_row .o_list_record_selector input").click();
    await advanceTime(PAUSE);
    await waitFor(".o_data_row", { count: 2 });
});

test("what the user asks for meanwhile is not canceled", async () => {
    const pyEnv = await openInbox("list");
    pyEnv["telegram.chat"].create({ name: "Vasily" });
    const answer = new Deferred();
    onRpc("telegram.chat", "web_search_read", async ({ kwargs }) => {
        if (kwargs.domain.length) {
            expect.step("search");
            await answer;
        }
    });
    await notify();
    await contains(".o_searchview_input").edit("Vas", { confirm: false });
    await contains(".o_searchview_input").press("Enter");
    await advanceTime(PAUSE);
    await animationFrame();
    answer.resolve();
    await waitFor(".o_data_row", { count: 2 });
    expect.verifySteps(["search"]);
    expect(".o_facet_value").toHaveText("Vas");
});

test("the menu of a chat stays open", async () => {
    await openInbox("kanban");
    await contains(".o_dropdown_kanban button", { visible: false }).click();
    await notify();
    await advanceTime(PAUSE);
    await animationFrame();
    expect(".o-dropdown--menu .dropdown-item").toHaveCount(1);
    await press("Escape");
    await animationFrame();
    await advanceTime(PAUSE);
    await waitFor(".o_kanban_record:not(.o_kanban_ghost)", { count: 2 });
});
