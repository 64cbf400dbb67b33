// Where the reader looked in a picture, kept for the same picture in the other language.

const KEPT = "view";

/** Keeps a view of this kind of picture until the next page. */
export function keepView(kind, view) {
  try { sessionStorage.setItem(KEPT, JSON.stringify({ kind, view })); } catch { /* Then it begins as it always does. */ }
}

/** The view that was kept, once; null where it is of another picture. */
export function keptView(kind) {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
    return found?.kind === kind ? found.view : null;
  } catch {
    return null;
  }
}
