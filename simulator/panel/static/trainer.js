// The drawer: asked for only while it is open, because it looks into the hub.

const GAP_MS = 800;

export class Trainer {
  constructor(box, who) {
    this.box = box;
    this.who = who;
    this.asking = false;
    this.again = false;
    box.addEventListener("toggle", () => this.changed());
  }

  async changed() {
    if (!this.box.open) return;
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    try {
      const answer = await fetch(`/trainer/${this.who()}`);
      if (answer.ok) this.draw(await answer.json());
    } catch {
      // The notice at the top says that the panel has gone.
    }
    setTimeout(() => {
      this.asking = false;
      if (this.again) {
        this.again = false;
        this.changed();
      }
    }, GAP_MS);
  }

  draw(told) {
    const set = (id, text) => (this.box.querySelector(id).textContent = text);
    set("#t-visit", told.hub.visit);
    set("#t-alarms", told.hub.alarms.join("; ") || "none");
    set("#t-beat", told.hub.beat);
    set("#t-flash", told.flash.map((each) => `${each.name} (${each.is})`).join(", ") || "nothing");
    this.box.querySelector("#t-heard").replaceChildren(...told.heard.map((each) => {
      const item = document.createElement("li");
      for (const text of [each.at, each.source, each.what]) item.append(Object.assign(document.createElement("span"), { textContent: text }));
      return item;
    }));
  }
}
