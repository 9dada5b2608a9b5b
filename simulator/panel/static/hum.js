// The motor for ears and for a phone's own motor: on exactly while the pendant's runs, as strong.

const PITCH_HZ = 158;
const LOUD = 0.22;
const LONGEST_MS = 1000; // no pulse is longer; a lost "off" must not buzz on

export class Hum {
  constructor() {
    this.on = false;
    this.context = null;
    this.gain = null;
  }

  toggle() {
    this.on = !this.on;
    if (this.on && !this.context) this.make();
    if (this.on) this.context.resume();
    this.feel(0);
    return this.on;
  }

  make() {
    this.context = new AudioContext();
    this.gain = this.context.createGain();
    this.gain.gain.value = 0;
    const tone = this.context.createOscillator();
    tone.type = "triangle";
    tone.frequency.value = PITCH_HZ;
    tone.connect(this.gain).connect(this.context.destination);
    tone.start();
  }

  feel(pct) {
    if (this.gain) this.gain.gain.setTargetAtTime(this.on ? (LOUD * pct) / 100 : 0, this.context.currentTime, 0.004);
    if (this.on && navigator.vibrate) navigator.vibrate(pct ? LONGEST_MS : 0);
  }
}
