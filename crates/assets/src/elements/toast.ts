// The place where the page says what just happened. Errors stay until they are closed.
class Toast extends HTMLElement {
  connectedCallback(): void {
    for (const toast of this.querySelectorAll<HTMLElement>(".toast")) this.#arrange(toast);
    this.addEventListener("say", (event) => {
      const { text, tone } = (event as CustomEvent<{ text: string; tone: string }>).detail;
      const toast = document.createElement("div");
      toast.className = `toast ${tone}`;
      const words = document.createElement("p");
      words.textContent = text;
      toast.append(words);
      this.append(toast);
      this.#arrange(toast, 5000);
    });
  }

  #arrange(toast: HTMLElement, after = 6000): void {
    toast.querySelector("[data-dismiss]")?.addEventListener("click", () => toast.remove());
    const stays = toast.classList.contains("bad") && toast.querySelector("[data-dismiss]");
    if (stays || toast.querySelector("a, form")) return; // leave time for "undo"
    let timer = window.setTimeout(() => toast.remove(), after);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => (timer = window.setTimeout(() => toast.remove(), 2000)));
  }
}
customElements.define("tn-toast", Toast);
