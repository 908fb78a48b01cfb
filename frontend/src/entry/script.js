// A script's table: times, spoken words and totals follow the typing. Without it the server says the same on save.
import { $, $$, onArrival } from "../lib/dom.js";

const AIR_S = 0.3;

function words(text) {
  return text.replace(/\[[^\]]*\]/g, " ").split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function fit(seconds, rate) {
  return Math.max(0, Math.floor(((seconds - AIR_S) * rate) / 60 + 0.5));
}

function clock(seconds) {
  const tenths = Math.round(seconds * 10);
  const rest = tenths % 600;
  return `${Math.floor(tenths / 600)}:${String(Math.floor(rest / 10)).padStart(2, "0")}.${rest % 10}`;
}

function measure(form) {
  const rate = Number(form.dataset.rate) || 150;
  let at = 0;
  let spoken = 0;
  for (const row of $$("[data-script-row]", form)) {
    const seconds = Math.max(0.5, Number($("[data-script-seconds]", row).value) || 0.5);
    const count = words($("[data-script-said]", row).value);
    const most = fit(seconds, rate);
    const output = $("[data-script-words]", row);
    output.textContent = `${count} of about ${most} words${count > most ? ", too many" : ""}`;
    output.classList.toggle("text-warning", count > most);
    $("[data-script-time]", row).textContent = `${clock(at)}–${clock(at + seconds)}`;
    at += seconds;
    spoken += count;
  }
  const length = Number(at.toFixed(1));
  $("[data-script-total]", form).textContent =
    `${length} s, ${spoken} spoken words of about ${fit(at, rate)} at ${Math.round(rate)} words a minute`;
}

onArrival("form[data-script]", (form) => {
  form.addEventListener("input", () => measure(form));
});
