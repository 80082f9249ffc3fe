// The phone page: shows what the control interface knows, and acts through it.

const find = (selector) => document.querySelector(selector);
const PROBLEM_SHOWN_MS = 8000;
const PAUSE_AFTER_LOSS_MS = 2000;

/** What is shown: the accounts as the control interface gives them, and what was chosen. */
const state = {
    accounts: [],
    idInstance: null,
    chatId: null,
    messages: [],
    quotedMessageId: null,
};

const STATE_WORDS = {
    notAuthorized: "not signed in",
    authorized: "signed in",
    starting: "starting…",
    pendingPassword: "waits for the password",
    suspended: "suspended",
    blocked: "blocked",
};
const KIND_WORDS = {
    imageMessage: "Picture",
    videoMessage: "Video",
    audioMessage: "Audio",
    documentMessage: "Document",
    stickerMessage: "Sticker",
    locationMessage: "Location",
    contactMessage: "Contact",
    pollMessage: "Poll",
};
const TICKS = {
    "": { text: "✓", label: "sent" },
    delivered: { text: "✓✓", label: "delivered" },
    read: { text: "✓✓", label: "read" },
};

// Talking to the control interface

async function call(verb, path, values) {
    const options = { method: verb };
    if (values) {
        options.body = JSON.stringify(values);
    }
    const response = await fetch(`/control${path}`, options);
    const answer = await response.json();
    if (!response.ok) {
        throw new Error(answer.error);
    }
    return answer;
}

function own(verb, path, values) {
    return call(verb, `/instances/${state.idInstance}${path}`, values);
}

/** Do what a person asked for, show what came of it, and say so when it was refused. */
async function act(action) {
    try {
        await action();
        await refresh();
    } catch (error) {
        showProblem(error.message);
    }
}

let problemTimer = null;

function showProblem(text) {
    const problem = find("#problem");
    problem.textContent = text;
    problem.hidden = false;
    clearTimeout(problemTimer);
    problemTimer = setTimeout(() => (problem.hidden = true), PROBLEM_SHOWN_MS);
}

// Keeping up to date

const account = () => state.accounts.find((item) => item.idInstance === state.idInstance);
const chat = () => account()?.chats.find((item) => item.chatId === state.chatId);

async function refresh() {
    state.accounts = await call("GET", "/instances");
    if (!account()) {
        state.idInstance = state.accounts[0]?.idInstance ?? null;
        state.chatId = null;
    }
    if (!chat()) {
        state.chatId = null;
    }
    const { idInstance, chatId } = state;
    const query = `?chatId=${encodeURIComponent(chatId)}`;
    const messages = chatId ? await own("GET", `/messages${query}`) : [];
    if (idInstance !== state.idInstance || chatId !== state.chatId) {
        return; // another chat was opened meanwhile, its own refresh is under way
    }
    state.messages = messages;
    render();
    await readAtOnce();
}

async function readAtOnce() {
    const isUnread = (message) => message.outgoing && message.status !== "read";
    const isLooking = find("#reads-at-once").checked && !document.hidden;
    if (isLooking && state.messages.some(isUnread)) {
        await own("POST", "/read", { chatId: state.chatId });
    }
}

async function keepUpToDate() {
    let version = 0;
    for (;;) {
        try {
            const seen = await call("GET", `/changes?after=${version}&timeout=25`);
            version = seen.version;
            await refresh();
            find("#offline").hidden = true;
        } catch {
            find("#offline").hidden = false;
            version = 0;
            await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_LOSS_MS));
        }
    }
}

// Showing

function element(tag, properties = {}, ...children) {
    const { dataset = {}, ...others } = properties;
    const node = Object.assign(document.createElement(tag), others);
    Object.assign(node.dataset, dataset);
    node.append(...children);
    return node;
}

function clock(timestamp) {
    const options = { hour: "2-digit", minute: "2-digit" };
    return new Date(timestamp * 1000).toLocaleTimeString([], options);
}

function render() {
    renderAccounts();
    renderSignIn();
    renderChats();
    renderChat();
}

/** Replace a list's content and keep the keyboard's focus where it was. */
function replaceKeepingFocus(list, nodes, selectorOf) {
    const focused = list.contains(document.activeElement) && document.activeElement;
    const selector = focused && selectorOf(focused);
    list.replaceChildren(...nodes);
    if (selector) {
        list.querySelector(selector)?.focus();
    }
}

function renderAccounts() {
    find("#no-account").hidden = state.accounts.length > 0;
    const nodes = state.accounts.map((item) => {
        const button = element(
            "button",
            {
                type: "button",
                className: "account",
                dataset: { action: "account", idInstance: item.idInstance },
            },
            item.name,
            element("small", {
                textContent: `${item.idInstance} · ${STATE_WORDS[item.stateInstance]}`,
            })
        );
        button.setAttribute("aria-current", item.idInstance === state.idInstance);
        return button;
    });
    replaceKeepingFocus(
        find("#accounts"),
        nodes,
        (node) => `[data-id-instance="${node.dataset.idInstance}"]`
    );
}

function renderSignIn() {
    const current = account();
    const needed = current && ["notAuthorized", "pendingPassword"].includes(current.stateInstance);
    find("#sign-in").hidden = !needed;
    if (!needed) {
        return;
    }
    const waitsForPassword = current.stateInstance === "pendingPassword";
    const words = current.showsQr
        ? "A QR code is being shown. Scan it to sign the account in."
        : "No QR code is being shown. Open the sign-in in the program that uses this account.";
    find("#sign-in-text").textContent = waitsForPassword
        ? "The code was scanned. Now the program has to send the two-factor password."
        : words;
    find('[data-action="scan"]').hidden = waitsForPassword;
    find('[data-action="scan"]').disabled = !current.showsQr;
    const note = find("#two-factor");
    note.hidden = waitsForPassword || !current.hasTwoFactorPassword;
    note.textContent = "This account has a two-factor password: it is asked for after that.";
    const code = find("#login-code");
    code.hidden = waitsForPassword || !current.loginCode;
    code.textContent = `Login code from Telegram: ${current.loginCode}`;
}

function renderChats() {
    const nodes = (account()?.chats ?? []).map((item) => {
        const last = item.lastMessage;
        const button = element(
            "button",
            {
                type: "button",
                className: "chat",
                dataset: { action: "chat", chatId: item.chatId },
            },
            element("span", { className: "face", textContent: [...item.name][0] ?? "?" }),
            element("span", { className: "name", textContent: item.name }),
            element("time", { textContent: last ? clock(last.timestamp) : "" }),
            element("span", { className: "last", textContent: last ? summary(last) : "" })
        );
        button.querySelector(".face").setAttribute("aria-hidden", "true");
        button.setAttribute("aria-current", item.chatId === state.chatId);
        return element("li", {}, button);
    });
    replaceKeepingFocus(find("#chats"), nodes, (node) => `[data-chat-id="${node.dataset.chatId}"]`);
}

function summary(message) {
    const words = message.text || KIND_WORDS[message.data.typeMessage] || message.data.typeMessage;
    return message.outgoing ? `${message.senderName}: ${words}` : words;
}

function renderChat() {
    const current = chat();
    find("#chat").hidden = !current;
    find("#no-chat").hidden = Boolean(current);
    find("#phone").classList.toggle("in-chat", Boolean(current));
    if (!current) {
        return;
    }
    find("#chat-name").textContent = current.name;
    const phone = current.phoneNumber ? `+${current.phoneNumber}` : current.chatType;
    find("#chat-about").textContent = [phone, current.username, `chat ${current.chatId}`]
        .filter(Boolean)
        .join(" · ");
    renderSenders(current);
    renderMessages();
    renderQuote();
}

function renderSenders(current) {
    const isGroup = current.chatType !== "user";
    const customers = isGroup
        ? account().chats.filter((item) => item.chatType === "user")
        : [current];
    const options = customers.map((item) => ({ value: item.chatId, label: item.name }));
    options.push({ value: "owner", label: `${account().name} (account owner)` });
    const select = find("#sender");
    const before = select.dataset.chatId === state.chatId ? select.value : null;
    select.dataset.chatId = state.chatId;
    select.replaceChildren(
        ...options.map(({ value, label }) => element("option", { value, textContent: label }))
    );
    if (options.some(({ value }) => value === before)) {
        select.value = before;
    }
}

function renderMessages() {
    const list = find("#messages");
    const wasAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const shown = list.dataset.chatId;
    replaceKeepingFocus(
        list,
        state.messages.map(messageNode),
        (node) => `[data-action="reply"][data-for="${node.dataset.for}"]`
    );
    list.dataset.chatId = state.chatId;
    if (wasAtEnd || shown !== state.chatId) {
        list.scrollTop = list.scrollHeight;
    }
}

function messageNode(message) {
    const reply = element("button", {
        type: "button",
        className: "icon",
        textContent: "↩",
        dataset: { action: "reply", for: message.idMessage },
    });
    reply.setAttribute("aria-label", `Reply to: ${summary(message)}`);
    const className = message.outgoing ? "outgoing" : "incoming";
    return element("li", { className }, bubble(message), reply);
}

function bubble(message) {
    const node = element("article", {
        className: "bubble",
        dataset: { idMessage: message.idMessage, status: message.status },
    });
    if (chat().chatType !== "user" && !message.outgoing) {
        node.append(element("p", { className: "author", textContent: message.senderName }));
    }
    const quoted = message.data.quotedMessage;
    if (quoted) {
        node.append(element("p", { className: "quoted", textContent: quoted.textMessage }));
    }
    const kind = KIND_WORDS[message.data.typeMessage];
    if (kind) {
        node.append(element("p", { className: "kind", textContent: kind }));
    }
    const words = message.isDeleted ? "deleted" : message.text;
    node.append(element("p", { className: "text", textContent: words }));
    const edited = message.isEdited ? "edited " : "";
    const footer = element("footer", {}, edited, clock(message.timestamp));
    if (message.outgoing) {
        footer.append(ticks(message.status));
    }
    node.append(footer);
    return node;
}

function ticks(status) {
    const { text, label } = TICKS[status];
    const node = element("span", { className: `ticks ${status}`, textContent: text, title: label });
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", label);
    return node;
}

function renderQuote() {
    const quoted = state.messages.find((item) => item.idMessage === state.quotedMessageId);
    find("#quote").hidden = !quoted;
    find("#quote-text").textContent = quoted ? `Reply to: ${summary(quoted)}` : "";
}

// Acting

function openChat(chatId) {
    state.chatId = chatId;
    state.messages = [];
    state.quotedMessageId = null;
    location.hash = `${state.idInstance}/${chatId ?? ""}`;
    render();
    return act(async () => {});
}

function openAccount(idInstance) {
    state.idInstance = idInstance;
    return openChat(null);
}

function send() {
    const input = find("#message-input");
    const message = input.value.trim();
    if (!message) {
        return;
    }
    const sender = find("#sender").value;
    const values = { chatId: state.chatId, message };
    if (state.quotedMessageId) {
        values.quotedMessageId = state.quotedMessageId;
    }
    const isOwner = sender === "owner";
    if (!isOwner) {
        values.sender = sender;
    }
    return act(async () => {
        await own("POST", isOwner ? "/outgoing" : "/incoming", values);
        input.value = "";
        state.quotedMessageId = null;
    });
}

const ACTIONS = {
    account: ({ idInstance }) => openAccount(Number(idInstance)),
    chat: ({ chatId }) => openChat(chatId).then(() => find("#message-input").focus()),
    back: () => openChat(null),
    scan: () => act(() => own("POST", "/scan")),
    reply: (dataset) => {
        state.quotedMessageId = dataset.for;
        renderQuote();
        find("#message-input").focus();
    },
    "cancel-reply": () => {
        state.quotedMessageId = null;
        renderQuote();
        find("#message-input").focus();
    },
};

document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    ACTIONS[button?.dataset.action]?.(button.dataset);
});

find("#composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
});

find("#message-input").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
    } else if (event.key === "Escape") {
        ACTIONS["cancel-reply"]();
    }
});

find("#reads-at-once").addEventListener("change", () => act(readAtOnce));
document.addEventListener("visibilitychange", () => act(readAtOnce));

const [chosenInstance, chosenChat] = location.hash.slice(1).split("/");
state.idInstance = Number(chosenInstance) || null;
state.chatId = chosenChat || null;
keepUpToDate();
