// Asks the server for a page: only the last question counts, and a server that is away is asked again.

// A sign of work that is shorter than this would only flicker.
const NOTICED = 120;
const PATIENCE = 30000;
const WHOLE = { Accept: "text/html" };
// A turned knob wants picture and words at once; what to try next may come later.
const QUICK = { ...WHOLE, Prefer: "wait=0" };
const RESTS = [1000, 2000, 4000, 8000, 15000];

export class Asking {
  /** `working(busy)` and `away(gone)` show the reader what is going on. */
  constructor({ working, away }) {
    this.working = working;
    this.away = away;
    this.last = null;
  }

  /** The page of an address, or null where another was asked for meanwhile. */
  async page(url) {
    this.last?.cancel();
    const mine = new Question(url);
    this.last = mine;
    const noticed = setTimeout(() => this.working(true), NOTICED);
    for (let turn = 0; ; turn += 1) {
      const page = await mine.answer();
      if (mine.cancelled) { clearTimeout(noticed); return null; }
      this.away(!page);
      if (page) {
        clearTimeout(noticed);
        this.working(false);
        return page;
      }
      await mine.rest(RESTS[Math.min(turn, RESTS.length - 1)]);
    }
  }

  /**
   * The same page with all that the first one was too quick for, or null: another was asked for
   * meanwhile, or there is none.
   */
  async whole(url) {
    const mine = this.last;
    const page = await new Question(url, WHOLE).answer();
    return mine === this.last ? page : null;
  }

  /** Ask at once, without waiting any longer. */
  again() {
    this.last?.wake?.();
  }
}

class Question {
  constructor(url, headers = QUICK) {
    this.url = url;
    this.headers = headers;
    this.cancelled = false;
    this.stop = new AbortController();
  }

  cancel() {
    this.cancelled = true;
    this.stop.abort();
    this.wake?.();
  }

  /** The page, or null where the server gave none. */
  async answer() {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE);
    const signal = AbortSignal.any([this.stop.signal, late.signal]);
    try {
      const answer = await fetch(this.url, { headers: this.headers, signal });
      const text = await answer.text();
      const page = new DOMParser().parseFromString(text, "text/html");
      // What a proxy says while the server starts is not a page of ours.
      return answer.status >= 500 && !page.querySelector(".workspace") ? null : page;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  rest(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      const wake = () => { clearTimeout(timer); resolve(); };
      this.wake = wake;
      addEventListener("online", wake, { once: true });
    });
  }
}
