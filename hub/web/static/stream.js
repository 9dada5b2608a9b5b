// One event stream for each browser, shared by its tabs: browsers allow six connections to a host, and
// acknowledging needs one. The tab that holds the stream tells the others; silence makes another
// tab take it up.

const SILENCE_MS = 8000;

export class Stream {
  constructor(onTurn, onRefused) {
    this.onTurn = onTurn;
    this.onRefused = onRefused;
    this.heard = performance.now();
    this.source = null;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel("allswell-live") : null;
    if (this.channel) this.channel.onmessage = (event) => this.tell(event.data);
    this.wait = SILENCE_MS * Math.random() * 0.5;
    // The tab that is looked at does not wait to see whether another one has the stream.
    if (document.visibilityState === "visible") this.take();
  }

  take() {
    if (this.source) this.source.close();
    this.source = new EventSource("/live");
    this.source.addEventListener("turn", (event) => {
      const said = JSON.parse(event.data);
      if (this.channel) this.channel.postMessage(said);
      this.tell(said);
    });
    // The browser tries again by itself unless the hub answered no: then a fetch learns why.
    this.source.addEventListener("error", () => {
      if (this.source.readyState === EventSource.CLOSED) this.onRefused();
    });
  }

  tell(said) {
    this.heard = performance.now();
    this.onTurn(said);
  }

  check() {
    if (performance.now() - this.heard > SILENCE_MS + this.wait) {
      this.heard = performance.now();
      this.take();
    }
  }
}
