// `<tn-poll data-section="runs" data-every="2000" data-busy>`: refetches the section while it is busy.
// The server leaves `data-busy` out once nothing moves any more, and the polling ends by itself.
import { refetch } from "../swap";

class Poll extends HTMLElement {
  static observedAttributes = ["data-busy"];
  #timer = 0;

  connectedCallback(): void {
    this.#plan();
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  attributeChangedCallback(): void {
    this.#plan();
  }

  #plan(): void {
    clearInterval(this.#timer);
    const section = this.dataset.section;
    if (!this.isConnected || !section || this.dataset.busy === undefined) return;
    this.#timer = window.setInterval(() => {
      if (document.visibilityState === "visible") refetch(section);
    }, Number(this.dataset.every ?? 2000));
  }
}
customElements.define("tn-poll", Poll);
