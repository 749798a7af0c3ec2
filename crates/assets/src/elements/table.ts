// A table that fits lets the page scroll, so its head can stick to the top bar; one that does not
// scrolls sideways inside its card. CSS alone cannot know which.
class Table extends HTMLElement {
  #observer = new ResizeObserver(() => this.#measure());

  connectedCallback(): void {
    this.#observer.observe(this);
    const table = this.querySelector("table");
    if (table) this.#observer.observe(table);
  }

  disconnectedCallback(): void {
    this.#observer.disconnect();
  }

  #measure(): void {
    const table = this.querySelector("table");
    const fits = table !== null && table.offsetWidth <= this.clientWidth + 1;
    this.toggleAttribute("data-fits", fits);
    if (fits) this.removeAttribute("tabindex");
    else this.tabIndex = 0; // a scrolling region must be reachable by keyboard
  }
}
customElements.define("tn-table", Table);
