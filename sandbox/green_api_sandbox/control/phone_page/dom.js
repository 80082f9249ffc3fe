// Small helpers for what is on the page.

export const find = (selector) => document.querySelector(selector);

/** Make an element; `attributes` are those without a property of their own name. */
export function element(tag, { dataset = {}, attributes = {}, ...properties } = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    Object.assign(node.dataset, dataset);
    for (const [name, value] of Object.entries(attributes)) {
        node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
}

export function button(action, dataset, properties, ...children) {
    return element(
        "button",
        { type: "button", ...properties, dataset: { action, ...dataset } },
        ...children
    );
}

export function clock(timestamp) {
    const options = { hour: "2-digit", minute: "2-digit" };
    return new Date(timestamp * 1000).toLocaleTimeString([], options);
}

const shownBefore = new WeakMap();

/**
 * Show items in a list. What has not changed stays as it is (pictures do not flicker), and the
 * keyboard's focus stays where it was.
 *
 * @param {Element} list
 * @param {{key: string}[]} items everything that decides how they look
 * @param {(item: Object) => Element} make
 */
export function showList(list, items, make) {
    const before = shownBefore.get(list) ?? new Map();
    const now = new Map();
    for (const item of items) {
        const text = JSON.stringify(item);
        const old = before.get(item.key);
        now.set(item.key, old?.text === text ? old : { text, node: make(item) });
    }
    shownBefore.set(list, now);
    const nodes = [...now.values()].map(({ node }) => node);
    const focused = list.contains(document.activeElement) && document.activeElement;
    for (const child of [...list.children]) {
        if (!nodes.includes(child)) {
            child.remove();
        }
    }
    nodes.forEach((node, index) => {
        if (list.children[index] !== node) {
            list.insertBefore(node, list.children[index] ?? null);
        }
    });
    if (focused && !focused.isConnected) {
        list.querySelector(selectorOf(focused))?.focus();
    }
}

function selectorOf(node) {
    const parts = Object.entries(node.dataset).map(([name, value]) => {
        const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        return `[data-${attribute}="${CSS.escape(value)}"]`;
    });
    return parts.join("") || node.tagName;
}
