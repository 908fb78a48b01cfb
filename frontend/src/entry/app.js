// Every page: htmx, Alpine, menus, dialogs, toasts, the socket.
import htmx from "htmx.org";
import Alpine from "@alpinejs/csp";
import counter from "../alpine/counter.js";
import password from "../alpine/password.js";
import tabs from "../alpine/tabs.js";
import { announce } from "../lib/dom.js";
import { api, headers } from "../lib/csrf.js";
import { closeDialog, confirm, openDialog, startDialogs } from "../lib/dialog.js";
import { onEscape, startEscape } from "../lib/escape.js";
import { startForms } from "../lib/forms.js";
import { startKeeping } from "../lib/keep.js";
import { startLateNews } from "../lib/late_news.js";
import { startMenus } from "../lib/menu.js";
import { startRequests } from "../lib/requests.js";
import { applyTheme, startTheme } from "../lib/theme.js";
import { startToasts, toast } from "../lib/toast.js";
import { startUnchanged } from "../lib/unchanged.js";
import { startSocket } from "../lib/ws.js";

window.htmx = htmx;
window.Alpine = Alpine;

Alpine.data("counter", counter);
Alpine.data("password", password);
Alpine.data("tabs", tabs);

// First of all: what it keeps is the page as the server sent it.
startUnchanged();
startLateNews();
startEscape();
startMenus();
startDialogs();
startToasts();
startRequests();
startForms();
startKeeping();
startTheme();
const socket = startSocket();

// What the other bundles build on; they load after this one and never bundle it again.
window.elevo = { htmx, Alpine, toast, confirm, openDialog, closeDialog, onEscape, announce, api, headers, applyTheme, socket };

// Bundles after this one still register their components: start when all deferred scripts have run, in a task of
// its own so that the page answers in between.
document.addEventListener("DOMContentLoaded", () => setTimeout(() => Alpine.start(), 0), { once: true });
