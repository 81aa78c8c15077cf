// Live updates, keys and drafts of the staff web. Everything works without it.
"use strict";
(() => {
  const one = (css) => document.querySelector(css);
  const all = (css) => [...document.querySelectorAll(css)];
  const send = (name) => document.body.dispatchEvent(new CustomEvent(name));

  // Live: one stream a page. Bursts become one refresh.
  const waiting = new Map();
  const soon = (name, act, ms = 250) => {
    if (waiting.has(name)) return;
    waiting.set(name, setTimeout(() => { waiting.delete(name); act(); }, ms));
  };
  let news = 0;
  let others = () => {};

  // The badge counts what is unread; the server says when it changes.
  function badge(count) {
    const shown = one("#unread");
    const before = Number(shown.dataset.count);
    if (count === before) return;
    shown.dataset.count = shown.textContent = count;
    shown.hidden = count === 0;
    send("live-notification");
    if (count > before) newest();
  }

  // A new notification is said once, by the page that is looked at.
  let said = 0;
  async function newest() {
    if (document.hidden) return;
    const response = await fetch("/api/notifications?unread=true&limit=1", { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const [note] = (await response.json()).items;
    if (!note || note.id <= said) return;
    said = note.id;
    const toast = one("#toast");
    const link = toast.querySelector("a");
    link.href = `/notifications/${note.id}/open`;
    link.textContent = note.title;
    toast.querySelector("[data-message]").textContent = note.message;
    for (const mark of toast.querySelectorAll("[data-priority]")) mark.hidden = mark.dataset.priority !== note.priority;
    toast.hidden = false;
    clearTimeout(toast.timer);
    const leave = () => { toast.timer = setTimeout(() => { if (toast.matches(":hover, :focus-within")) leave(); else toast.hidden = true; }, 8000); };
    leave();
    if (localStorage.getItem("sound") === "on") chime();
  }

  function chime() {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = 880;
    loud.gain.setValueAtTime(0.15, audio.currentTime);
    loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
    tone.connect(loud).connect(audio.destination);
    tone.onended = () => audio.close();
    tone.start();
    tone.stop(audio.currentTime + 0.4);
  }

  one("#toast button")?.addEventListener("click", () => { one("#toast").hidden = true; });
  const sound = one("#sound");
  if (sound) {
    sound.checked = localStorage.getItem("sound") === "on";
    sound.closest("[hidden]").hidden = false;
    sound.addEventListener("change", () => {
      localStorage.setItem("sound", sound.checked ? "on" : "off");
      if (sound.checked) chime();
    });
  }

  // A row that is shown changes where it stands; a new one only announces itself, so nothing moves under the cursor.
  async function row(id, number) {
    const shown = one(`#tickets tr[data-ticket="${id}"]`);
    if (!shown) return false;
    const response = await fetch(`/tickets/${encodeURIComponent(number)}/row`);
    if (!response.ok) return true;
    const holder = document.createElement("tbody");
    holder.innerHTML = await response.text();
    const fresh = holder.firstElementChild;
    if (!fresh) return true;
    if (shown.classList.contains("at")) fresh.classList.add("at");
    fresh.classList.add("changed");
    shown.replaceWith(fresh);
    return true;
  }

  function announce(css) {
    const note = one(css);
    if (!note) return;
    news += 1;
    const link = note.querySelector("a");
    link.textContent = link.dataset.text.replace("0", String(news));
    note.hidden = false;
  }

  // What somebody is filling in is not taken away under their hands.
  const refresh = () => {
    const field = document.activeElement;
    if (one("#side")?.contains(field) && field.matches("input, select, textarea")) setTimeout(refresh, 2000);
    else send("live-this");
  };

  async function happened(event) {
    const { kind, subject_kind: subject, subject_id: id, subject: number, customer_id: customer } = JSON.parse(event.data);
    const family = kind.split(".")[0];
    soon(`live-${family}`, () => send(`live-${family}`));
    if (family === "message") announce("#message-news");
    const open = one("[data-subject]")?.dataset.subject;
    if (open === `${subject}:${id}` || open === `customer:${customer}`) soon("live-this", refresh);
    if (CUSTOMER_NEWS.includes(kind) && (kind === "customer.created" || one(`#customers tr[data-customer="${customer}"]`))) announce("#customer-news");
    if (subject === "ticket") soon(`row-${id}`, async () => { if (!(await row(id, number)) && kind === "ticket.created") announce("#news"); });
  }

  // The queue's figures change where they stand as often as they are told; the rest of its pages follows more slowly.
  const figure = new Intl.NumberFormat(document.documentElement.lang);
  let before = null;
  function queue(told) {
    const say = (name, counts) => {
      for (const kind of ["waiting", "delayed", "running", "dead"]) {
        for (const shown of all(`[data-figure="${name}${kind}"]`)) shown.textContent = figure.format(counts[kind]) + (counts.at_least[kind] ? "+" : "");
      }
    };
    say("", told);
    for (const one of told.queues) say(`${one.queue}-`, one);
    // A list of jobs does not change under the hands of who marks them: it only says that it would be another.
    const note = one("#job-news");
    if (note && before && before[note.dataset.status] !== told[note.dataset.status]) note.hidden = false;
    before = told;
    soon("live-queue", () => send("live-queue"), 5000);
  }

  // What the list of customers shows of them.
  const CUSTOMER_NEWS = ["customer.created", "customer.updated", "customer.status_changed", "ticket.created", "ticket.completed", "ticket.cancelled", "ticket.reopened", "ticket.merged"];

  const KINDS = ["ticket.created", "ticket.updated", "ticket.assigned", "ticket.unassigned", "ticket.status_changed", "ticket.priority_changed", "ticket.eta_set", "ticket.commented", "ticket.file_attached", "ticket.checklist_changed", "ticket.completed", "ticket.cancelled", "ticket.reopened", "ticket.rated", "ticket.merged", "ticket.parent_set", "customer.created", "customer.updated", "customer.status_changed", "customer.tagged", "customer.untagged", "message.status_changed", "message.received", "message.written", "conversation.assigned", "conversation.handled", "conversation.closed", "job.retried", "job.cancelled", "job.discarded", "job.snoozed", "job.run_now", "queue.paused", "queue.resumed", "batch.created", "batch.cancelled", "technician.created", "technician.updated", "technician.availability_changed"];
  if (one("#unread") && window.EventSource) {
    const stream = new EventSource("/api/events");
    for (const kind of KINDS) stream.addEventListener(kind, happened);
    stream.addEventListener("unread", (event) => badge(JSON.parse(event.data).count));
    stream.addEventListener("queue", (event) => queue(JSON.parse(event.data)));
    stream.addEventListener("presence", (event) => others(JSON.parse(event.data)));
    stream.addEventListener("reset", () => location.reload());
    stream.addEventListener("open", () => { one("#offline").hidden = true; });
    stream.addEventListener("error", () => { one("#offline").hidden = false; });
    addEventListener("pagehide", () => stream.close());
  }

  // Drafts lie on the server, so that the text is there on another computer too. Sending the form forgets them there.
  const json = { "Content-Type": "application/json", Accept: "application/json" };
  for (const field of all("[data-draft]")) draft(field);

  async function draft(field) {
    const url = `/api/drafts/${encodeURIComponent(field.dataset.draft)}`;
    const said = field.form?.querySelector("[data-draft-saved]");
    let waiting = 0;
    let touched = false;
    let asked = new AbortController();
    const save = async () => {
      clearTimeout(waiting);
      waiting = 0;
      asked.abort();
      asked = new AbortController();
      const text = field.value;
      const body = JSON.stringify({ text });
      const response = await fetch(url, { method: "PUT", headers: json, body, signal: asked.signal, keepalive: true }).catch(() => null);
      if (said && response) said.hidden = !response.ok || !text.trim();
    };
    field.addEventListener("input", () => {
      touched = true;
      if (said) said.hidden = true;
      clearTimeout(waiting);
      waiting = setTimeout(save, 600);
    });
    field.form?.addEventListener("submit", () => { clearTimeout(waiting); waiting = 0; asked.abort(); });
    addEventListener("pagehide", () => { if (waiting) save(); });
    if (field.value) return;
    const response = await fetch(url, { headers: json }).catch(() => null);
    const begun = response?.ok ? (await response.json()).text : "";
    if (begun && !touched && !field.value) {
      field.value = begun;
      if (said) said.hidden = false;
    }
  }

  // Presence: who else has this ticket open, or writes on it.
  const here = one("#present");
  if (here && one("#unread")) {
    const ticket = Number(here.dataset.ticket);
    const url = `/api/tickets/${ticket}/presence`;
    const WRITING_MS = 20000;
    let wrote = 0;
    let last = "";
    const now = () => (Date.now() - wrote < WRITING_MS ? "writing" : "viewing");
    const say = () => {
      if (document.hidden) return;
      last = now();
      fetch(url, { method: "PUT", headers: json, body: JSON.stringify({ activity: last }) }).catch(() => null);
    };
    const leave = () => { last = ""; fetch(url, { method: "DELETE", keepalive: true }).catch(() => null); };
    one("#body")?.addEventListener("input", () => { wrote = Date.now(); if (last !== "writing") say(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); else say(); });
    addEventListener("pagehide", leave);
    setInterval(say, 15000);
    say();
    others = ({ ticket_id, people }) => {
      if (ticket_id !== ticket) return;
      here.textContent = people.map(({ name, activity }) => here.dataset[activity].replace("%", name)).join(" · ");
      here.hidden = people.length === 0;
    };
  }

  // A variable of a template is put where one was writing.
  for (const button of all("[data-insert]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = one(button.dataset.into);
      field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  // Keys: never while typing, never with a browser's modifier, and they can be switched off.
  const off = () => localStorage.getItem("keys") === "off";
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  let going = 0;

  let at = "";
  // What is refreshed keeps the row that the keys stand on.
  document.body.addEventListener("htmx:afterSettle", () => {
    if (at && !one("tr.at")) one(`[data-rows] tr[data-href="${CSS.escape(at)}"]`)?.classList.add("at");
  });

  function move(by) {
    const rows = all("[data-rows] tbody tr[data-href]");
    if (!rows.length) return;
    const now = rows.findIndex((tr) => tr.classList.contains("at"));
    const next = Math.min(rows.length - 1, Math.max(0, now < 0 ? 0 : now + by));
    rows[now]?.classList.remove("at");
    rows[next].classList.add("at");
    at = rows[next].dataset.href;
    rows[next].querySelector("a")?.focus();
    rows[next].scrollIntoView({ block: "nearest" });
  }

  // Marked rows: how many, and all of the page at once.
  const marks = () => all("[data-mark]");
  function marked() {
    const shown = one("[data-marked]");
    const count = marks().filter((mark) => mark.checked).length;
    if (shown) shown.textContent = shown.dataset.text.replace("0", figure.format(count));
    const page = one("[data-mark-page]");
    if (page) page.checked = count > 0 && count === marks().length;
  }
  function markPage(checked) {
    for (const mark of marks()) mark.checked = checked;
    marked();
  }
  const whole = one("[data-mark-page]");
  if (whole) {
    whole.closest("[hidden]").hidden = false;
    whole.addEventListener("change", () => markPage(whole.checked));
    document.addEventListener("change", (event) => { if (event.target.matches("[data-mark]")) marked(); });
    marked();
  }

  function help() {
    one("#keys-off").checked = off();
    one("#keys").showModal();
  }

  // The palette: pages by name, tickets by number or words, customers by number, name or phone.
  const found = [];
  let asked = 0;

  function palette() {
    const dialog = one("#palette");
    if (!dialog) return;
    if (dialog.open) { dialog.close(); return; }
    dialog.showModal();
    const input = dialog.querySelector("input");
    input.value = "";
    input.focus();
    choices("");
  }

  function show(items, at = 0) {
    found.splice(0, found.length, ...items);
    const list = one("#palette ul");
    list.replaceChildren(...items.map(({ href, text, more }, n) => {
      const li = document.createElement("li");
      const link = document.createElement("a");
      Object.assign(link, { href, textContent: text, id: `palette-${n}`, tabIndex: -1 });
      li.role = "presentation";
      link.role = "option";
      link.ariaSelected = String(n === at);
      if (more) link.append(Object.assign(document.createElement("span"), { className: "muted small block", textContent: more }));
      li.append(link);
      return li;
    }));
    const input = one("#palette input");
    if (items.length) input.setAttribute("aria-activedescendant", `palette-${at}`); else input.removeAttribute("aria-activedescendant");
    one("#palette p").hidden = items.length > 0;
    one(`#palette-${at}`)?.scrollIntoView({ block: "nearest" });
  }

  async function ask(path) {
    const response = await fetch(path, { headers: { Accept: "application/json" } });
    return response.ok ? (await response.json()).items : [];
  }

  async function choices(text) {
    const mine = ++asked;
    const wanted = text.trim().toLowerCase();
    const pages = all("header nav a, header .bell, header .menu a[href^='/account'], #pages a, a.btn[href^='/'][data-key]")
      .map((link) => ({ href: link.getAttribute("href"), text: link.getAttribute("aria-label") ?? link.textContent.trim() }))
      .filter((page) => page.text.toLowerCase().includes(wanted));
    show(pages);
    if (wanted.length < 2) return;
    await new Promise((resume) => setTimeout(resume, 150));
    if (mine !== asked) return;
    const q = encodeURIComponent(text.trim());
    const some = async (path, row) => (await ask(path).catch(() => [])).map(row);
    const [tickets, customers] = await Promise.all([
      some(`/api/tickets?limit=6&q=${q}`, (one) => ({ href: `/tickets/${one.number}`, text: `${one.number} ${one.title}`, more: one.customer_name })),
      one("[data-go=c]") ? some(`/api/customers?limit=6&q=${q}`, (one) => ({ href: `/customers/${one.number}`, text: one.name, more: `${one.number} · ${one.phone}` })) : [],
    ]);
    if (mine === asked) show([...pages, ...tickets, ...customers]);
  }

  one("#palette input")?.addEventListener("input", (event) => choices(event.target.value));
  one("#palette")?.addEventListener("keydown", (event) => {
    const at = found.findIndex((_, n) => one(`#palette-${n}`)?.ariaSelected === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % Math.max(found.length, 1);
      show([...found], next);
    } else if (event.key === "Enter" && found[at]) {
      event.preventDefault();
      location.href = found[at].href;
    }
  });

  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !off()) {
      event.preventDefault();
      palette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || one("dialog[open]")) return;
    if (event.key === "?") { event.preventDefault(); help(); return; }
    if (off()) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = one(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const target = one(`[data-key="${CSS.escape(event.key)}"]`);
    switch (event.key) {
      case "g": going = Date.now(); break;
      case "j": move(1); break;
      case "k": move(-1); break;
      case "x": { const mark = one("tr.at [data-mark]"); if (mark) { mark.checked = !mark.checked; marked(); } break; }
      case "X": markPage(marks().some((mark) => !mark.checked)); break;
      case "/": event.preventDefault(); (one("[data-filter]") ?? one("#find"))?.focus(); break;
      default:
        if (!target) return;
        event.preventDefault();
        if (target.matches("a")) target.click(); else { target.scrollIntoView({ block: "center" }); target.focus(); }
    }
  });

  one("#keys-open")?.addEventListener("click", help);
  one("#keys-off")?.addEventListener("change", (event) => localStorage.setItem("keys", event.target.checked ? "off" : "on"));
})();
