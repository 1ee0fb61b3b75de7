// Draws a flow that an engine speaks, in Chromium: chooses who speaks, writes a text, listens to it and publishes it.
// Needs a running demo server with the engine "flite".
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account of an administrator
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { browse, needed, refuseBarriers, shot } from "./browser.mjs";

const url = needed("TRUNKLINE_URL").replace(/\/$/, "");
const password = needed("TRUNKLINE_PASSWORD");
const email = needed("TRUNKLINE_EMAIL");

async function begin(page) {
  await page.goto(`${url}/flows`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "New flow" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("spoken");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.getByTestId("step-welcome").waitFor();
}

function options(page) {
  return page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
}

/** A language is given an engine and one of its voices. */
async function chooseSpeaker(page, settings) {
  const speech = settings.getByRole("region", { name: "Speech engines" });
  await speech.getByRole("combobox", { name: "English (US): Engine" }).click();
  await options(page).getByTitle("English (US): flite", { exact: true }).click();
  await speech.getByRole("combobox", { name: "English (US): Voice" }).click();
  await options(page).getByTitle("slt", { exact: true }).click();
  await shot(page, "flows-speakers");
  await refuseBarriers(page, "who speaks in a flow");
}

/** A text is written, found wrong while it is empty, and heard. */
async function write(page, settings) {
  await page.getByTestId("step-welcome").click();
  await settings.getByRole("button", { name: "Add: What is said" }).click();
  await page.getByRole("menuitem", { name: "Spoken text", exact: true }).click();
  const item = settings.getByRole("region", { name: "Spoken text 2" });
  await item.getByRole("combobox", { name: "Language" }).click();
  await options(page).getByTitle("English (US)", { exact: true }).click();
  await item.getByText("there is nothing to speak in the text").waitFor();
  await item.getByRole("textbox", { name: "Text" }).fill("Welcome to the company.");
  await item.getByRole("button", { name: "Listen" }).click();
  await item
    .getByTestId("player-time")
    .filter({ hasText: /0:0[12]$/ })
    .waitFor();
  await shot(page, "flows-spoken");
  await refuseBarriers(page, "a text that an engine speaks");
}

async function publish(page) {
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByText("Version 1 is live").waitFor();
}

await browse(async (page) => {
  await begin(page);
  const settings = page.getByRole("complementary", { name: "Settings" });
  await chooseSpeaker(page, settings);
  await write(page, settings);
  await publish(page);
});
console.log("Speaker chosen, text heard, flow published.");
