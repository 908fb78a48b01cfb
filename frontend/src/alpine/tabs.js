// x-data="tabs": panels on one page. Buttons role=tab with aria-controls; arrows move, the choice is kept in data-value.
export default () => ({
  value: "",
  init() {
    this.value = this.$root.dataset.value || this.list()[0]?.getAttribute("aria-controls") || "";
    this.show();
  },
  list() {
    return [...this.$root.querySelectorAll("[role=tab]")];
  },
  pick(event) {
    const tab = event.target.closest("[role=tab]");
    if (!tab) return;
    this.value = tab.getAttribute("aria-controls");
    this.show();
  },
  move(event) {
    const list = this.list();
    const at = list.indexOf(document.activeElement);
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: list.length - 1 };
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const next = list[(steps[event.key] + list.length) % list.length];
    next.focus();
    this.value = next.getAttribute("aria-controls");
    this.show();
  },
  show() {
    for (const tab of this.list()) {
      const panel = tab.getAttribute("aria-controls");
      const chosen = panel === this.value;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      const node = document.getElementById(panel);
      if (node) node.hidden = !chosen;
    }
  },
});
