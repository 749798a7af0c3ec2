// A file field that also takes dropped files and shows what was chosen.
class Drop extends HTMLElement {
  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    const shown = this.querySelector<HTMLElement>("[data-chosen]");
    if (!input) return;
    const tell = () => {
      const files = [...(input.files ?? [])];
      this.toggleAttribute("data-filled", files.length > 0);
      if (shown) shown.textContent = files.map((file) => `${file.name} · ${size(file.size)}`).join(", ");
    };
    input.addEventListener("change", tell);
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.toggleAttribute("data-over", true);
    });
    this.addEventListener("dragleave", () => this.removeAttribute("data-over"));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.removeAttribute("data-over");
      if (!event.dataTransfer?.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

function size(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte"] as const;
  const step = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  const format = { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(document.documentElement.lang, format).format(bytes / 1000 ** step);
}

customElements.define("tn-drop", Drop);
