// A dropdown on `<details>`: closes on a click outside, on Escape and when something else opens.
class Menu extends HTMLElement {
  #outside = (event: Event) => {
    if (!this.contains(event.target as Node)) this.#close(false);
  };

  connectedCallback(): void {
    document.addEventListener("click", this.#outside);
    document.addEventListener("focusin", this.#outside);
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  disconnectedCallback(): void {
    document.removeEventListener("click", this.#outside);
    document.removeEventListener("focusin", this.#outside);
  }

  #close(focus: boolean): void {
    const details = this.querySelector("details");
    if (!details?.open) return;
    details.open = false;
    if (focus) details.querySelector("summary")?.focus();
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") return this.#close(true);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const details = this.querySelector("details");
    const at = event.target as HTMLElement;
    if (step === 0 || !details || at.matches("input, select, textarea")) return;
    event.preventDefault();
    details.open = true;
    const items = [...details.querySelectorAll<HTMLElement>(":scope > :not(summary) :is(a, button, input)")];
    const next = items.indexOf(document.activeElement as HTMLElement) + step;
    items.at(next % items.length)?.focus();
  }
}
customElements.define("tn-menu", Menu);
