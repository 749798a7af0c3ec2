// A form marked `data-once` is sent once: the button shows that it works and ignores further clicks.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  const button = event.submitter;
  button?.setAttribute("aria-busy", "true");
  // Not `disabled`: a disabled submitter would drop its name and value from the form.
});

// Back from the next page restores this one as it was left; it must be sendable again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});
