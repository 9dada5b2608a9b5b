// The siren. A browser makes no sound before a first click, so until then the page shouts SOUND OFF.
// Rank 1 wails without pause, rank 2 beeps twice every four seconds, rank 3 once every twenty.

let context = null;
let lastBeep = 0;

export function soundIsOn() {
  return context !== null && context.state === "running";
}

export async function turnOn() {
  if (context === null) context = new AudioContext();
  await context.resume();
  if (soundIsOn()) tone(660, 0.12, 0);
  show();
}

export async function turnOff() {
  if (context !== null) await context.suspend();
  show();
}

export function show() {
  for (const button of document.querySelectorAll(".sound")) {
    const on = soundIsOn();
    button.hidden = false;
    button.classList.toggle("off", !on);
    const words = on ? "Sound on" : "Sound off: turn on";
    if (button.textContent !== words) button.textContent = words;
    button.setAttribute("aria-pressed", String(on));
  }
}

export function sing() {
  show();
  const rank = loudest();
  if (!soundIsOn() || rank === 0) return;
  const since = performance.now() - lastBeep;
  if (rank === 1 && since >= 900) {
    tone(880, 0.42, 0);
    tone(587, 0.42, 0.45);
  } else if (rank === 2 && since >= 4000) {
    tone(740, 0.16, 0);
    tone(740, 0.16, 0.26);
  } else if (rank === 3 && since >= 20_000) {
    tone(523, 0.2, 0);
  } else {
    return;
  }
  lastBeep = performance.now();
}

function loudest() {
  const ranks = [...document.querySelectorAll("[data-sounds]")].map((el) => Number(el.dataset.sounds));
  return ranks.length ? Math.min(...ranks) : 0;
}

function tone(hertz, seconds, after) {
  const start = context.currentTime + after;
  const voice = context.createOscillator();
  const volume = context.createGain();
  voice.type = "square";
  voice.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.22, start + 0.02);
  volume.gain.setValueAtTime(0.22, start + seconds - 0.03);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
  voice.connect(volume).connect(context.destination);
  voice.start(start);
  voice.stop(start + seconds);
}
