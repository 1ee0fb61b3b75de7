// Tries the demo flow in Chromium: plays a call, keeps it as a test, requires tests to publish, breaks
// what the test expects, is refused, mends it, publishes. Needs a running demo server.
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account of an administrator
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { strict as assert } from "node:assert";
import { browse, openDemo, refuseBarriers, shot } from "./browser.mjs";

const TEST = "a caller who asks for sales waits in the queue";

/** The ids of nodes with a look. */
function nodes(page, look) {
  return page
    .locator(`.${look}`)
    .evaluateAll((found) => found.map(({ dataset }) => dataset.testid.replace("step-", "")));
}

async function lit(page, id) {
  await page.locator(`.flow-step-lit[data-testid="step-${id}"]`).waitFor();
}

/** A call by keys and buttons: the node is lit, the way is marked, what is heard is read. */
async function play(page) {
  await page.getByRole("button", { name: "Simulate" }).click();
  const panel = page.getByRole("complementary", { name: "Simulate" });
  await panel.getByLabel("Caller").fill("13800138000");
  await panel.getByLabel("Date and time").fill("2026-11-23T10:00");
  await panel.getByRole("button", { name: "Start the call" }).click();
  await lit(page, "choose_language");
  await panel.getByText("Waits for a key").waitFor();
  await panel.getByText("For English, press two.").first().waitFor();
  await panel.getByRole("button", { name: "Key 2" }).focus();
  await page.keyboard.press("2");
  await lit(page, "main_menu");
  await panel.getByRole("button", { name: "Silence" }).click();
  await panel.getByRole("button", { name: "Key 1", exact: true }).click();
  await lit(page, "sales");
  await panel.getByText("In the queue sales").waitFor();
  assert.deepEqual((await nodes(page, "flow-step-passed")).sort(), [
    "choose_language",
    "english",
    "main_menu",
    "sales",
    "transferring",
    "welcome",
  ]);
  assert.equal(await page.locator(".flow-edge-taken").count(), 5);
  await panel.getByText("13800138000").waitFor();
  await shot(page, "simulation");
  await refuseBarriers(page, "the simulator");

  await panel.getByRole("button", { name: "No agent" }).click();
  await lit(page, "leave_message");
  await panel.getByRole("button", { name: "Step back" }).click();
  await lit(page, "sales");
  await panel.getByRole("button", { name: "Save as test" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name of the test").fill(TEST);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Test saved").waitFor();
  await dialog.waitFor({ state: "hidden" });
}

/** What is kept is run against what is drawn, saved or not. */
async function require(page) {
  await page.getByRole("button", { name: "Tests", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "Tests" });
  await panel.getByText("1 of 1 passed").waitFor();
  const required = panel.getByRole("switch", { name: "Publishing requires passing tests" });
  await required.click();
  await page.locator("[role=switch][aria-checked=true]:not(.ant-switch-loading)").waitFor();
  await refuseBarriers(page, "the list of tests");
  return panel;
}

async function publish(page) {
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Publish" }).click();
}

/** Where the main menu's exit for a key leads, to be chosen anew. */
async function exitOf(page, key) {
  await page.getByTestId("step-main_menu").click();
  const settings = page.getByRole("complementary", { name: "Settings" });
  const exit = settings.locator(".flow-exit-row").filter({ hasText: new RegExp(`^${key}`) });
  return exit.getByRole("combobox");
}

async function choose(page, select, id) {
  await select.click();
  await select.fill(id);
  const options = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
  await options.getByTitle(id, { exact: true }).click();
}

await browse(async (page) => {
  await openDemo(page);
  await play(page);
  const tests = await require(page);

  await page.getByRole("button", { name: "Tests", exact: true }).click();
  await choose(page, await exitOf(page, "0"), "goodbye");
  await choose(page, await exitOf(page, "3"), "transferring");
  await choose(page, await exitOf(page, "1"), "read_numbers");
  await page.getByRole("region", { name: "Problems" }).getByText("No problems").waitFor();
  await page.getByRole("button", { name: "Tests", exact: true }).click();
  await tests.getByText("0 of 1 passed").waitFor();
  await tests.getByText("Expected: path").waitFor();
  await shot(page, "tests-failed");
  await publish(page);
  const refusal = page.getByRole("dialog").filter({ hasText: "Tests of the flow fail" });
  await refusal.getByText(TEST).waitFor();
  await shot(page, "tests-refused");
  await refusal.getByRole("button", { name: "OK" }).click();

  await page.getByRole("button", { name: "Tests", exact: true }).click();
  await choose(page, await exitOf(page, "1"), "transferring");
  await choose(page, await exitOf(page, "3"), "read_numbers");
  await page.getByRole("button", { name: "Tests", exact: true }).click();
  await tests.getByText("1 of 1 passed").waitFor();
  await publish(page);
  await page
    .getByText(/^(Version 2 is live|Nothing but places changed)/)
    .first()
    .waitFor();
  await tests.getByRole("button", { name: `Delete the test ${TEST}` }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Delete" }).click();
  await tests.getByText("No test yet.").waitFor();
});
console.log("the simulator works");
