// The cards in another order than by family: by what they cost, or by when they were published.

const select = document.querySelector("#order");
const ordered = document.querySelector(".ordered");
const families = [...document.querySelectorAll(".family, .families")];
// Each card with the list that it stands in.
const cards = [...document.querySelectorAll(".card")].map((card) => ({ card, home: card.parentElement }));

/** Puts the cards in an order; those that have no such number come last. */
function put(order) {
  const down = order.startsWith("-") ? -1 : 1;
  const name = order.replace("-", "");
  const apart = name !== "family";
  const number = ({ card }) => (card.dataset[name] === undefined ? Infinity : down * Number(card.dataset[name]));
  // Equal ones, and the whole by family, stay as the page gives them.
  const sorted = apart ? [...cards].sort((one, other) => number(one) - number(other) || 0) : cards;
  for (const { card, home } of sorted) (apart ? ordered.firstElementChild : home).append(card);
  ordered.hidden = !apart;
  for (const part of families) part.hidden = apart;
}

select.closest("p").hidden = false;
// A browser that comes back has kept what was chosen.
addEventListener("pageshow", () => put(select.value));
select.addEventListener("change", () => put(select.value));
