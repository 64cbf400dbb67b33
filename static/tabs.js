// Tabs out of links to the parts of a page: without this file they are just that.

export class Tabs {
  constructor(list) {
    this.tabs = [...list.querySelectorAll("a")];
    list.setAttribute("role", "tablist");
    for (const each of this.tabs) {
      const name = each.hash.slice(1);
      each.id = `tab-${name}`;
      each.setAttribute("role", "tab");
      each.setAttribute("aria-controls", name);
      each.addEventListener("click", (event) => { event.preventDefault(); this.select(each); });
    }
    list.addEventListener("keydown", (event) => this.move(event));
    // A link elsewhere on the page leads to a part that may be hidden.
    addEventListener("hashchange", () => this.follow());
  }

  get chosen() {
    return this.tabs.find((each) => each.hash === location.hash) ?? this.tabs[0];
  }

  select(tab) {
    const other = tab !== this.chosen;
    history.replaceState(history.state, "", tab.hash);
    this.apply();
    if (other) document.querySelector(tab.hash).closest(".panels").scrollTop = 0;
  }

  follow() {
    if (this.chosen.hash !== location.hash) return;
    this.apply();
    document.querySelector(location.hash).scrollIntoView();
  }

  /** Shows the chosen part of the page as it is now. */
  apply() {
    for (const each of this.tabs) {
      const panel = document.querySelector(each.hash);
      const chosen = each === this.chosen;
      each.setAttribute("aria-selected", String(chosen));
      each.tabIndex = chosen ? 0 : -1;
      panel.hidden = !chosen;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", each.id);
    }
  }

  move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const here = this.tabs.indexOf(document.activeElement);
    if (!step || here < 0) return;
    event.preventDefault();
    const next = this.tabs[(here + step + this.tabs.length) % this.tabs.length];
    this.select(next);
    next.focus();
  }
}
