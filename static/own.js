// Somebody's own module: the page is drawn anew when its file was saved.

const told = document.querySelector(".own");
const trouble = document.querySelector(".own + .trouble");
const EVERY = 700;

async function look() {
  if (document.hidden) return;
  const answer = await fetch(`${document.body.dataset.root}/own.json`).catch(() => null);
  if (!answer?.ok) return;
  const now = await answer.json();
  if (now.version !== Number(told.dataset.version)) location.reload();
  trouble.hidden = !now.trouble;
  // The picture of what is no more the file is pale.
  document.body.classList.toggle("stale", Boolean(now.trouble));
  trouble.firstElementChild.textContent = now.trouble;
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
