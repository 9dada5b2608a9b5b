// Fingers: mouse, touch and keys become edges with their own time, in their own order. A finger that
// is lifted anywhere, a key let go, a page left or a window that loses the keyboard lets go.

const KEYS = { KeyA: "a", KeyD: "d", KeyS: "s" };
export const PAGE = Math.random().toString(36).slice(2, 12) + "-" + Math.round(performance.timeOrigin % 1e6);

export class Hands {
  // onChange(button, down): for the drawing. refused(text): why an edge was not taken.
  constructor(who, onChange, refused) {
    this.who = who;
    this.onChange = onChange;
    this.refused = refused;
    this.fingers = new Map(); // finger or key -> button
    this.waiting = [];
    this.sending = false;
  }

  down(finger, button) {
    if (this.fingers.has(finger)) return;
    const already = this.held(button);
    this.fingers.set(finger, button);
    if (!already) this.edge(button, true);
  }

  up(finger) {
    const button = this.fingers.get(finger);
    if (button === undefined) return;
    this.fingers.delete(finger);
    if (!this.held(button)) this.edge(button, false);
  }

  letGo() {
    for (const finger of [...this.fingers.keys()]) this.up(finger);
  }

  held(button) {
    return [...this.fingers.values()].includes(button);
  }

  edge(button, down) {
    this.onChange(button, down);
    this.waiting.push({ who: this.who(), edge: { button, down, at_ms: Math.round(performance.now()) } });
    if (!this.sending) this.send();
  }

  // One request at a time: two on the way could overtake each other.
  async send() {
    this.sending = true;
    while (this.waiting.length) {
      const who = this.waiting[0].who;
      const edges = [];
      while (this.waiting.length && this.waiting[0].who === who && edges.length < 32) edges.push(this.waiting.shift().edge);
      try {
        const answer = await fetch("/edges", {
          method: "POST", keepalive: true, headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ who, page: PAGE, edges }),
        });
        if (!answer.ok) this.refused(`The press was not taken (${answer.status}).`);
      } catch {
        this.refused("The press did not reach the panel.");
      }
    }
    this.sending = false;
  }

  watch(buttons) {
    for (const el of buttons) {
      const button = el.dataset.button;
      el.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        el.setPointerCapture(event.pointerId);
        this.down(`pointer-${event.pointerId}`, button);
      });
      for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
        el.addEventListener(end, (event) => this.up(`pointer-${event.pointerId}`));
      }
      el.addEventListener("contextmenu", (event) => event.preventDefault());
      // Reached by Tab, Space and Enter hold it down.
      el.addEventListener("keydown", (event) => {
        if (event.code !== "Space" && event.code !== "Enter") return;
        event.preventDefault();
        if (!event.repeat) this.down(`focus-${event.code}`, button);
      });
      el.addEventListener("blur", () => ["Space", "Enter"].forEach((code) => this.up(`focus-${code}`)));
    }
    document.addEventListener("keydown", (event) => {
      const button = KEYS[event.code];
      if (!button || event.repeat || event.ctrlKey || event.altKey || event.metaKey || isWriting(event.target)) return;
      event.preventDefault();
      this.down(`key-${event.code}`, button);
    });
    document.addEventListener("keyup", (event) => {
      this.up(`key-${event.code}`);
      this.up(`focus-${event.code}`);
    });
    window.addEventListener("blur", () => this.letGo());
    window.addEventListener("pagehide", () => this.letGo());
  }
}

function isWriting(el) {
  return el.matches?.("input:not([type=range]), textarea, select, [contenteditable]");
}
