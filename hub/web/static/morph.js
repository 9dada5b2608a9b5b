// Turns one piece of the page into another in place: a button that is focused or being pressed
// stays the same button, so that a refresh never eats a click or what is being typed.

export function morph(from, to) {
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName || (from.id || to.id) && from.id !== to.id) {
    from.replaceWith(to);
    return;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  // A form that came back with what was typed: the fresh one would be empty.
  if (from.dataset.typed !== undefined) return;
  attributes(from, to);
  children(from, to);
}

function attributes(from, to) {
  const kept = from.nodeName === "DETAILS" ? ["open"] : [];
  for (const name of from.getAttributeNames()) {
    if (!to.hasAttribute(name) && !kept.includes(name)) from.removeAttribute(name);
  }
  for (const name of to.getAttributeNames()) {
    if (from.getAttribute(name) !== to.getAttribute(name)) from.setAttribute(name, to.getAttribute(name));
  }
}

function children(from, to) {
  const byId = new Map([...from.children].filter((el) => el.id).map((el) => [el.id, el]));
  const ids = new Set([...to.children].map((el) => el.id).filter(Boolean));
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const known = wanted.id ? byId.get(wanted.id) : undefined;
    if (known && known !== at && known.parentNode === from) {
      // What is in its way and not wanted any more goes: what is moved loses the focus.
      while (at && at !== known && !ids.has(at.id)) {
        const next = at.nextSibling;
        at.remove();
        at = next;
      }
      if (at !== known) from.insertBefore(known, at);
      at = known;
    }
    if (!at) {
      from.appendChild(wanted);
      continue;
    }
    if (wanted.id && !known) {
      from.insertBefore(wanted, at);
      continue;
    }
    const next = at.nextSibling;
    morph(at, wanted);
    at = next;
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}
