// The pipeline's pages. Each module looks for its own marks and is silent without them.
import { followDeed } from "./deed.js";
import { watchNow } from "./now.js";
import { sendOnce } from "./once.js";
import { chooseRows } from "./rows.js";

watchNow();
chooseRows();
followDeed();
sendOnce();
