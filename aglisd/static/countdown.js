// Counts the time left on a ticket's page; without it the page shows the time of its loading.
(() => {
  const box = document.querySelector("[data-due]");
  if (!box) return;
  const skew = Number(box.dataset.now) - Date.now();
  const english = document.documentElement.lang === "en";
  const unit = (n, id, en) => n + " " + (english ? en + (n === 1 ? "" : "s") : id);
  const two = (a, b) => (b ? a + " " + b : a);
  const span = (ms) => {
    const m = Math.floor(Math.abs(ms) / 60000), h = Math.floor(m / 60), d = Math.floor(h / 24);
    if (m < 1) return english ? "less than 1 minute" : "kurang dari 1 menit";
    if (h < 1) return unit(m, "menit", "minute");
    if (d < 1) return two(unit(h, "jam", "hour"), m % 60 ? unit(m % 60, "menit", "minute") : "");
    return two(unit(d, "hari", "day"), h % 24 ? unit(h % 24, "jam", "hour") : "");
  };
  const show = () => {
    const left = Number(box.dataset.due) - (Date.now() + skew);
    const text = (left < 0 ? box.dataset.late : box.dataset.left).replace("%", span(left));
    if (box.textContent !== text) box.textContent = text;
  };
  setInterval(show, 15000);
  addEventListener("pageshow", show);
})();
