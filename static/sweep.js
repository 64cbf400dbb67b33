// The values of one knob side by side: the button beside a knob opens the strip, a card takes its value.

const panel = document.querySelector(".swept");
const strip = panel.querySelector(".strip");
const panels = document.querySelector(".panels");
const link = document.createElement("a");
link.textContent = panel.dataset.link;
panel.querySelector(".close").before(link);
// The knob whose values are shown, the button that opened them, and the address that was asked for.
let over = "";
let opener = null;
let asked = "";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.sweep");
  const card = event.target.closest?.(".swept [data-value][tabindex]");
  if (button) open(button);
  else if (card) take(card.dataset.value);
});
panel.querySelector(".close").addEventListener("click", close);
panel.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-value][tabindex]");
  if (event.key === "Escape") {
    event.stopPropagation();
    close();
  } else if (card && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    take(card.dataset.value);
  }
});
// The panels come with every new picture: the strip shows what it has become.
new MutationObserver(() => { offer(); if (!panel.hidden) fill(); }).observe(panels, { childList: true });
offer();

/** Without this file there is nothing that the buttons could do. */
function offer() {
  for (const button of document.querySelectorAll("button.sweep")) button.hidden = false;
}

function open(button) {
  if (!panel.hidden && over === button.dataset.over) { close(); return; }
  over = button.dataset.over;
  opener = button;
  fill();
}

function close() {
  panel.hidden = true;
  asked = "";
  opener?.focus();
}

function address() {
  const told = new URL(document.querySelector("#explain").dataset.notes, location.href);
  const found = new URL(told.pathname.replace(/explain\.json$/, "sweep.svg"), told);
  for (const [name, value] of told.searchParams) found.searchParams.append(name, value);
  found.searchParams.set("over", over);
  return found;
}

/** Asks for the strip of the structure that the page shows. */
async function fill() {
  const url = address();
  if (url.href === asked) return;
  asked = url.href;
  const mine = asked;
  panel.querySelector("strong").textContent = over;
  link.href = mine;
  panel.setAttribute("aria-busy", "true");
  panel.hidden = false;
  url.searchParams.set("header", "false");
  url.searchParams.set("on_error", "image");
  let text = "";
  try {
    const answer = await fetch(url);
    text = answer.ok ? await answer.text() : "";
  } catch {
    // The server is away: the strip stays as it is, and the page itself says so at the next turn.
  }
  if (mine !== asked) return;
  panel.setAttribute("aria-busy", "false");
  if (!text) { asked = ""; return; }
  const drawn = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const focused = strip.contains(document.activeElement) && document.activeElement.dataset.value;
  strip.replaceChildren(document.importNode(drawn, true));
  strip.firstElementChild.setAttribute("role", "group");
  for (const card of strip.querySelectorAll('[data-runs="true"]')) {
    card.setAttribute("tabindex", "0");
    card.setAttribute("role", "button");
    card.setAttribute("aria-pressed", String(card.classList.contains("present")));
    card.setAttribute("aria-label", card.querySelector("title").textContent);
  }
  const present = strip.querySelector(".present");
  if (focused) present?.focus({ preventScroll: true });
  present?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
}

/** Turns the knob as its reader would. */
function take(value) {
  const control = document.querySelector(`#knob-${CSS.escape(over)}`);
  if (!control || control.value === value) return;
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}
