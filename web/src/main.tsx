import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Console } from "./app/console";
import { startTranslation } from "./locales/translation";
import "./app/console.css";

const root = document.getElementById("root");
if (!root) {
  throw new Error("index.html has no #root");
}
await startTranslation();
createRoot(root).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
