// Light, dark, or as the machine says. The cookie lets the server send the right page at once.
const KEY = "theme";

class Theme extends HTMLElement {
  connectedCallback(): void {
    const stored = localStorage.getItem(KEY);
    if (stored && !document.documentElement.dataset.theme) apply(stored);
    this.addEventListener("click", (event) => {
      const choice = (event.target as HTMLElement).closest<HTMLElement>("[data-choose]")?.dataset.choose;
      if (!choice) return;
      apply(choice);
      this.#mark(choice);
      const details = this.querySelector("details");
      if (details) details.open = false;
    });
    this.#mark(document.documentElement.dataset.theme ?? "system");
  }

  #mark(choice: string): void {
    for (const button of this.querySelectorAll<HTMLElement>("[data-choose]")) {
      button.setAttribute("aria-pressed", String(button.dataset.choose === choice));
    }
  }
}

function apply(choice: string): void {
  const known = choice === "light" || choice === "dark";
  if (known) document.documentElement.dataset.theme = choice;
  else delete document.documentElement.dataset.theme;
  localStorage.setItem(KEY, choice);
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${KEY}=${known ? choice : "system"}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

customElements.define("tn-theme", Theme);
