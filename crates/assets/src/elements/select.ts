// Row selection with a bar that appears, and "all 1,829 matching" beyond this page.
class Select extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("change", (event) => this.#changed(event.target as HTMLInputElement));
    this.addEventListener("click", (event) => {
      const at = event.target as HTMLElement;
      if (at.closest("[data-all-matching]")) this.#everything(true);
      if (at.closest("[data-none]")) this.#none();
    });
    document.addEventListener("htmx:after:swap", this.#tell);
    this.#tell();
  }

  disconnectedCallback(): void {
    document.removeEventListener("htmx:after:swap", this.#tell);
  }

  #rows(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("input[data-row]")];
  }

  #changed(box: HTMLInputElement): void {
    if (box.matches("[data-all]")) for (const row of this.#rows()) row.checked = box.checked;
    else if (!box.matches("[data-row]")) return;
    this.#everything(false);
  }

  #none(): void {
    for (const row of this.#rows()) row.checked = false;
    this.#everything(false);
  }

  #everything(on: boolean): void {
    const hidden = this.querySelector<HTMLInputElement>("input[data-everything]");
    if (hidden) hidden.value = on ? "1" : "";
    this.#tell();
  }

  #tell = (): void => {
    const rows = this.#rows();
    const chosen = rows.filter((row) => row.checked).length;
    const all = this.querySelector<HTMLInputElement>("input[data-everything]")?.value === "1";
    const head = this.querySelector<HTMLInputElement>("input[data-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === rows.length;
      head.indeterminate = chosen > 0 && chosen < rows.length;
    }
    for (const row of rows) row.closest("tr")?.toggleAttribute("data-chosen", row.checked);
    const bar = this.querySelector<HTMLElement>("[data-bar]");
    if (!bar) return;
    bar.hidden = chosen === 0;
    const number = new Intl.NumberFormat(document.documentElement.lang).format(all ? Number(this.dataset.total ?? 0) : chosen);
    const count = bar.querySelector("[data-count]");
    if (count) count.textContent = (this.dataset.some ?? "{n}").replace("{n}", number);
    const more = bar.querySelector<HTMLElement>("[data-all-matching]");
    if (more) more.hidden = all || chosen < rows.length || Number(this.dataset.total ?? 0) <= rows.length;
  };
}
customElements.define("tn-select", Select);
