// Draws again as soon as a knob is turned, and shows which row belongs to which box.
// Everything works without this file: the form has a button.

const REGIONS = ["#main", ".right", ".subjects", "#knobs", ".languages"];
let turn = 0;

/** The page's address for the form as it stands, defaults left out. */
function address(form) {
  const query = new URLSearchParams();
  for (const control of form.elements) {
    const off = control.type === "radio" && !control.checked;
    if (!control.name || off || control.value === "" || control.value === control.dataset.default) {
      continue;
    }
    query.append(control.name, control.value);
  }
  return `${form.getAttribute("action")}?${query.toString().replaceAll("%2C", ",")}`;
}

async function show(url, push) {
  const mine = ++turn;
  const status = document.querySelector(".status");
  const wait = setTimeout(() => { if (status) status.textContent = "…"; }, 250);
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== turn) return;
    if (!page.querySelector(".workspace")) { location.assign(url); return; }
    replace(page);
    if (push) history.pushState(null, "", url);
  } catch {
    if (mine === turn) location.assign(url);
  } finally {
    clearTimeout(wait);
  }
}

/** Takes the regions over from another page; focus and scroll positions stay. */
function replace(page) {
  const active = document.activeElement;
  const focus = active && active.id;
  const radio = active && active.type === "radio" && `input[name="${active.name}"]:checked`;
  const open = [...document.querySelectorAll(".subjects details")].map((each) => each.open);
  for (const region of REGIONS) {
    document.querySelector(region).innerHTML = page.querySelector(region).innerHTML;
  }
  document.querySelectorAll(".subjects details").forEach((each, index) => { each.open = open[index]; });
  document.title = page.title;
  const again = radio ? document.querySelector(radio) : focus && document.getElementById(focus);
  if (again) again.focus({ preventScroll: true });
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && form.id === "knobs") show(address(form), true);
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "knobs") return;
  event.preventDefault();
  show(address(event.target), true);
});

addEventListener("popstate", () => show(location.href, false));

document.addEventListener("pointerover", (event) => {
  const at = event.target.closest("[data-node]");
  for (const each of document.querySelectorAll(".pointed")) each.classList.remove("pointed");
  const sheet = document.querySelector(".sheet");
  if (sheet) sheet.classList.remove("pointing");
  if (!at) return;
  const name = CSS.escape(at.dataset.node);
  const both = document.querySelectorAll(`[data-node="${name}"]`);
  for (const each of both) each.classList.add("pointed");
  const box = sheet && sheet.querySelector(`[data-node="${name}"]`);
  if (box && at.tagName === "TR") sheet.classList.add("pointing");
});
