// Crosshair, tooltip, keyboard reading and "view as table" over a chart the server drew.
interface Point { label: string; at: number; values: { name: string; tone: string; text: string; y: number }[] }

class Chart extends HTMLElement {
  #points: Point[] = [];
  #now = -1;

  connectedCallback(): void {
    const plot = this.querySelector<HTMLElement>("[data-plot]");
    this.#wireTable();
    if (!plot) return;
    this.#points = JSON.parse(this.dataset.points ?? "[]") as Point[];
    if (this.#points.length === 0) return;
    plot.tabIndex = 0;
    plot.addEventListener("pointermove", (event) => this.#show(this.#nearest(plot, event)));
    plot.addEventListener("pointerleave", () => this.#hide());
    plot.addEventListener("blur", () => this.#hide());
    plot.addEventListener("keydown", (event) => this.#key(event));
  }

  #nearest(plot: HTMLElement, event: PointerEvent): number {
    const box = plot.getBoundingClientRect();
    const at = (event.clientX - box.left) / box.width;
    let best = 0;
    this.#points.forEach((point, i) => {
      if (Math.abs(point.at - at) < Math.abs((this.#points[best]?.at ?? 0) - at)) best = i;
    });
    return best;
  }

  #key(event: KeyboardEvent): void {
    const last = this.#points.length - 1;
    const next: Record<string, number> = {
      ArrowRight: Math.min(this.#now + 1, last),
      ArrowLeft: this.#now < 0 ? last : Math.max(this.#now - 1, 0),
      Home: 0,
      End: last,
    };
    const to = next[event.key];
    if (event.key === "Escape") this.#hide();
    if (to === undefined) return;
    event.preventDefault();
    this.#show(to);
  }

  #show(index: number): void {
    const point = this.#points[index];
    const tip = this.querySelector<HTMLElement>("[data-tip]");
    const cross = this.querySelector<HTMLElement>("[data-cross]");
    if (!point || !tip || !cross || index === this.#now) return;
    this.#now = index;
    const rows = point.values.map((value) => {
      const row = element("div", "tip-row");
      row.append(element("i", `swatch ${value.tone}`), element("span", "", value.name), element("b", "", value.text));
      return row;
    });
    tip.replaceChildren(element("strong", "", point.label), ...rows);
    const dots = point.values.map((value) => {
      const dot = element("i", `cross-dot ${value.tone}`);
      dot.style.top = `${value.y * 100}%`;
      return dot;
    });
    cross.replaceChildren(...dots);
    cross.hidden = tip.hidden = false;
    cross.style.left = `${point.at * 100}%`;
    tip.style.left = `${point.at * 100}%`;
    tip.classList.toggle("tip-left", point.at > 0.6);
  }

  #hide(): void {
    this.#now = -1;
    for (const part of this.querySelectorAll<HTMLElement>("[data-tip], [data-cross]")) part.hidden = true;
  }

  #wireTable(): void {
    const button = this.querySelector<HTMLButtonElement>("button[data-as-table]");
    button?.addEventListener("click", () => {
      const shown = this.toggleAttribute("data-table");
      button.setAttribute("aria-pressed", String(shown));
    });
  }
}

function element(tag: string, classes: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text) made.textContent = text;
  return made;
}

customElements.define("tn-chart", Chart);
