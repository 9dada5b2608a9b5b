// What has come of it: the list of things to try, and the pages on people's phones.

function setText(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

export function drawTries(box, tries) {
  const done = tries.filter((each) => each.met === each.of).length;
  setText(box.querySelector("#tally"), `${done} of ${tries.length} done`);
  const next = tries.find((each) => each.met < each.of);
  for (const each of tries) {
    const el = box.querySelector(`[data-try="${each.id}"]`);
    const isDone = each.met === each.of;
    const was = el.classList.contains("met");
    el.classList.toggle("met", isDone);
    setText(el.querySelector(".box"), isDone ? "✓" : "");
    setText(el.querySelector(".heard"), isDone ? ", done" : ", not yet");
    setText(el.querySelector(".part"), !isDone && each.met ? `${each.met} of ${each.of}` : "");
    const isNext = each === next;
    // The next one is open; what the tester opened or closed herself stays as she left it.
    if (isNext !== el.classList.contains("now")) {
      el.querySelector("details").open = isNext;
      if (isNext) el.parentElement.scrollTop = el.offsetTop - el.parentElement.offsetTop - 40;
    }
    if (isDone && !was) el.querySelector("details").open = false;
    el.classList.toggle("now", isNext);
  }
}

export class Phones {
  constructor(box, screenOf, open) {
    this.box = box;
    this.list = box.querySelector(".messages");
    this.screenOf = screenOf;
    this.open = open;
    this.known = new Set();
    this.clock = new Intl.DateTimeFormat("en-GB", { timeZone: document.body.dataset.zone, hour: "2-digit", minute: "2-digit" });
  }

  draw(pages) {
    for (const page of [...pages].reverse()) {
      if (this.known.has(page.key)) continue;
      this.known.add(page.key);
      this.list.prepend(this.message(page));
    }
    while (this.list.children.length > 60) this.list.lastElementChild.remove();
    setText(this.box.querySelector("#count"), pages.length ? `${pages.length} ${pages.length === 1 ? "page" : "pages"}` : "");
    this.box.querySelector(".none").hidden = pages.length > 0;
  }

  message(page) {
    const item = document.createElement("li");
    const head = document.createElement("header");
    const name = document.createElement("b");
    name.textContent = page.name;
    const at = document.createElement("time");
    at.textContent = this.clock.format(page.rule_ms);
    head.append(name, at);
    item.append(head, line("subject", page.subject));
    const body = page.body.replace(/https?:\/\/\S+/g, "").trim();
    if (body && body !== page.subject) item.append(line("", body));
    if (page.path && this.screenOf(page.to)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Open on this person's screen";
      button.addEventListener("click", () => this.open(page.to, page.path));
      item.append(button);
    }
    return item;
  }
}

function line(css, text) {
  const made = document.createElement("p");
  made.className = css;
  made.textContent = text;
  return made;
}
