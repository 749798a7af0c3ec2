// Native dialogs: `button[data-open=id]` opens, `[data-close]` and a click on the backdrop close,
// and a typed name unlocks the button of a destructive one.
document.addEventListener("click", (event) => {
  const at = event.target as HTMLElement;
  const opener = at.closest<HTMLElement>("[data-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.open ?? "");
    if (dialog instanceof HTMLDialogElement && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const closer = at.closest("[data-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog")?.close();
  } else if (at instanceof HTMLDialogElement && at.open) {
    at.close(); // only the backdrop reports the dialog itself as target
  }
});

document.addEventListener("input", (event) => {
  const field = event.target as HTMLInputElement;
  const name = field.dataset?.confirm;
  if (name === undefined) return;
  const button = field.form?.querySelector<HTMLButtonElement>("button[data-confirmed]");
  if (button) button.disabled = field.value.trim() !== name;
});

// A dialog the server opened (a form that came back with an error) must be modal again.
for (const dialog of document.querySelectorAll<HTMLDialogElement>("dialog[data-opened]")) dialog.showModal();
for (const button of document.querySelectorAll<HTMLButtonElement>("dialog button[data-confirmed]")) {
  const field = button.form?.querySelector<HTMLInputElement>("input[data-confirm]");
  if (field) button.disabled = field.value.trim() !== field.dataset.confirm;
}
