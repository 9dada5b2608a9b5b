// Countdowns from absolute deadlines and the server's clock (never from this computer's).
// The words are those of hub/web/views/times.py; a browser test holds the two to the same answers.

export function span(ms) {
  const s = Math.floor(Math.abs(ms) / 1000);
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 5 && s % 60) return `${min} min ${s % 60} s`;
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return min % 60 ? `${h} h ${min % 60} min` : `${h} h`;
  const d = Math.floor(h / 24);
  return d === 1 ? "1 day" : `${d} days`;
}

export function ahead(due, now) {
  return due > now ? `in ${span(due - now)}` : due > now - 1000 ? "now" : `${span(now - due)} late`;
}

export function soon(due, now) {
  return due - now >= 1000 ? `in ${span(due - now)}` : "now";
}

export function ago(at, now) {
  return now - at < 1000 ? "just now" : `${span(now - at)} ago`;
}

export class ServerClock {
  constructor(body) {
    this.speed = Number(body.dataset.speed) || 1;
    this.zone = body.dataset.zone || "UTC";
    this.hear(Number(body.dataset.now));
  }

  hear(nowMs) {
    this.base = nowMs;
    this.heard = performance.now();
  }

  now() {
    return this.base + (performance.now() - this.heard) * this.speed;
  }

  clock() {
    const now = new Date(this.now());
    return now.toLocaleTimeString("en-GB", { timeZone: this.zone, hour: "2-digit", minute: "2-digit" });
  }
}

export function tick(clock) {
  const now = clock.now();
  for (const el of document.querySelectorAll("[data-clock]")) set(el, clock.clock());
  for (const el of document.querySelectorAll("[data-ahead]")) {
    const due = Number(el.dataset.ahead);
    set(el, ahead(due, now));
    const row = el.closest("[data-turns]");
    if (row && due <= now - 1000) row.className = row.dataset.turns;
  }
  for (const el of document.querySelectorAll("[data-soon]")) set(el, soon(Number(el.dataset.soon), now));
  for (const el of document.querySelectorAll("[data-ago]")) set(el, ago(Number(el.dataset.ago), now));
}

function set(el, text) {
  if (el.textContent !== text) el.textContent = text;
}
