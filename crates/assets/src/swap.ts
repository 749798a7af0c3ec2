// The browser's half of the one seam to htmx (the server's half is crates/web/src/swap.rs).
import htmx from "htmx.org";

interface Context {
  target?: Element;
  select?: string;
  text?: string;
  request: { method: string; action: string; body?: unknown };
  response?: { status: number; raw: Response };
}
const contextOf = (event: Event) => (event as CustomEvent<{ ctx: Context }>).detail.ctx;

// Empty filters stay out of the address.
document.addEventListener("htmx:config:request", (event) => {
  const { method, body } = contextOf(event).request;
  if (method !== "GET" || !(body instanceof FormData)) return;
  for (const [name, value] of [...body]) if (value === "") body.delete(name);
});
document.addEventListener("htmx:before:request", (event) => {
  contextOf(event).target?.setAttribute("aria-busy", "true"); // CSS dims it after 120 ms
});
document.addEventListener("htmx:finally:request", (event) => {
  contextOf(event).target?.removeAttribute("aria-busy");
});

// An answer without the section we asked for (signed out, forbidden, moved) is a page of its own:
// go there instead of swapping nothing into the section.
document.addEventListener("htmx:after:request", (event) => {
  const { request, response, select, text } = contextOf(event);
  if (!response || !select?.startsWith("#") || text?.includes(`id="${select.slice(1)}"`)) return;
  event.preventDefault();
  if (response.raw.redirected || request.method === "GET") location.assign(response.raw.url || request.action);
  else say("failed");
});
document.addEventListener("htmx:error", () => say("offline"));

/** Shows one of the sentences the server put on the toast area. */
export function say(which: "failed" | "offline" | "copied"): void {
  const area = document.querySelector<HTMLElement>("tn-toast");
  const text = area?.dataset[which];
  if (area && text) area.dispatchEvent(new CustomEvent("say", { detail: { text, tone: which === "copied" ? "good" : "bad" } }));
}

/** Fetches a section of this page again and morphs it in place. */
export function refetch(id: string): void {
  void htmx.ajax("GET", location.pathname + location.search, { target: `#${id}`, select: `#${id}`, swap: "outerMorph" });
}
