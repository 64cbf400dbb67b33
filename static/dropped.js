// What another subject has no place for: named where a choice was not taken along.

// The subject itself, and what is opened in it, are of course others.
const ITS_OWN = ["block", "model", "expand", "lang"];

/** The names in a picture's address that the next picture's address has no more. */
export function dropped(before, after) {
  const [was, is] = [queryOf(before), queryOf(after)];
  return [...was.keys()].filter((name) => !ITS_OWN.includes(name) && !is.has(name));
}

/** The address without the choice that its page refuses; null where the page shows what was asked. */
export function without(address, page) {
  const [refused] = page.querySelector(".notice .given")?.textContent.trim().split("=") ?? [];
  const fewer = new URL(address);
  if (!refused || ITS_OWN.includes(refused) || !fewer.searchParams.has(refused)) return null;
  fewer.searchParams.delete(refused);
  fewer.search = fewer.search.replaceAll("%2C", ",");
  return fewer;
}

/** Says so over the picture; the words, for who cannot see them, or nothing. */
export function tellDropped(names, subject) {
  const line = document.querySelector(".dropped");
  const words = line.dataset.words.replace("{subject}", subject).replace("{names}", names.join(", "));
  line.textContent = words;
  line.hidden = names.length === 0;
  return names.length ? words : "";
}

const queryOf = (address) => new URLSearchParams(address?.split("?")[1] ?? "");
