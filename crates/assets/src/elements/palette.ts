// Ctrl K: search everything, jump anywhere. The server finds; this shows, moves and remembers.
interface Item { label: string; detail?: string; href: string; icon?: string }
interface Group { title: string; items: Item[] }

const RECENT = "tenantry.recent";

class Palette extends HTMLElement {
  #dialog!: HTMLDialogElement;
  #input!: HTMLInputElement;
  #list!: HTMLElement;
  #asked = 0;
  #timer = 0;
  #key = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      this.#open();
    }
  };

  connectedCallback(): void {
    const [dialog, input, list] = [this.querySelector("dialog"), this.querySelector("input"), this.querySelector<HTMLElement>("[role=listbox]")];
    if (!dialog || !input || !list) return;
    [this.#dialog, this.#input, this.#list] = [dialog, input, list];
    document.addEventListener("keydown", this.#key);
    document.addEventListener("click", this.#clicked);
    input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.#ask(), 120);
    });
    input.addEventListener("keydown", (event) => this.#move(event));
    list.addEventListener("click", (event) => {
      this.#remember((event.target as HTMLElement).closest("a"));
      this.#dialog.close(); // a place on this page does not leave it
    });
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#key);
    document.removeEventListener("click", this.#clicked);
  }

  #clicked = (event: Event) => {
    if (!(event.target as HTMLElement).closest("[data-palette]")) return;
    event.preventDefault();
    this.#open();
  };

  #open(): void {
    if (this.#dialog.open) return;
    this.#dialog.showModal();
    this.#input.value = "";
    this.#input.focus();
    void this.#ask();
  }

  async #ask(): Promise<void> {
    const turn = ++this.#asked; // an older answer must not overwrite a newer one
    const words = this.#input.value.trim();
    const groups = await find(`${this.dataset.url ?? "/palette"}?q=${encodeURIComponent(words)}`);
    if (turn !== this.#asked) return;
    const recent = words === "" ? recentItems() : [];
    if (recent.length > 0) groups.unshift({ title: this.dataset.recent ?? "", items: recent });
    this.#show(groups);
  }

  #show(groups: Group[]): void {
    let n = 0;
    const parts = groups.filter((group) => group.items.length > 0).map((group) => {
      const box = make("div", { role: "group", "aria-label": group.title });
      box.append(make("p", { class: "palette-title", "aria-hidden": "true" }, group.title));
      for (const item of group.items) box.append(this.#option(item, n++));
      return box;
    });
    this.#list.replaceChildren(...parts);
    if (n === 0) this.#list.append(make("p", { class: "palette-none" }, this.dataset.empty ?? ""));
    this.#select(n > 0 ? 0 : -1);
  }

  #option(item: Item, n: number): HTMLElement {
    const link = make("a", { href: item.href, role: "option", id: `palette-${n}`, class: "palette-item", tabindex: "-1" });
    link.append(icon(this.dataset.icons ?? "", item.icon ?? "arrow-right"), make("span", {}, item.label), make("small", {}, item.detail ?? ""));
    link.dataset.icon = item.icon ?? "";
    return link;
  }

  #options(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>("[role=option]")];
  }

  #select(n: number): void {
    this.#options().forEach((option, i) => option.setAttribute("aria-selected", String(i === n)));
    const chosen = this.#options()[n];
    if (!chosen) return this.#input.removeAttribute("aria-activedescendant");
    this.#input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  #move(event: KeyboardEvent): void {
    const options = this.#options();
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") this.#select((now + 1) % options.length);
    else if (event.key === "ArrowUp") this.#select((now - 1 + options.length) % options.length);
    else if (event.key === "Enter") options[now]?.click();
    else return;
    event.preventDefault();
  }

  #remember(link: HTMLAnchorElement | null): void {
    if (!link) return;
    const [label, detail] = [link.querySelector("span")?.textContent ?? "", link.querySelector("small")?.textContent ?? ""];
    const href = link.getAttribute("href") ?? "";
    const item = { label, detail, href, icon: link.dataset.icon ?? "" };
    localStorage.setItem(RECENT, JSON.stringify([item, ...recentItems().filter((old) => old.href !== href)].slice(0, 5)));
  }
}

async function find(url: string): Promise<Group[]> {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? ((await answer.json()) as { groups: Group[] }).groups : [];
  } catch {
    return []; // offline: recent places still work
  }
}

function recentItems(): Item[] {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]") as Item[];
  } catch {
    return [];
  }
}

function make(tag: string, attributes: Record<string, string>, text = ""): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

function icon(sprite: string, name: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

customElements.define("tn-palette", Palette);
