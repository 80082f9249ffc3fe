// What a person does: each function answers for the buttons with its data-action.

import { call, inChat, own } from "./control.js";
import { find } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { renderContext, renderConversation } from "./conversation.js";
import { OWNER, actor, message, state } from "./state.js";

const MAX_FILE_SIZE = 100 * 1024 * 1024;

/** Send as the one who is chosen under "Write as". `what` is a message, file, location, … */
export function write(what) {
    const chosen = find("#sender").value;
    return chosen === OWNER
        ? inChat("/outgoing", what)
        : inChat("/incoming", { sender: chosen, ...what });
}

export async function send() {
    const input = find("#message-input");
    const text = input.value.trim();
    const { reply, edit, file } = state.context;
    if (!text && !file && !message(edit)?.file) {
        return;
    }
    if (edit) {
        await inChat("/edit", { idMessage: edit, message: text });
    } else {
        const what = file ? { file: await encoded(file, text) } : { message: text };
        await write({ ...what, ...(reply ? { quotedMessageId: reply } : {}) });
    }
    input.value = "";
    setContext({});
}

async function encoded(file, caption) {
    const url = await new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.onerror = () => reject(new Error(`${file.name} cannot be read`));
        reader.readAsDataURL(file);
    });
    return { fileName: file.name, content: url.slice(url.indexOf(",") + 1), caption };
}

export function chooseFile(file) {
    if (file.size > MAX_FILE_SIZE) {
        throw new Error("The file is too large: Telegram takes up to 100 MB here.");
    }
    setContext({ file });
}

function setContext(context) {
    if (state.context.edit || context.edit) {
        find("#message-input").value = message(context.edit)?.text ?? "";
    }
    state.context = context;
    showAttach(false);
    renderContext();
    find("#message-input").focus();
}

function showAttach(isShown) {
    find("#attach").hidden = !isShown;
    find('[data-action="attach"]').setAttribute("aria-expanded", isShown);
    if (isShown) {
        find('[data-action="attach-file"]').focus();
    }
}

export function openMenu(idMessage) {
    const before = state.openMenu;
    state.openMenu = idMessage;
    renderConversation();
    if (idMessage) {
        find(".menu button")?.focus();
    } else if (before) {
        find(`[data-action="more"][data-for="${before}"]`)?.focus();
    }
}

function openChat(chatId) {
    state.chatId = chatId;
    state.messages = [];
    state.openMenu = null;
    state.context = {};
    showAttach(false);
    location.hash = `${state.idInstance}/${chatId ?? ""}`;
}

async function vote({ for: idMessage, option }) {
    const { votes, data } = message(idMessage);
    const mine = votes[actor()] ?? [];
    const isMine = mine.includes(option);
    const others = data.pollMessageData.multipleAnswers ? mine.filter((it) => it !== option) : [];
    const options = isMine ? others : [...others, option];
    await inChat("/vote", { idMessage, options, sender: actor() });
}

async function react({ for: idMessage, emoji }) {
    const isMine = message(idMessage).reactions[actor()] === emoji;
    await inChat("/react", { idMessage, emoji: isMine ? "" : emoji, sender: actor() });
    openMenu(null);
}

async function addCustomer({ name, phoneNumber }) {
    const digits = phoneNumber ? { phoneNumber: Number(phoneNumber) } : {};
    const chat = await own("POST", "/customers", { name, ...digits });
    openChat(chat.chatId);
}

function sendPoll({ name, options, multipleAnswers, isAnonymous }) {
    const lines = options.split("\n").map((line) => line.trim());
    const poll = {
        name,
        options: lines.filter(Boolean),
        multipleAnswers: Boolean(multipleAnswers),
        isAnonymous: Boolean(isAnonymous),
    };
    return write({ poll });
}

export const ACTIONS = {
    account: ({ idInstance }) => {
        state.idInstance = Number(idInstance);
        openChat(null);
    },
    chat: ({ chatId }) => openChat(chatId),
    back: () => openChat(null),
    scan: () => own("POST", "/scan"),
    reply: ({ for: reply }) => setContext({ reply }),
    edit: ({ for: edit }) => {
        state.openMenu = null;
        setContext({ edit });
    },
    delete: ({ for: idMessage }) => {
        state.openMenu = null;
        return inChat("/delete", { idMessage });
    },
    cancel: () => setContext({}),
    more: ({ for: idMessage }) => openMenu(state.openMenu === idMessage ? null : idMessage),
    react,
    vote,
    attach: () => showAttach(find("#attach").hidden),
    "attach-file": () => find("#file-input").click(),
    "attach-location": () => openDialog("#location-dialog", (location) => write({ location })),
    "attach-contact": () => openDialog("#contact-dialog", (contact) => write({ contact })),
    "attach-poll": () => openDialog("#poll-dialog", sendPoll),
    "new-customer": () => openDialog("#customer-dialog", addCustomer, "Add"),
};

/** The customer reads what the opened chat shows, if that is wanted. */
export async function readAtOnce() {
    const isUnread = (item) => item.outgoing && item.status !== "read";
    const isLooking = find("#reads-at-once").checked && !document.hidden;
    if (isLooking && state.messages.some(isUnread)) {
        await inChat("/read");
    }
}

/** Fetch what the control interface knows of the accounts and the opened chat. */
export async function load() {
    state.accounts = await call("GET", "/instances");
    if (!state.accounts.some((item) => item.idInstance === state.idInstance)) {
        state.idInstance = state.accounts[0]?.idInstance ?? null;
        state.chatId = null;
    }
    const { idInstance, chatId } = state;
    const current = state.accounts.find((item) => item.idInstance === idInstance);
    if (!current?.chats.some((item) => item.chatId === chatId)) {
        state.chatId = null;
    }
    if (!state.chatId) {
        state.messages = [];
        return;
    }
    const messages = await own("GET", `/messages?chatId=${encodeURIComponent(chatId)}`);
    if (idInstance === state.idInstance && chatId === state.chatId) {
        state.messages = messages;
    }
}
