// <button type="button" data-copy="ID" hidden>: copies the value or the text of the element with that id.
// Hidden until this runs, so that nobody is offered what would not work; the element with role "status" tells the result.
"use strict";

async function copy(source) {
  const text = source.value ?? source.textContent.trim();
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text);
  }
  // Over plain HTTP browsers give no clipboard: the selection is copied instead.
  if (source.select) {
    source.select();
  } else {
    getSelection().selectAllChildren(source);
  }
  if (!document.execCommand("copy")) {
    throw new Error("refused");
  }
}

function tell(button, sentence) {
  const status = button.parentElement.querySelector("[role=status]");
  if (status) {
    status.textContent = sentence;
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const source = document.getElementById(button.dataset.copy);
    copy(source).then(
      () => tell(button, "Copied."),
      () => tell(button, "The browser did not copy it: select it and copy it yourself."),
    );
  });
}
