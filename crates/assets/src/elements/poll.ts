// `<tn-poll data-section="runs" data-every="2000" data-events="/v1/operations/…/events" data-busy>`: refetches the section
// while it is busy: with each event where it names some and they come through, else again and again.
// The server leaves `data-busy` out once nothing moves any more, and it ends by itself.
import { refetch } from "../swap";

class Poll extends HTMLElement {
  static observedAttributes = ["data-busy", "data-events"];
  #timer = 0;
  #events?: EventSource;

  connectedCallback(): void {
    this.#plan();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  attributeChangedCallback(): void {
    this.#plan();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#events?.close();
    this.#events = undefined;
  }

  #plan(): void {
    const { section, events, busy } = this.dataset;
    if (!this.isConnected || !section || busy === undefined) return this.#stop();
    if (this.#events && events && this.#events.url.endsWith(events)) return;
    this.#stop();
    this.#again(section);
    if (events) this.#listen(section, events);
  }

  #again(section: string): void {
    clearInterval(this.#timer);
    this.#timer = window.setInterval(() => {
      if (document.visibilityState === "visible") refetch(section);
    }, Number(this.dataset.every ?? 2000));
  }

  #listen(section: string, events: string): void {
    const source = new EventSource(events);
    this.#events = source;
    source.addEventListener("operation", () => {
      clearInterval(this.#timer); // they come through
      refetch(section);
    });
    source.addEventListener("error", () => {
      source.close(); // a proxy that swallows streams, or the end
      if (this.#events === source) this.#again(section);
    });
  }
}
customElements.define("tn-poll", Poll);
