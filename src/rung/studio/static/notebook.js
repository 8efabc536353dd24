// Waits for marimo's editor, then goes there.
import { call } from "./api.js";

const slug = document.querySelector("[data-notebook]").dataset.notebook;
const answer = await call("POST", `/api/lessons/${slug}/notebook`, {});
if (answer.ok) location.replace(answer.body.url);
else document.getElementById("told").textContent = `${answer.body.error} ${answer.body.fix ? `Perhaps: ${answer.body.fix}` : ""}`;
