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
    const share = was ? `, ${signed(((is - was) / was) * 100, 0)} %` : "";
    const delta = document.createElement("small");
    delta.className = "delta";
    delta.textContent = `${signed(is - was)}${share}`;
    total.append(" ", delta);
    said.push(`${total.dataset.said.replace("{delta}", signed(is - was))}${share}`);
  }
  return said;
}

/** A number with its sign, and no sign where it rounds to zero. */
function signed(number, digits = 0) {
  const rounded = Number(Math.abs(number).toFixed(digits));
  const size = rounded >= 1e9 ? `${SHOWN.format(Number((rounded / 1e9).toPrecision(3)))} G`
    : rounded >= 1e6 ? `${SHOWN.format(Number((rounded / 1e6).toPrecision(4)))} M` : SHOWN.format(rounded);
  if (!rounded) return number ? (number > 0 ? "+<1" : "−<1") : "0";
  return `${number > 0 ? "+" : "−"}${size}`;
}
