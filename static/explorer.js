// The explorer, better than without this file: a turned knob draws at once, without a new page.
// The server makes every page; this takes the regions of the new one over into the old.

import { Asking } from "./asking.js";
import { covers, words } from "./calls.js";
import { Columns } from "./columns.js";
import { readyToCopy } from "./copy.js";
import { Crumbs } from "./crumbs.js";
import { dropped, tellDropped, without } from "./dropped.js";
import { patch } from "./knobs.js";
import { Links } from "./links.js";
import { Minimap } from "./minimap.js";
import { hold, picture, play } from "./motion.js";
import { offerParts } from "./parts.js";
import { Pin } from "./pin.js";
import { Play } from "./play.js";
import { Search } from "./search.js";
import { Tabs } from "./tabs.js";
import { keepView, keptView } from "./view.js";
import { dressChoices } from "./segments.js";
import { Shapes } from "./shapes.js";
import { Sight } from "./sight.js";
import { Signs } from "./signs.js";
import { dressNumbers } from "./stepper.js";
import { Strip } from "./strip.js";
import { takeAsSeen } from "./taking.js";
import { tell, totals } from "./turn.js";
import { zoomable } from "./zoom.js";

const REGIONS = [".choices", ".crumbs", ".canvas", ".signs", ".totals", ".panels", ".subjects", ".languages"];
// These stay as they are, and pale, while what is asked for cannot be drawn.
const OF_PICTURE = [".signs", ".totals", ".panels"];
// What somebody types is drawn after this rest; an arrow key or a choice is drawn at once.
const A_REST = 180;
// Turns of one knob that follow each other within this time are one step "back".
const A_TURN = 2000;
// As long as boxes glide, nothing else is to be done.
const A_LOOK = 400;

const find = (selector) => document.querySelector(selector);
const canvas = find(".canvas");
const main = find("#main");
const percent = find(".zoom output");
const zoom = zoomable(canvas, { onchange: ({ k }) => { percent.value = `${Math.round(k * 100)}%`; } });
const tabs = new Tabs(find(".tabs"));
const links = new Links(open);
const sight = new Sight(find(".sight"), find("[data-sight=open]"), links);
new Shapes(find(".tip"));
const search = new Search(find(".search"), (call) => links.seek(call));
const crumbs = new Crumbs(open);
const map = new Minimap(canvas, find(".map"));
const signs = new Signs(openJust);
const columns = new Columns(find(".workspace"), () => zoom.start());
const strip = new Strip(find(".workspace"), zoom);
const pin = new Pin(find(".pinning"), () => announce(pin.kept?.totals ?? new Map()));
const player = new Play(find(".player"), (box) => {
  links.light(box ?? document.body);
  if (!box) return;
  links.reveal();
  box.scrollIntoView({ block: "nearest", inline: "nearest" });
  find(".status").textContent = box.querySelector("title")?.textContent.split("\n")[0] ?? "";
});
const asking = new Asking({
  working: (busy) => main.setAttribute("aria-busy", String(busy)),
  away: (gone) => { find(".away").hidden = !gone; },
});
// The address that was asked for last.
let asked = location.pathname + location.search;
let resting;
// The address of which all the rest is asked for at the moment.
let followed = null;
// The knob that was turned last, and when.
let turned = { knob: null, at: -Infinity };

/** The page's address for the form as it stands, defaults left out. */
function address() {
  const form = find("#knobs");
  const query = new URLSearchParams();
  for (const control of form.elements) {
    const off = control.type === "radio" && !control.checked;
    if (!control.name || off || control.value === "" || control.value === control.dataset.default) {
      continue;
    }
    query.append(control.name, control.value);
  }
  // The permalink's order, so that the two are one address.
  query.sort();
  return `${form.getAttribute("action")}?${query.toString().replaceAll("%2C", ",")}`;
}

/**
 * Shows the page of an address; `push` makes it one that "back" leads away from. The turns of one
 * `knob` in a row are one such page. What was `carried` over from another subject is left behind
 * where this one refuses it.
 */
async function show(url, push = true, knob = null, carried = false) {
  const wanted = new URL(url, location.href);
  asked = wanted.pathname + wanted.search;
  const page = await asking.page(wanted);
  if (!page) return;
  const fewer = carried && without(wanted, page);
  if (fewer) { show(fewer, push, knob, carried); return; }
  if (!page.querySelector(".workspace")) { location.assign(wanted); return; }
  if (push) enter(asked + location.hash, knob);
  else turned = { knob: null, at: -Infinity };
  replace(page, push);
  setTimeout(() => follow(wanted), A_LOOK);
}

/** What the page was too quick for: once the eye has had its turn. */
async function follow(wanted) {
  const address_ = wanted.pathname + wanted.search;
  if (address_ !== asked || address_ === followed || !find("[data-late]")) return;
  followed = address_;
  const page = await asking.whole(wanted);
  followed = null;
  if (!page || address_ !== asked) return;
  for (const gap of document.querySelectorAll("[data-late]")) {
    const told = page.querySelector(gap.dataset.late);
    if (!told) { gap.remove(); continue; }
    if (gap.open) told.open = true;
    gap.replaceWith(told);
  }
  readyToCopy();
}

/** Makes an address the page's own. */
function enter(address_, knob) {
  const now = performance.now();
  const same = knob !== null && knob === turned.knob && now - turned.at < A_TURN;
  turned = { knob, at: now };
  history[same ? "replaceState" : "pushState"](null, "", address_);
}

/** Takes the regions over from another page; focus, sizes and, while `typing`, the field at hand stay. */
function replace(page, typing) {
  const before = { view: zoom.get(), across: zoom.isAcross(), kind: kind(), sheet: find(".sheet"), focus: focused(), subject: subject(), totals: totals(), picture: picture(), address: drawn() };
  before.place = [canvas.scrollLeft, canvas.scrollTop];
  const told = find(".signs details")?.open ?? false;
  const unfolded = new Map(folders().map((each) => [nameOf(each), each.open]));
  const refused = !page.querySelector(".sheet") && before.sheet;
  for (const region of REGIONS) {
    if (refused && OF_PICTURE.includes(region)) continue;
    find(region).replaceChildren(...page.querySelector(region).childNodes);
  }
  patch(find("#knobs"), page.querySelector("#knobs"), typing ? document.activeElement : null);
  // What is wrong is never folded away, nor what was just chosen.
  const sought = subject() === before.subject ? ".wrong" : ".wrong, .subjects [aria-current]";
  for (const each of folders()) each.open = (unfolded.get(nameOf(each)) ?? each.open) || Boolean(each.querySelector(sought));
  const legend = find(".signs details");
  if (legend) legend.open = told;
  document.title = page.title;
  canvas.classList.toggle("stale", Boolean(refused));
  if (refused) canvas.append(before.sheet);
  prepare();
  if (kind() === before.kind && !refused) {
    zoom.set(before.view, before.across);
    percent.value = `${Math.round(zoom.get().k * 100)}%`;
    // A line more below the picture moves its middle; what is at the top shall stay there.
    canvas.scrollTo(...before.place);
    hold(before.picture, canvas, links.asked?.id ?? before.focus?.node);
  } else if (!refused) {
    zoom.start();
  }
  if (canvas.querySelector(".notice")) canvas.scrollTo(0, 0);
  refocus(before.focus);
  if (!refused && subject() === before.subject) play(before.picture, zoom.get().k);
  strip.seek();
  if (refused) return;
  pin.apply();
  const other = subject() !== before.subject;
  announce(pin.kept?.totals ?? (other ? new Map() : before.totals), other && typing ? dropped(before.address, drawn()) : []);
}

/** Says what is drawn now, how far its totals are from what they were, and what was left behind. */
function announce(before, left = []) {
  const deltas = tell(before);
  const lost = tellDropped(left, find(".canvas h1")?.textContent ?? "");
  find(".status").textContent = [lost, ...deltas, find(".totals .shapes")?.textContent.trim()].filter(Boolean).join(". ");
}

const folders = () => [...document.querySelectorAll(".left details, .panels details")];
const nameOf = (details) => details.firstElementChild.textContent;

/** The address of the picture that is shown. */
const drawn = () => find(".sheet metadata")?.textContent;

/** The block or the network that is shown. */
function subject() {
  const values = new FormData(find("#knobs"));
  return values.get("block") ?? values.get("model");
}

/** What kind of picture it is: another subject, level or direction is looked at afresh. */
function kind() {
  const values = new FormData(find("#knobs"));
  return ["block", "model", "detail", "direction"].map((name) => values.get(name)).join();
}

function focused() {
  const active = document.activeElement;
  if (!active || active === document.body) return null;
  if (active.type === "radio") return { selector: `input[name="${active.name}"]:checked` };
  const { group, node } = active.dataset;
  if (group !== undefined) return { selector: `.sheet [data-group="${CSS.escape(group)}"][tabindex]` };
  if (node !== undefined && active.closest(".sheet")) return { node, selector: `.sheet [data-node="${CSS.escape(node)}"][tabindex]` };
  // What fixes a value goes with its mistake: its reader stays at the knob.
  const fixed = active.closest(".knob")?.querySelector(".control > :is(input, select)");
  if (fixed && !active.id) return { selector: `#${CSS.escape(fixed.id)}` };
  if (active.closest(".notice")) return { selector: ".canvas" };
  return active.id ? { selector: `#${CSS.escape(active.id)}` } : null;
}

function refocus(last) {
  // What was opened by key may be gone: its reader stays in the picture.
  const again = last && (find(last.selector) ?? (last.selector.startsWith(".sheet") ? canvas : null));
  if (!again || again === document.activeElement) return;
  // A field that has segments over it is reached through them.
  const over = again.getAttribute("aria-hidden") === "true" ? again.closest(".control").querySelector(".dress :checked, .switch input") : null;
  (over ?? again).focus({ preventScroll: true });
}

/** What has to be done to every new page. */
function prepare() {
  readyToCopy();
  takeAsSeen();
  offerParts();
  dressChoices();
  dressNumbers();
  tabs.apply();
  search.apply();
  crumbs.read();
  links.read();
  signs.read();
  player.read();
  sight.read();
  map.read();
}

/** Opens a group where it stands, or closes it again. */
function open(path) {
  const field = find("#knob-expand");
  if (!path) {
    find('input[name="detail"][value="op"]').checked = true;
  } else {
    const groups = field.value.split(",").filter(Boolean);
    // Equal neighbours that are drawn as one close as one.
    const frame = find(`.sheet .frame[data-group="${CSS.escape(path)}"]`);
    const gone = [path, ...words(frame?.dataset.folded)];
    const others = groups.filter((group) => !covers(gone, group));
    field.value = (others.length < groups.length ? others : [...groups, path]).join(",");
  }
  show(address());
}

/** Opens just these groups. */
function openJust(paths) {
  find("#knob-expand").value = paths.join(",");
  show(address());
}

document.addEventListener("input", (event) => {
  if (event.target.form?.id !== "knobs") return;
  clearTimeout(resting);
  if (event.inputType?.startsWith("insert") || event.inputType?.startsWith("delete")) {
    resting = setTimeout(() => show(address(), true, event.target.name), A_REST);
  } else {
    show(address(), true, event.target.name);
  }
});

document.addEventListener("change", (event) => {
  if (event.target.form?.id !== "knobs") return;
  clearTimeout(resting);
  if (address() !== asked) show(address(), true, event.target.name);
});

// What is opened and not there yet is wanted now.
document.addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches?.("details[data-late]")) follow(new URL(asked, location.href));
}, true);

document.addEventListener("submit", (event) => {
  if (event.target.id !== "knobs") return;
  event.preventDefault();
  clearTimeout(resting);
  show(address());
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  if (!link || !plain || link.origin !== location.origin || link.hash || link.download) return;
  const home = new URL(find("#knobs").getAttribute("action"), location.href).pathname;
  if (link.pathname !== home || !link.search || link.closest(".languages")) return;
  event.preventDefault();
  show(link.href, true, null, Boolean(link.closest(".subjects")));
});

// The other language opens at the same part of the page and of the picture.
find(".languages").addEventListener("click", ({ target }) => {
  if (target.hash === undefined) return;
  target.hash = location.hash;
  keepView(kind(), zoom.get());
});

addEventListener("popstate", () => {
  if (location.pathname + location.search !== asked) show(location.href, false);
  tabs.apply();
});

const STEPS = {
  out: () => zoom.zoomBy(1 / zoom.STEP),
  in: () => zoom.zoomBy(zoom.STEP),
  fit: () => zoom.fit(),
  full: () => columns.fill(),
  keys: () => find(".keys").showModal(),
  search: () => find("#search").focus(),
  left: () => columns.toggle("left"),
  right: () => columns.toggle("right"),
  sight: () => find("[data-sight=open]").click(),
  map: () => map.toggle(),
};
const KEYS = { "-": STEPS.out, "+": STEPS.in, "=": STEPS.in, 0: STEPS.fit, f: STEPS.full, "[": STEPS.left, "]": STEPS.right, "?": STEPS.keys, "/": STEPS.search, r: STEPS.sight, m: STEPS.map };

find(".zoom").addEventListener("click", (event) => STEPS[event.target.closest("button")?.dataset.zoom]?.());
document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.closest("input, select, textarea, dialog");
  const handled = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
  if (elsewhere || handled || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
find(".away button").addEventListener("click", () => asking.again());

find(".zoom").hidden = false;
// On a phone the form is long: what was not touched waits closed.
if (matchMedia("(max-width: 720px)").matches) {
  const groups = [...document.querySelectorAll(".group")].slice(1);
  for (const each of groups) each.open = Boolean(each.querySelector(".changed, .wrong"));
}
if (!document.fullscreenEnabled) find('[data-zoom="full"]').hidden = true;
prepare();
zoom.start();
const view = keptView(kind());
if (view) {
  zoom.set(view);
  percent.value = `${Math.round(zoom.get().k * 100)}%`;
}
