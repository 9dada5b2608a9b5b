// Draws what the stream tells and sends what is done. Nothing here decides or remembers anything about
// the world: a page that was closed and opened again shows the same.

import { Hands, PAGE } from "./hands.js";
import { Hum } from "./hum.js";
import { drawTries, Phones } from "./told.js";
import { Trainer } from "./trainer.js";

const SILENCE_MS = 6000;
const $ = (id) => document.getElementById(id);
const device = $("device");
const hum = new Hum();
let who = sessionStorage.getItem("who") || document.querySelector(".wearer").dataset.who;
let world = null;
let heard = performance.now();
let clockAt = performance.now();

// -- what is said to the tester

function say(text, bad = false) {
  $("said").textContent = text;
  $("said").className = bad ? "said bad" : "said";
}

async function act(name, value = "", whose = who) {
  try {
    const answer = await fetch("/acts", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ act: name, who: whose, value: String(value) }),
    });
    const told = await answer.json();
    say(told.said || "", !answer.ok);
  } catch {
    say("The panel did not answer.", true);
  }
}

// -- the pendants

function light(el, led) {
  el.style.setProperty("--led", `var(--led-${led})`);
  el.classList.toggle("lit", led !== "off");
}

function move(motorPct, led) {
  device.style.setProperty("--motor", motorPct / 100);
  device.classList.toggle("moving", motorPct > 0);
  light(device, led);
  hum.feel(motorPct);
}

function showFelt(felt, before) {
  $("felt").dataset.tone = felt ? felt.tone : "neutral";
  $("felt").querySelector(".written").textContent = felt ? felt.written : "";
  setText($("felt").querySelector(".means"), felt ? felt.means : "Nothing felt yet");
  setText($("felt").querySelector(".name"), felt ? felt.name : "");
  if (!before) return;
  const list = $("felt").querySelector(".before");
  list.replaceChildren(...before.map((each) => {
    const item = document.createElement("li");
    item.textContent = `${each.written} ${each.name}`;
    item.title = each.means;
    return item;
  }));
}

function setText(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

function onSkin(news) {
  const small = document.querySelector(`.wearer[data-who="${news.who}"]`);
  if ("led" in news) {
    light(small, news.led);
    if (news.who === who) move(news.motor_pct, news.led);
  } else if (news.who === who) {
    showFelt(news.felt);
  }
}

function drawWearers() {
  for (const el of document.querySelectorAll(".wearer")) {
    const each = world.wearers[el.dataset.who];
    el.setAttribute("aria-pressed", String(el.dataset.who === who));
    const note = el.querySelector("small");
    const state = !each.power ? "no power" : each.asleep ? "asleep" : !each.link ? "no link" : "";
    setText(note, state || `${each.battery_pct} %`);
    note.classList.toggle("bad", state !== "" && state !== "asleep");
    light(el, each.led);
  }
  const mine = world.wearers[who];
  showFelt(mine.felt[0], mine.felt.slice(1));
  move(mine.motor_pct, mine.led);
  device.classList.toggle("unpowered", !mine.power);
  device.classList.toggle("asleep", mine.power && mine.asleep);
  const dark = device.querySelector(".dead");
  dark.hidden = mine.power && !mine.asleep;
  setText(dark, mine.power ? "asleep: any button wakes it" : "no power");
  press($("radio"), mine.radio);
  const slider = $("battery");
  if (document.activeElement !== slider) slider.value = mine.battery_pct;
  showCharge(slider.value);
  setText($("power"), mine.power ? "Cut power" : "Power on");
  $("power").dataset.value = mine.power ? "off" : "on";
  setText($("flash"), mine.flash_held ? "Free flash" : "Hold flash");
  $("flash").setAttribute("aria-pressed", String(mine.flash_held));
  $("flash").dataset.value = mine.flash_held ? "free" : "held";
}

function showCharge(pct) {
  setText($("charge"), `${pct} %`);
  $("charge").parentElement.classList.toggle("low", Number(pct) < 20);
}

function press(group, value) {
  for (const el of group.querySelectorAll("[data-value]")) el.setAttribute("aria-pressed", String(el.dataset.value === String(value)));
}

// -- the machines and the time

function machine(id, runs, doing, orders) {
  const el = $(id);
  el.classList.toggle("down", !runs);
  setText(el.querySelector(".lamp"), `${el.dataset.name ||= el.querySelector(".lamp").textContent}${runs ? "" : doing}`);
  const button = el.querySelector("button");
  setText(button, runs ? orders[0] : orders[1]);
  button.dataset.act = runs ? orders[2] : orders[3];
  button.setAttribute("aria-label", `${button.textContent} the ${el.dataset.name.toLowerCase()}`);
  button.disabled = Boolean(world.busy);
}

function drawMachines() {
  machine("hub", world.hub, world.busy ? " starting" : " is down", ["Kill", "Start", "hub kill", "hub start"]);
  machine("broker", world.broker, " is down", ["Kill", "Start", "broker kill", "broker start"]);
  machine("paging", !world.pages_fail, " fails", ["Break", "Mend", "pages fail", "pages work"]);
  press($("speeds"), world.speed);
  for (const el of $("speeds").querySelectorAll("button")) el.disabled = Boolean(world.busy);
  if (world.busy) {
    say(world.busy + " …");
    $("said").classList.add("busy");
  } else if ($("said").classList.contains("busy")) say("");
}

const asClock = new Intl.DateTimeFormat("en-GB", { timeZone: document.body.dataset.zone, weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });

function tick() {
  $("lost").hidden = performance.now() - heard < SILENCE_MS;
  if (!world || !world.rule_ms) return;
  const gone = world.hub ? (performance.now() - clockAt) * world.speed : 0;
  setText($("clock"), asClock.format(world.rule_ms + gone));
  $("clock").classList.toggle("stands", !world.hub);
}

// -- the board

const frame = $("frame");
let screen = document.querySelector(".screen");
let shownSpeed = 0;

function show(next, path = "/") {
  screen = next;
  for (const el of document.querySelectorAll(".screen")) el.setAttribute("aria-pressed", String(el === next));
  const url = `http://${location.hostname}:${next.dataset.port}`;
  $("apart").href = `${url}/`;
  frame.src = url + path;
}

function screenOf(person) {
  return document.querySelector(`.screen[data-who="${person}"]`);
}

const phones = new Phones($("phones"), screenOf, (person, path) => {
  show(screenOf(person), path);
  $("board").scrollIntoView({ block: "start" });
});

// -- everything new

function onWorld(told) {
  world = told;
  clockAt = performance.now();
  drawWearers();
  drawMachines();
  drawTries($("tries"), world.tries);
  phones.draw(world.pages);
  trainer.changed();
  // A page counts down by the speed that it was made with: a new one is fetched.
  if (world.hub && world.speed !== shownSpeed) {
    if (shownSpeed) show(screen);
    shownSpeed = world.speed;
  }
}

const trainer = new Trainer($("trainer"), () => who);
const hands = new Hands(() => who, (button, down) => {
  device.classList.toggle(`down-${button}`, down);
  device.querySelector(`.press.${button}`).setAttribute("aria-pressed", String(down));
}, (text) => say(text, true));

function choose(next) {
  hands.letGo();
  who = next;
  sessionStorage.setItem("who", who);
  if (world) drawWearers();
  trainer.changed();
}

function listen() {
  const source = new EventSource(`/stream?page=${PAGE}`);
  const hear = (use) => (event) => {
    heard = performance.now();
    use(JSON.parse(event.data));
  };
  source.addEventListener("world", hear(onWorld));
  source.addEventListener("skin", hear(onSkin));
}

function start() {
  if (!document.querySelector(`.wearer[data-who="${who}"]`)) who = document.querySelector(".wearer").dataset.who;
  hands.watch(device.querySelectorAll(".press"));
  document.addEventListener("click", (event) => {
    const el = event.target.closest("button");
    if (!el) return;
    if (el.matches(".wearer")) choose(el.dataset.who);
    else if (el.matches(".screen")) show(el);
    else if (el.dataset.act) act(el.dataset.act, el.dataset.value || "");
  });
  $("hum").addEventListener("click", () => {
    const on = hum.toggle();
    $("hum").setAttribute("aria-pressed", String(on));
    setText($("hum"), on ? "Sound: on" : "Sound: off");
  });
  $("battery").addEventListener("input", (event) => showCharge(event.target.value));
  $("battery").addEventListener("change", (event) => act("battery", event.target.value));
  // Inside the frame the keys are the board's.
  const told = $("keys").innerHTML;
  window.addEventListener("blur", () => {
    if (document.activeElement !== frame) return;
    $("keys").textContent = "The keys go to the board now; click here for A, D, S";
    $("keys").classList.add("elsewhere");
  });
  window.addEventListener("focus", () => {
    $("keys").innerHTML = told;
    $("keys").classList.remove("elsewhere");
  });
  for (const el of document.querySelectorAll(".trainer")) {
    el.addEventListener("toggle", () => el.open && el.scrollIntoView({ block: "nearest" }));
  }
  show(screen);
  listen();
  setInterval(tick, 250);
}

start();
