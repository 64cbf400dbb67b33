// What a turn of a knob has changed, in numbers: beside each total, and said to who cannot see it.

const SHOWN = new Intl.NumberFormat("en");

/** The totals of the page as it is now: each number by its name. */
export function totals() {
  const found = document.querySelectorAll(".totals dd[data-value]");
  return new Map([...found].map((total) => [total.dataset.total, Number(total.dataset.value)]));
}

/** Writes beside each total how far it is from `before`; the same as words, in a list. */
export function tell(before) {
  const said = [];
  for (const total of document.querySelectorAll(".totals dd[data-value]")) {
    total.querySelector(".delta")?.remove();
    const [was, is] = [before.get(total.dataset.total), Number(total.dataset.value)];
    if (was === undefined || was === is) continue;
    const { units, said: words } = total.dataset;
    const share = was ? `, ${signed(((is - was) / was) * 100)}%` : "";
    const delta = document.createElement("small");
    delta.className = "delta";
    delta.textContent = `${signed(is - was, units)}${share}`;
    total.append(" ", delta);
    said.push(`${words.replace("{delta}", signed(is - was, units))}${share}`);
  }
  return said;
}

/** A change with its sign; `units`, each after its size, make a large one short. */
function signed(number, units = "") {
  const size = Math.abs(number);
  const [, unit = 1, sign = ""] = [...units.matchAll(/(\S+) (\S+)/g)].find(([, least]) => size >= least) ?? [];
  // Parts of a count there are none; parts of a million there are.
  const rounded = sign ? Number((size / unit).toPrecision(4)) : Math.round(size);
  const mark = number > 0 ? "+" : "−";
  if (!rounded) return `${mark}<1`;
  return `${mark}${SHOWN.format(rounded)}${sign && ` ${sign}`}`;
}
