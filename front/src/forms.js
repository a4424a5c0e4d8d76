// Forms: a field is checked after it is first left, and what was typed is kept for this tab until it is sent.

export function watchForms(root) {
  for (const form of root.querySelectorAll("form[data-form]")) {
    if (form.dataset.watched) continue;
    form.dataset.watched = "1";
    form.noValidate = true;
    form.addEventListener("focusout", (event) => event.target.name && check(event.target));
    form.addEventListener("input", (event) => {
      if (event.target.getAttribute("aria-invalid") === "true") check(event.target);
      keepDraft(form);
    });
    form.addEventListener("submit", (event) => {
      const wrong = [...form.elements].filter((field) => field.name && !check(field));
      if (wrong.length) {
        event.preventDefault();
        wrong[0].focus();
        return;
      }
      sessionStorage.removeItem(draftName(form));
      for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
    });
    restoreDraft(form);
  }
}

function check(field) {
  if (!field.willValidate) return true;
  const place = field.closest(".field")?.querySelector("[data-error]");
  const isRight = field.checkValidity();
  field.setAttribute("aria-invalid", String(!isRight));
  if (place) {
    place.hidden = isRight;
    place.querySelector("[data-text]").textContent = isRight ? "" : describe(field);
  }
  field.closest(".field")?.classList.toggle("is-wrong", !isRight);
  return isRight;
}

function describe(field) {
  const state = field.validity;
  if (state.valueMissing) return field.dataset.missing ?? field.validationMessage;
  if (state.patternMismatch || state.typeMismatch || state.badInput) return field.dataset.wrong ?? field.validationMessage;
  return field.validationMessage;
}

// Only forms that ask for it keep a draft; never passwords, files or hidden fields.
function fieldsToKeep(form) {
  return [...form.elements].filter((field) => field.name && !/^(hidden|password|file|submit|button)$/.test(field.type));
}

function draftName(form) {
  return `draft:${location.pathname}:${form.dataset.draft}`;
}

function keepDraft(form) {
  if (!form.dataset.draft) return;
  clearTimeout(form.draftTimer);
  form.draftTimer = setTimeout(() => {
    const values = fieldsToKeep(form).map((field) => [field.name, field.value, field.checked ?? false]);
    sessionStorage.setItem(draftName(form), JSON.stringify(values));
    const said = form.querySelector("[data-draft-said]");
    if (said) {
      said.hidden = false;
      said.querySelector("[data-text]").textContent = new Date().toTimeString().slice(0, 5);
    }
  }, 400);
}

function restoreDraft(form) {
  if (!form.dataset.draft) return;
  const kept = sessionStorage.getItem(draftName(form));
  if (!kept || form.querySelector(".summary")) return;
  for (const [name, value, isChecked] of JSON.parse(kept)) {
    for (const field of fieldsToKeep(form).filter((one) => one.name === name)) {
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.value === value) field.checked = isChecked;
      } else if (!field.value) field.value = value;
    }
  }
}
