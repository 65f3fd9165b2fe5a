"use strict";

/* An input with `data-suggestions` offers names while one types: an ARIA combobox with a list of options.
   Without this file it is a plain text input, and takes the same names written out. */

{
  const PAUSE = 120;
  let open = null;
  let counter = 0;

  class Offers {
    constructor(input) {
      this.input = input;
      this.active = -1;
      this.list = document.createElement("ul");
      this.list.className = "offers";
      this.list.id = `offers-${++counter}`;
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "Suggestions");
      this.list.popover = "manual";
      input.after(this.list);
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-expanded", "false");
      input.setAttribute("aria-controls", this.list.id);
      input.addEventListener("input", () => this.askSoon());
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("blur", () => this.close());
      this.list.addEventListener("pointerdown", (event) => this.point(event));
    }

    askSoon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    async ask() {
      this.request?.abort();
      this.request = new AbortController();
      const address = new URL(this.input.dataset.suggestions, location.href);
      address.searchParams.set("term", this.input.value);
      try {
        const answer = await fetch(address, { signal: this.request.signal });
        if (answer.ok && document.activeElement === this.input) this.show((await answer.json()).results);
      } catch (error) {
        if (error.name !== "AbortError") this.close();
      }
    }

    show(offers) {
      this.active = -1;
      this.input.removeAttribute("aria-activedescendant");
      this.list.replaceChildren(...offers.map((offer, number) => this.option(offer, number)));
      if (!offers.length || (offers.length === 1 && offers[0].value === this.input.value)) return this.close();
      const box = this.input.getBoundingClientRect();
      this.list.style.left = `${box.left}px`;
      this.list.style.top = `${box.bottom}px`;
      this.list.style.minWidth = `${Math.max(box.width, 220)}px`;
      this.list.showPopover();
      this.input.setAttribute("aria-expanded", "true");
      open = this;
    }

    option(offer, number) {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${number}`;
      item.dataset.value = offer.value;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const details = offer.value === offer.name ? [offer.detail] : [offer.value, offer.detail];
      for (const [part, text] of [["name", offer.name], ["detail", details.join(" · ")]]) {
        const span = document.createElement("span");
        span.className = part;
        span.textContent = text;
        item.append(span);
      }
      return item;
    }

    close() {
      clearTimeout(this.timer);
      this.request?.abort();
      if (this.list.matches(":popover-open")) this.list.hidePopover();
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
      if (open === this) open = null;
    }

    key(event) {
      const shown = this.list.matches(":popover-open");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (shown) this.move(event.key === "ArrowDown" ? 1 : -1);
        else this.ask();
      } else if (event.key === "Enter" && shown && this.active >= 0) {
        event.preventDefault();
        this.take(this.list.children[this.active]);
      } else if (event.key === "Escape" && shown) {
        event.preventDefault();
        this.close();
      }
    }

    move(step) {
      const items = this.list.children;
      this.active = (this.active + step + items.length + (this.active < 0 && step < 0 ? 1 : 0)) % items.length;
      [...items].forEach((item, number) => item.setAttribute("aria-selected", String(number === this.active)));
      items[this.active].scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", items[this.active].id);
    }

    point(event) {
      const item = event.target.closest("li");
      event.preventDefault();
      if (item) this.take(item);
    }

    take(item) {
      this.input.value = item.dataset.value;
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
      this.close();
    }
  }

  const known = new WeakMap();

  function enter(input) {
    if (!input?.matches?.("input[data-suggestions]:not(:disabled)")) return;
    if (!known.has(input)) known.set(input, new Offers(input));
    known.get(input).askSoon();
  }

  // Rows are added to a form while the page is open, so each input becomes a combobox when it is first entered;
  // one that is being typed into was entered before this file was there.
  document.addEventListener("focusin", ({ target }) => enter(target));
  enter(document.activeElement);

  addEventListener("scroll", ({ target }) => open && !open.list.contains(target) && open.close(), true);
  addEventListener("resize", () => open?.close());
}
