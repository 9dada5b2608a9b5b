// Keeps an open page true: hears what changed, fetches those fragments, counts down, sounds, and
// says in red when it can no longer be trusted. Everything also works without this file.

import { ServerClock, ago, ahead, soon, span, tick } from "./times.js";
import { morph } from "./morph.js";
import { sing, soundIsOn, turnOff, turnOn } from "./sound.js";
import { Stream } from "./stream.js";

const STALE_MS = 15_000;
const REFETCH_MS = 60_000;

const clock = new ServerClock(document.body);
const loggedIn = document.body.dataset.live === "yes";
let engineHeard = Date.now() - (Number(document.body.dataset.engineAge) || 0);
let lastFetch = Date.now();
let loggedOut = false;
const waiting = new Set();
let fetching = false;

function hear(said) {
  clock.hear(said.now_ms);
  if (said.engine_age_ms !== null) engineHeard = Date.now() - said.engine_age_ms;
  if (said.changed.length) refresh(said.changed);
}

function wanted(el, changed) {
  return changed.some((name) => name === "everything" || el.dataset.topics.split(" ").includes(name));
}

function refresh(changed) {
  for (const el of document.querySelectorAll("[data-fragment]")) {
    if (wanted(el, changed)) waiting.add(el.id);
  }
  if (!fetching) fetchAll();
}

async function fetchAll() {
  fetching = true;
  while (waiting.size) {
    const [id] = waiting;
    waiting.delete(id);
    await fetchOne(id);
  }
  fetching = false;
}

async function fetchOne(id) {
  const el = document.getElementById(id);
  if (!el) return;
  try {
    const answer = await fetch(el.dataset.fragment, { headers: { "X-Fragment": "1" }, redirect: "error", signal: AbortSignal.timeout(10_000) });
    loggedOut = answer.status === 401;
    if (!answer.ok) return;
    const box = document.createElement("template");
    box.innerHTML = await answer.text();
    const fresh = box.content.firstElementChild;
    if (fresh) morph(el, fresh);
    tick(clock);
    sing();
    title();
  } catch {
    // The hub cannot be reached: the staleness banner says so; the next turn or minute tries again.
  }
}

function title() {
  const unowned = document.querySelectorAll(".alarm.unowned").length;
  const plain = document.body.dataset.title;
  document.title = unowned ? `(${unowned}) ${document.querySelector(".alarm.unowned").dataset.name} · ${plain}` : plain;
}

function staleness() {
  const banner = document.getElementById("stale");
  const age = Date.now() - engineHeard;
  const words = loggedOut
    ? "You are logged out. This page shows nothing new: log in again."
    : `Not live. The hub was last heard ${span(age)} ago. Do not rely on this page: ring people.`;
  banner.hidden = !(loggedOut || age > STALE_MS);
  if (!banner.hidden && banner.textContent !== words) banner.textContent = words;
  document.body.classList.toggle("is-stale", !banner.hidden);
  for (const el of document.querySelectorAll("[data-fresh]")) {
    el.classList.toggle("old", age > STALE_MS);
    const text = `hub heard ${age < 1000 ? "just now" : span(age) + " ago"}`;
    if (el.textContent !== text) el.textContent = text;
  }
}

function start() {
  const stream = new Stream(hear, () => refresh(["everything"]));
  setInterval(() => {
    tick(clock);
    staleness();
    sing();
    stream.check();
    if (Date.now() - lastFetch > REFETCH_MS) {
      lastFetch = Date.now();
      refresh(["everything"]);
    }
  }, 500);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") refresh(["everything"]);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest(".sound")) soundIsOn() ? turnOff() : turnOn();
  });
  // Alt+A goes to the most urgent alarm's button; Enter then takes it.
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.code !== "KeyA") return;
    const take = document.querySelector(".alarm.unowned .take");
    if (take) take.focus();
    event.preventDefault();
  });
  tick(clock);
  staleness();
  sing();
  title();
}

// For the browser tests, which hold these to the server's own words.
globalThis.allswell = { span, ahead, soon, ago };

if (loggedIn) start();
