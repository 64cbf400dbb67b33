// The switch between light and dark. The choice is a cookie, so that pages come in the right colours.

const page = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const A_YEAR = 365 * 24 * 3600;

/** The colours that are seen now. */
export function shown() {
  return page.dataset.theme || (system.matches ? "dark" : "light");
}

/** Shows a theme, or follows the system again where the two agree. */
function choose(theme) {
  const follows = theme === (system.matches ? "dark" : "light");
  if (follows) delete page.dataset.theme;
  else page.dataset.theme = theme;
  const age = follows ? 0 : A_YEAR;
  document.cookie = `theme=${theme}; path=${document.body.dataset.root || "/"}; max-age=${age}; samesite=lax`;
  const media = { dark: "all", light: "not all" }[page.dataset.theme] || "(prefers-color-scheme: dark)";
  for (const each of document.querySelectorAll("picture > source")) each.media = media;
}

// A page that lies in a folder as a file could not be sent in the right colours.
const kept = document.cookie.match(/(?:^|; )theme=(light|dark)/)?.[1];
if (kept && !page.dataset.theme) choose(kept);

const button = document.querySelector(".top .theme");
button.hidden = false;
button.addEventListener("click", () => choose(shown() === "dark" ? "light" : "dark"));
