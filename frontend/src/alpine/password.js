// x-data="password" on a field: show or hide what was typed.
export default () => ({
  shown: false,
  toggle() {
    this.shown = !this.shown;
    const box = this.$root.querySelector("input");
    if (box) box.type = this.shown ? "text" : "password";
  },
  get word() {
    return this.shown ? "Hide" : "Show";
  },
});
