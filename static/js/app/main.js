// What every page does beside its own work. Each module looks for its own marks and is silent without them.
import { confirmDeeds } from "./confirm.js";
import { autosubmitFilters } from "./filters.js";
import { linkGstinToState, showBusyButtons, showErrorSummary, showNotice, showWhatApplies, warnOfShortCodes } from "./forms.js";
import { openMenu } from "./menu.js";
import { searchEverything } from "./search.js";
import { listenForKeys } from "./shortcuts.js";
import { keepTimesTrue } from "./times.js";

confirmDeeds();
autosubmitFilters();
linkGstinToState();
showBusyButtons();
showErrorSummary();
showNotice();
showWhatApplies();
warnOfShortCodes();
openMenu();
listenForKeys();
searchEverything();
keepTimesTrue();
