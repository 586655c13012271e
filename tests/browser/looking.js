// What a page looks like to its readers, asked in a real browser by tests/browser/looking.py.
// Every function returns short descriptions of the elements that are at fault, none where all is well.
window.looking = {
  describe(element) {
    const name = element.id ? `#${element.id}` : element.className ? `.${String(element.className).split(" ")[0]}` : "";
    const text = (element.textContent || element.getAttribute("name") || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `${element.tagName.toLowerCase()}${name} “${text}”`;
  },

  isShown(element) {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({visibilityProperty: true}) && box.width > 1 && box.height > 1
      && !element.closest(".visually-hidden, .skip-link, [inert], svg, math");
  },

  // Where a box of its own is scrolled sideways, what is in it may be wider than the page.
  isScrolled(element) {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (["auto", "scroll", "hidden"].includes(getComputedStyle(box).overflowX)) return true;
    return false;
  },

  // Beyond the side of the page, or cut off by a box that cannot be scrolled.
  tooWide() {
    const width = document.documentElement.clientWidth;
    const wide = [...document.body.querySelectorAll("*")].filter(element => {
      if (!this.isShown(element)) return false;
      const box = element.getBoundingClientRect(), style = getComputedStyle(element);
      if (style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1) return true;
      return (box.right > width + 1 || box.left < -1) && !this.isScrolled(element);
    });
    if (!wide.length && document.documentElement.scrollWidth > width) return ["the page is scrolled sideways"];
    return wide.slice(0, 5).map(this.describe);
  },

  // The focus has to be come by from the keyboard: the browser shows it for that only.
  withoutFocusShown() {
    const all = [...document.body.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
    const faults = [];
    document.activeElement.blur();
    for (const element of all) {
      if (!this.isShown(element) || element.disabled) continue;
      const look = () => { const s = getComputedStyle(element); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join(); };
      const before = look();
      element.focus({preventScroll: true});
      if (document.activeElement !== element) continue;
      const style = getComputedStyle(element);
      const isDrawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && this.standsOut(style.outlineColor);
      if (look() === before || !isDrawn) faults.push(this.describe(element));
      element.blur();
    }
    return faults;
  },

  // From the page's ground, by three to one (WCAG 2.2, 1.4.11).
  standsOut(colour) {
    const [one, ground] = [colour, getComputedStyle(document.body).backgroundColor].map(each => this.luminance(each));
    return one !== null && (Math.max(one, ground) + 0.05) / (Math.min(one, ground) + 0.05) >= 3;
  },

  // Relative luminance (WCAG 2.2); null for what is seen through.
  luminance(colour) {
    const known = this.luminances ??= {};
    return colour in known ? known[colour] : known[colour] = this.measure(colour);
  },

  measure(colour) {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    if (alpha < 255) return null;
    const [r, g, b] = [red, green, blue].map(each => each / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  },

  // Links within a sentence may be as high as its line (WCAG 2.2, 2.5.8).
  tooSmall(least, selector) {
    return [...document.body.querySelectorAll(selector)].filter(element => {
      if (!this.isShown(element)) return false;
      const {width, height} = element.getBoundingClientRect();
      return Math.min(width, height) < least - 0.5;
    }).map(this.describe);
  },

  moving() {
    const lasts = (element, part) => parseFloat(getComputedStyle(element, part).transitionDuration) > 0;
    return document.getAnimations().filter(each => each.playState === "running").map(each => this.describe(each.effect.target))
      .concat([...document.body.querySelectorAll("*")].filter(element => [null, "::before", "::after"].some(part => lasts(element, part))).slice(0, 3).map(this.describe));
  },
};
