// Looks at what callers did in the demo flow in Chromium, then replays their calls through a changed draft.
// Needs a running demo server through which a call has gone that hung up in the choice of a language.
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account of an administrator
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { strict as assert } from "node:assert";
import { browse, openDemo, refuseBarriers, shot } from "./browser.mjs";

/** Each edge from the welcome on has its callers, each node says who hung up in it. */
async function count(page) {
  await page.getByRole("button", { name: "Counts" }).focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Counts" });
  await panel.getByText(/^Version 1, /).waitFor();
  const welcome = panel.getByTestId("counts-welcome");
  await welcome.getByText("1 entered").waitFor();
  const language = panel.getByTestId("counts-choose_language");
  await language.getByText("Hung up here").waitFor();
  await page.getByTestId("step-choose_language").getByText("1 in, 1 hung up").waitFor();
  assert.deepEqual(await page.locator(".react-flow__edge-text").allTextContents(), ["1"]);
  await language.getByRole("button", { name: "choose_language" }).click();
  await page.locator('.flow-step-selected[data-testid="step-choose_language"]').waitFor();
  await shot(page, "counts");
  await refuseBarriers(page, "the counts");

  await panel.getByLabel("Calls that began").press("ArrowDown");
  await page
    .locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)")
    .getByTitle("Days of my own")
    .click();
  await panel.getByLabel("First day").fill("2024-02-28");
  await panel.getByLabel("Last day").fill("2024-02-29");
  await panel.getByText("No caller was here on these days.").waitFor();
  await refuseBarriers(page, "the counts of chosen days");
}

/** The call takes the same way through the draft. */
async function replay(page) {
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "Replay" });
  await panel.getByRole("button", { name: "Replay the calls" }).click();
  await panel.getByText("1 calls: 1 take the same way, 0 another.").waitFor();
  await shot(page, "replay");
  await refuseBarriers(page, "the replay");
}

await browse(async (page) => {
  await openDemo(page);
  await count(page);
  await replay(page);
});
console.log("the counts work");
