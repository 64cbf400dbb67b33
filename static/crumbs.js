// Where in the network one is: network › stage › block › call, and the block opened by itself.

// Who opens a block of a network alone comes from there, and finds the way back.
const KEPT = "opened-from";

export class Crumbs {
  /** `open(path)` opens a group or closes it. */
  constructor(open) {
    this.asked = null;
    this.given = [];
    document.addEventListener("inspected", (event) => { this.asked = event.detail; this.show(); });
    document.addEventListener("click", (event) => {
      const group = event.target.closest?.(".crumbs button")?.dataset.path;
      const alone = event.target.closest?.("a.alone");
      if (group) open(group);
      if (alone) keep({ query: alone.search, title: rootOf(), back: location.href, path: alone.dataset.path });
    });
  }

  /** Takes the crumbs of a new page. */
  read() {
    this.given = [...document.querySelectorAll(".crumbs li")];
    this.show();
  }

  /** The crumbs of the call that was asked for, as long as it is told about. */
  show() {
    const [line, list] = [document.querySelector(".crumbs"), document.querySelector(".crumbs ol")];
    const asked = document.querySelector(".inspector").hidden ? null : this.asked;
    line.querySelector("a.alone")?.remove();
    const paths = asked ? above(asked) : [];
    const from = kept();
    const here = from && new URL(location.href).search === from.query;
    const root = here ? [itemOf(linkTo(from.back, from.title)), itemOf(linkTo(from.back, from.path)), this.given.at(-1)] : this.given;
    list.replaceChildren(...root.filter(Boolean), ...paths.map((path) => itemOf(buttonOf(path))));
    if (!asked) return;
    if (!paths.includes(asked)) list.append(itemOf(Object.assign(document.createElement("code"), { textContent: lastOf(asked, paths) })));
    const link = [...document.querySelectorAll("#layers a.alone")].filter(({ dataset }) => inside(asked, dataset.path)).at(-1);
    if (!link) return;
    const copy = link.cloneNode(true);
    copy.textContent = line.dataset.alone;
    copy.title = line.dataset.why;
    line.append(copy);
  }
}

const inside = (call, path) => call === path || call.startsWith(`${path}.`);

/** The groups that a call is in, the outermost first. */
function above(call) {
  const groups = document.querySelectorAll("#layers a.alone, .sheet [data-group]");
  const known = new Set([...groups].map(({ dataset }) => dataset.path ?? dataset.group));
  const parts = call.split(".");
  // A block stands in a stage, whether the picture draws a frame around that or not.
  return parts.map((_, place) => parts.slice(0, place + 1).join(".")).filter((path) => known.has(path));
}

const lastOf = (call, paths) => (paths.length ? call.slice(paths.at(-1).length + 1) : call);
const rootOf = () => document.querySelector(".crumbs strong").textContent;

function itemOf(inner) {
  const item = document.createElement("li");
  item.append(inner);
  return item;
}

function linkTo(address, words) {
  return Object.assign(document.createElement("a"), { href: address, textContent: words });
}

function buttonOf(path) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.path = path;
  button.textContent = path;
  return button;
}

function keep(from) {
  try { sessionStorage.setItem(KEPT, JSON.stringify(from)); } catch { /* A browser that keeps nothing shows the first network instead. */ }
}

function kept() {
  try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; }
}
