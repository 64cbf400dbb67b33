// One's own code: another class brings its own fields, and Ctrl+Enter draws.
const form = document.querySelector("form.own");
const source = form.elements.source;

form.elements.class?.addEventListener("change", () => {
  // The fields of the class that was chosen before say nothing of this one.
  for (const field of form.querySelectorAll("[name^='arg.']")) field.disabled = true;
  form.elements.call.value = "";
  form.requestSubmit();
});

// Ctrl+Enter draws; Tab keeps its meaning, so that nobody is caught in the field.
source.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

// Fields of code that has changed belong to the old code.
source.addEventListener("input", () => {
  for (const field of form.querySelectorAll("[name^='arg.'], [name='class'], [name^='known.']")) {
    field.disabled = true;
  }
}, { once: true });
