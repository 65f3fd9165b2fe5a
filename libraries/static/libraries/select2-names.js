"use strict";

/* The fields that Django makes with Select2 get the name of their label, which Select2 leaves out. */

{
  function name(shown) {
    const select = shown.previousElementSibling;
    const label = select?.labels?.[0];
    if (!label) return;
    label.id ||= `${select.id}-label`;
    for (const part of shown.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
      const own = part.getAttribute("aria-labelledby");
      if (!own?.includes(label.id)) part.setAttribute("aria-labelledby", `${label.id} ${own ?? ""}`.trim());
    }
  }

  const nameAll = () => document.querySelectorAll(".select2-container").forEach(name);

  // Select2 makes its parts when it likes: once the page is there, and with each row that is added.
  new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
  nameAll();
}
