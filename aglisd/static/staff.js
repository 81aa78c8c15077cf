// Live updates, keys and drafts of the staff web. Everything works without it.
"use strict";
(() => {
  const one = (css) => document.querySelector(css);
  const all = (css) => [...document.querySelectorAll(css)];
  const send = (name) => document.body.dispatchEvent(new CustomEvent(name));

  // Live: one stream a page. Bursts become one refresh.
  const waiting = new Map();
  const soon = (name, act) => {
    if (waiting.has(name)) return;
    waiting.set(name, setTimeout(() => { waiting.delete(name); act(); }, 250));
  };
  let news = 0;

  async function unread() {
    const response = await fetch("/api/notifications/unread", { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const { count } = await response.json();
    const badge = one("#unread");
    const before = Number(badge.dataset.count);
    badge.dataset.count = badge.textContent = count;
    badge.hidden = count === 0;
    if (count > before) send("live-notification");
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

  function announce() {
    const note = one("#news");
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
    const { kind, subject_kind: subject, subject_id: id, subject: number } = JSON.parse(event.data);
    soon("unread", unread);
    const family = kind.split(".")[0];
    soon(`live-${family}`, () => send(`live-${family}`));
    const open = one("[data-subject]")?.dataset.subject;
    if (open === `${subject}:${id}`) soon("live-this", refresh);
    if (subject === "ticket") soon(`row-${id}`, async () => { if (!(await row(id, number)) && kind === "ticket.created") announce(); });
  }

  const KINDS = ["ticket.created", "ticket.updated", "ticket.assigned", "ticket.unassigned", "ticket.status_changed", "ticket.priority_changed", "ticket.eta_set", "ticket.commented", "ticket.file_attached", "ticket.checklist_changed", "ticket.completed", "ticket.cancelled", "ticket.reopened", "ticket.rated", "ticket.merged", "ticket.parent_set", "customer.created", "customer.updated", "customer.status_changed", "customer.tagged", "customer.untagged", "message.status_changed", "message.received", "notification.sent"];
  if (one("#unread") && window.EventSource) {
    const stream = new EventSource("/api/events");
    for (const kind of KINDS) stream.addEventListener(kind, happened);
    stream.addEventListener("reset", () => location.reload());
    stream.addEventListener("open", () => { one("#offline").hidden = true; });
    stream.addEventListener("error", () => { one("#offline").hidden = false; });
    addEventListener("pagehide", () => stream.close());
  }

  // Drafts stay in this browser until they are sent.
  const kept = (field) => `draft:${field.dataset.draft}`;
  for (const field of all("[data-draft]")) {
    if (!field.value) field.value = localStorage.getItem(kept(field)) ?? "";
    field.addEventListener("input", () => {
      localStorage.setItem(kept(field), field.value);
      const said = field.form?.querySelector("[data-draft-saved]");
      if (said) said.hidden = false;
    });
    field.form?.addEventListener("submit", () => localStorage.removeItem(kept(field)));
  }

  // Keys: never while typing, never with a browser's modifier, and they can be switched off.
  const off = () => localStorage.getItem("keys") === "off";
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  let going = 0;

  function move(by) {
    const rows = all("[data-rows] tbody tr[data-href]");
    if (!rows.length) return;
    const now = rows.findIndex((tr) => tr.classList.contains("at"));
    const next = Math.min(rows.length - 1, Math.max(0, now < 0 ? 0 : now + by));
    rows[now]?.classList.remove("at");
    rows[next].classList.add("at");
    rows[next].querySelector("a")?.focus();
    rows[next].scrollIntoView({ block: "nearest" });
  }

  function help() {
    one("#keys-off").checked = off();
    one("#keys").showModal();
  }

  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !off()) {
      event.preventDefault();
      one("#find")?.focus();
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
