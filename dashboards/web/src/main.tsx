// Entry of the web UI: styles, then the app.
import "./css/tokens.css";
import "./css/base.css";
import "./css/frame.css";
import "./css/parts.css";
import "./css/table.css";
import "./css/chart.css";
import "./css/pages.css";
import "./css/boards.css";
import "./css/heat.css";
import "./css/map.css";
import "./css/tail.css";
import "./css/logs.css";
import "./css/alerts.css";
import "./css/sql.css";
import "./css/virtual.css";
import "./css/sheet.css";
import "./css/policy.css";
import "./css/palette.css";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { loadOtherPages, loadPage } from "./pages/page-code.ts";
import { currentPlace } from "./state/place.ts";

/** By then the first page has asked for all it shows. */
const OTHERS_AFTER_MS = 3000;

// Where it fails, the page says so when it is shown.
void loadPage(currentPlace().page).catch(() => undefined);
setTimeout(() => void loadOtherPages(), OTHERS_AFTER_MS);
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App />);
