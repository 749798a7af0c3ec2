// `<tn-copy data-text="…"><button>`: copies the text and says so.
import { say } from "../swap";

class Copy extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("button")?.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(this.dataset.text ?? "");
        say("copied");
        this.toggleAttribute("data-done", true);
        setTimeout(() => this.removeAttribute("data-done"), 1500);
      } catch {
        say("failed"); // no permission, or not a secure context
      }
    });
  }
}
customElements.define("tn-copy", Copy);
