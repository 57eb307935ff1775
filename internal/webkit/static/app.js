// What a page does beyond HTML: where a browser runs no script nothing is
// missing. Words come from the page, in its language.

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// An error summary takes the focus, so that it is read first.
document.querySelector("[data-focus]")?.focus();

// Enter on one of its links leads to the field when the key is up: the rest of the same
// press would send the form again from there. A reader's own click has no key.
for (const link of $$(".error-summary a[href^='#']")) {
  link.addEventListener("click", event => {
    const field = document.getElementById(link.hash.slice(1));
    if (event.detail > 0 || !field?.matches("input, select, textarea")) return;
    event.preventDefault();
    const go = () => {
      clearTimeout(late);
      removeEventListener("keyup", go, true);
      field.focus();
    };
    const late = setTimeout(go, 300);
    addEventListener("keyup", go, true);
  });
}

// A double click, or Enter pressed twice, sends a form once. A form whose answer is a
// file stays on the page, so it can be sent again a little later.
const sentAt = new WeakMap();
addEventListener("submit", event => {
  if (event.timeStamp - (sentAt.get(event.target) ?? -Infinity) < 1500) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else {
    sentAt.set(event.target, event.timeStamp);
  }
}, true);

// A text tells how many characters are left.
for (const area of $$("textarea[data-count]")) {
  const out = area.parentElement.querySelector("[data-counter]");
  if (!out) continue;
  const most = Number(area.dataset.count);
  const rule = out.textContent;
  let timer;
  const tell = () => {
    const left = most - [...area.value.trim()].length;
    out.textContent = left < 0 ? area.dataset.over.replace("{n}", -left) : area.value === "" ? rule : area.dataset.left.replace("{n}", left);
    out.classList.toggle("error", left < 0);
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, 150);
  });
  if (area.value !== "") tell();
  out.setAttribute("aria-live", "polite");
}

// A form with input that is not saved says so, and asks before it is left.
for (const form of $$("form[data-guard]")) {
  const status = form.querySelector("[data-unsaved]");
  let unsaved = form.querySelector(".has-error, .conflict") !== null;
  let sending = 0;
  let sent = false; // the form itself, with whatever is still on its way
  const say = (text, failed = false) => {
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("failed", failed);
  };
  form.addEventListener("input", () => {
    unsaved = true;
    if (status) say(status.dataset.unsaved);
  });
  form.addEventListener("submit", () => { sent = true; });
  addEventListener("pageshow", () => { sent = false; });
  form.addEventListener("htmx:beforeRequest", () => {
    sending += 1;
    unsaved = false; // input during the request sets it again
    if (status) say(status.dataset.saving);
  });
  form.addEventListener("htmx:afterRequest", event => {
    sending -= 1;
    if (event.detail.successful) {
      status?.classList.remove("failed");
      if (unsaved && status) say(status.dataset.unsaved);
      return;
    }
    unsaved = true;
    const code = event.detail.xhr?.status;
    if (status && code !== 409 && code !== 422) say(status.dataset.failed, true);
  });
  addEventListener("beforeunload", event => {
    if (sent || !unsaved && sending === 0) return;
    event.preventDefault();
    event.returnValue = document.body.dataset.leave;
  });
}

// A menu closes when the pointer or Escape goes elsewhere.
for (const menu of $$("details.menu")) {
  document.addEventListener("click", event => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// A passkey: the browser's authenticator answers, and the form sends its answer.
for (const form of $$("form[data-passkey]")) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const failed = form.querySelector("[data-passkey-failed]");
    failed.textContent = "";
    try {
      const options = JSON.parse(form.dataset.options).publicKey;
      const made = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.response.value = JSON.stringify(made.toJSON());
      form.submit();
    } catch {
      failed.textContent = failed.dataset.passkeyFailed;
    }
  });
}
