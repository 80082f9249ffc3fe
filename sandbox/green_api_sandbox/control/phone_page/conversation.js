// The right side: one chat with its messages and the composer.

import { bubble, summary } from "./bubble.js";
import { button, clock, element, find, showList } from "./dom.js";
import { OWNER, account, actor, chat, message, nameOf, people, state } from "./state.js";

const EMOJIS = ["👍", "❤️", "😂", "🎉", "😢"];
const EDITABLE = ["textMessage", "extendedTextMessage"];
const NEAR_THE_END = 40;
/** Whether the last message is to be in view, also when a picture above it is loaded late. */
let staysAtEnd = true;

export function renderConversation() {
    const current = chat();
    find("#chat").hidden = !current;
    find("#no-chat").hidden = Boolean(current);
    find("#phone").classList.toggle("in-chat", Boolean(current));
    if (!current) {
        return;
    }
    find("#chat-name").textContent = current.name;
    find("#chat-about").textContent = about(current);
    find("#chat-about").title = about(current);
    renderSenders(current);
    renderMessages(current);
    renderContext();
}

function about(current) {
    if (current.group.participants) {
        const names = people(current).map(nameOf);
        return `${current.chatType} ${current.chatId} · ${names.length} members: ${names.join(", ")}`;
    }
    const phone = current.phoneNumber ? `+${current.phoneNumber}` : "";
    return [phone, current.username, `chat ${current.chatId}`].filter(Boolean).join(" · ");
}

function renderSenders(current) {
    const owner = account().chatId;
    const options = people(current)
        .filter((id) => id !== owner)
        .map((id) => ({ key: id, label: nameOf(id) }));
    if (people(current).includes(owner)) {
        options.push({ key: OWNER, label: `${account().name} (account owner)` });
    }
    const select = find("#sender");
    const before = select.dataset.chatId === state.chatId ? select.value : null;
    select.dataset.chatId = state.chatId;
    showList(select, options, ({ key, label }) =>
        element("option", { value: key, textContent: label })
    );
    const isThere = options.some(({ key }) => key === before);
    select.value = isThere ? before : (options[0]?.key ?? "");
}

function renderMessages(current) {
    const list = find("#messages");
    if (list.dataset.chatId !== state.chatId) {
        list.dataset.chatId = state.chatId;
        staysAtEnd = true;
    }
    const who = actor();
    const messages = state.messages.map((item) => ({
        key: item.idMessage,
        at: item.timestamp,
        message: item,
        showsAuthor: current.chatType !== "user" && !item.outgoing,
        isOpen: item.idMessage === state.openMenu,
        actor: who,
    }));
    const events = current.events.map((event, index) => ({
        key: `event ${index} ${event.timestamp}`,
        at: event.timestamp,
        event,
    }));
    const items = [...events, ...messages].sort((one, other) => one.at - other.at);
    showList(list, items, (item) => (item.event ? eventNode(item.event) : messageNode(item)));
    scrollToEnd();
}

function scrollToEnd() {
    if (staysAtEnd) {
        const list = find("#messages");
        list.scrollTop = list.scrollHeight;
    }
}

export function connectScrolling() {
    const list = find("#messages");
    list.addEventListener("scroll", () => {
        staysAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_THE_END;
    });
    // "load" does not bubble, but it can be caught on the way down
    list.addEventListener("load", scrollToEnd, true);
}

function eventNode({ text, timestamp }) {
    return element("li", { className: "event", textContent: `${text} · ${clock(timestamp)}` });
}

function messageNode({ message: item, showsAuthor, isOpen, actor: who }) {
    const node = element("li", { className: item.outgoing ? "outgoing" : "incoming" });
    node.append(bubble(item, showsAuthor, who));
    if (item.isDeleted) {
        return node;
    }
    const label = summary(item);
    node.append(
        button(
            "reply",
            { for: item.idMessage },
            {
                className: "icon",
                textContent: "↩",
                attributes: { "aria-label": `Reply to: ${label}` },
            }
        ),
        button(
            "more",
            { for: item.idMessage },
            {
                className: "icon",
                textContent: "⋯",
                attributes: { "aria-label": `More about: ${label}`, "aria-expanded": isOpen },
            }
        )
    );
    if (isOpen) {
        node.append(menu(item, who));
    }
    return node;
}

/** What the chosen person can do with a message: only its author can change it. */
function menu(item, who) {
    const target = { for: item.idMessage };
    const buttons = EMOJIS.map((emoji) => {
        const isMine = item.reactions[who] === emoji;
        return button(
            "react",
            { ...target, emoji },
            {
                textContent: emoji,
                attributes: { "aria-pressed": isMine, "aria-label": `React with ${emoji}` },
            }
        );
    });
    if (item.sender === who) {
        if (EDITABLE.includes(item.data.typeMessage) || item.file) {
            buttons.push(button("edit", target, { textContent: "Edit" }));
        }
        buttons.push(button("delete", target, { textContent: "Delete" }));
    }
    const attributes = { role: "toolbar", "aria-label": `For: ${summary(item)}` };
    return element("div", { className: "menu", attributes }, ...buttons);
}

/** What the composer is about, above its text. */
export function renderContext() {
    const { reply, edit, file } = state.context;
    let words = "";
    if (file) {
        words = `File: ${file.name} (${Math.ceil(file.size / 1024)} KB)`;
    } else if (message(reply ?? edit)) {
        words = `${reply ? "Reply to" : "Edit"}: ${summary(message(reply ?? edit))}`;
    }
    find("#context").hidden = !words;
    find("#context-text").textContent = words;
    find('[data-action="send"]').textContent = edit ? "Save" : "Send";
    find("#message-input").placeholder = file ? "Caption" : "Message";
}
