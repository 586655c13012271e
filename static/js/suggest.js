/* The list below a search box, as the combobox of the ARIA Authoring Practices: arrows go through
   it, Enter takes one, Escape closes it. The list itself comes from the server (htmx). */

(() => {
  "use strict";

  for (const box of document.querySelectorAll("[data-search-box]")) {
    const list = document.getElementById(`${box.id}-list`);
    if (!list) continue;
    let typed = box.value;
    let timer = 0;
    // From the first arrow on the list stays as it is until something is typed.
    let isChoosing = false;

    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-expanded", "false");

    const options = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");

    const show = (isOpen) => {
      list.hidden = !isOpen;
      box.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) choose(null);
    };

    const choose = (option) => {
      for (const each of options()) each.setAttribute("aria-selected", String(each === option));
      if (option) {
        box.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        box.removeAttribute("aria-activedescendant");
      }
    };

    box.addEventListener("input", () => {
      typed = box.value;
      isChoosing = false;
      clearTimeout(timer);
      timer = setTimeout(() => box.dispatchEvent(new Event("suggest")), 120);
    });

    list.addEventListener("htmx:beforeSwap", (event) => {
      if (isChoosing) event.detail.shouldSwap = false;
    });

    list.addEventListener("htmx:afterSwap", () => {
      show(document.activeElement === box && box.value === typed && options().length > 0);
    });

    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        show(false);
      } else if (event.key === "Enter" && chosen()) {
        event.preventDefault();
        chosen().click();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options().length) {
        event.preventDefault();
        clearTimeout(timer);
        isChoosing = true;
        const all = options();
        const at = all.indexOf(chosen());
        const step = event.key === "ArrowDown" ? 1 : -1;
        show(true);
        choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
      }
    });

    // The focus stays in the box while an option is clicked: without it the list would close first.
    list.addEventListener("mousedown", (event) => event.preventDefault());

    box.addEventListener("blur", () => setTimeout(() => {
      if (!list.contains(document.activeElement)) show(false);
    }, 150));
    box.form.addEventListener("submit", () => { clearTimeout(timer); show(false); });
  }
})();
