// Looks at a rated call in Chromium, then reads a flow with a survey from a YAML file into the demo flow's draft,
// changes a score, walks a simulated caller through it and publishes it. Needs a running demo server whose newest
// call was rated with four stars.
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account of an administrator
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { Buffer } from "node:buffer";
import { browse, needed, refuseBarriers, shot, signIn } from "./browser.mjs";

const FLOW = `
name: anything                # the draft keeps its own name
language: en-US
start: sales
nodes:
  sales: { kind: queue, queue: sales }
  rate:
    kind: survey
    items: [{ clip: rate_service }]
    scores: { "1": 5, "2": 4, "3": 3 }
  thanks: { kind: hangup, items: [{ clip: thanks_for_rating }] }
edges:
  - { from: sales, exit: talked, to: rate }
  - { from: sales, exit: default, to: thanks }
  - { from: rate, exit: default, to: thanks }
`;

const url = needed("TRUNKLINE_URL").replace(/\/$/, "");

async function open(page) {
  await signIn(page, "/call-records");
  await page.getByRole("heading", { name: "Call records" }).waitFor();
}

/** The record says how it was rated, and when. */
async function seeRating(page) {
  const row = page.getByRole("row").filter({ has: page.getByRole("img", { name: "Yes" }) });
  await row.first().getByRole("button").first().click();
  await page.getByText("4 of 5 stars", { exact: true }).waitFor();
  await page.getByText("Rated 4 of 5 stars at the step rate").waitFor();
  await shot(page, "rated-call");
  await refuseBarriers(page, "the record of a rated call");
}

/** Chooses a file for the designer, as if from the disk. */
async function give(page, name, text) {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Import" }).click();
  const file = { name, mimeType: "application/yaml", buffer: Buffer.from(text) };
  await (await chooser).setFiles(file);
}

async function readFile(page) {
  await page.goto(`${url}/flows`);
  await page.getByRole("button", { name: "Open demo" }).click();
  await page.getByTestId("step-welcome").waitFor();
  await give(page, "broken.yaml", "name: f\nnodes: [\n  a: }\n");
  await page.getByText(/^Line 3 cannot be read/).waitFor();
  await give(page, "survey.yaml", FLOW);
  await page.getByTestId("step-rate").waitFor();
  await page.getByRole("region", { name: "Problems" }).getByText("No problems").waitFor();
}

/** The scores are a form, and the exit after the talk can be chosen. */
async function change(page) {
  await page.getByTestId("step-rate").click();
  const settings = page.getByRole("complementary", { name: "Settings" });
  await settings.getByRole("combobox", { name: "Value of 3" }).click();
  const options = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
  await options.getByTitle("1", { exact: true }).click();
  await settings.getByRole("button", { name: "Add: Keys and their scores" }).click();
  await settings.getByRole("combobox", { name: "Value of 4" }).waitFor();
  await shot(page, "survey");
  await refuseBarriers(page, "the settings of a survey");
  await settings.getByRole("button", { name: "Remove: 4" }).click();
  await page.getByTestId("step-sales").click();
  await settings.getByText("Other side hung up").waitFor();
}

async function simulate(page) {
  await page.getByRole("button", { name: "Simulate" }).click();
  const panel = page.getByRole("complementary", { name: "Simulate" });
  await panel.getByRole("button", { name: "Start the call" }).click();
  await panel.getByText("In the queue sales").waitFor();
  await panel.getByRole("button", { name: "Talked, other side hung up" }).click();
  await page.locator('.flow-step-lit[data-testid="step-rate"]').waitFor();
  await panel.getByRole("button", { name: "Key 3", exact: true }).click();
  await page.locator('.flow-step-passed[data-testid="step-thanks"]').waitFor();
  await panel.getByText("rating", { exact: true }).waitFor();
  await shot(page, "survey-simulated");
  await refuseBarriers(page, "a simulated survey");
}

await browse(async (page) => {
  await open(page);
  await seeRating(page);
  await readFile(page);
  await change(page);
  await simulate(page);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Publish" }).click();
  await page.getByText(/^Version 2 is live/).waitFor();
});
console.log("ratings work");
