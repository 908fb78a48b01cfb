// Pages for visitors: the theme without a reload, and messages. Nothing else is needed there.
import { startEscape } from "../lib/escape.js";
import { startForms } from "../lib/forms.js";
import { startTheme } from "../lib/theme.js";
import { startToasts } from "../lib/toast.js";

startEscape();
startForms();
startTheme();
startToasts();
