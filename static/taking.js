// What is taken home looks like what is seen: pictures are saved and copied in the page's theme,
// unless the form asks for one.

import { shown } from "./theme.js";

const PICTURES = /\/diagram\.(svg|png|pdf|dot)$/;
const DARK = "-dark";

/** Gives the files and the preview the colours that the page has now. */
export function takeAsSeen() {
  const dark = shown() === "dark";
  for (const link of document.querySelectorAll("#share .formats a")) {
    link.href = seen(link.href, dark);
    if (!PICTURES.test(new URL(link.href).pathname)) continue;
    link.download = link.download.replace(DARK, "");
    if (new URL(link.href).searchParams.get("theme") === "dark") link.download = link.download.replace(/(?=(@\dx)?\.\w+$)/, DARK);
  }
  for (const button of document.querySelectorAll("#share .copies [data-source]")) {
    button.dataset.source = seen(new URL(button.dataset.source, location.href).href, dark);
  }
  for (const picture of document.querySelectorAll("#share .preview img")) {
    const wanted = seen(picture.src, dark);
    if (picture.src !== wanted) picture.src = wanted;
  }
}

/** The address with the page's theme; one that the reader has chosen stays. */
function seen(address, dark) {
  const found = new URL(address);
  const chosen = document.querySelector("#knob-theme");
  if (!PICTURES.test(found.pathname) || (chosen && chosen.value !== chosen.dataset.default)) return address;
  const query = [...found.searchParams].filter(([name]) => name !== "theme");
  if (dark) query.push(["theme", "dark"]);
  query.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  found.search = new URLSearchParams(query).toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return found.href;
}

// The page turns dark by its switch, or with the system.
new MutationObserver(takeAsSeen).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", takeAsSeen);
