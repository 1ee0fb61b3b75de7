// A supervisor listens to a call by the buttons of the console, whispers, stops, and reads of it in
// the call's record. Needs a running server with one call in progress. After each line that it
// prints, it goes on when a line comes in.
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account of a supervisor with a telephone
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { strict as assert } from "node:assert";
import { createInterface } from "node:readline";
import { browse, needed, refuseBarriers, shot } from "./browser.mjs";

const url = needed("TRUNKLINE_URL").replace(/\/$/, "");
const password = needed("TRUNKLINE_PASSWORD");
const email = needed("TRUNKLINE_EMAIL");
const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();

async function pause(reached) {
  console.log(reached);
  const { done } = await lines.next();
  assert.ok(!done, "nobody wants to hear the rest");
}

await browse(async (page) => {
  await page.goto(`${url}/calls`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const row = page.getByRole("row").filter({ hasText: "Talking" });
  const buttons = row.getByRole("group", { name: /^Supervise the call from / });
  await buttons.waitFor();
  await shot(page, "supervision-offered");
  await refuseBarriers(page, "the offer to supervise");
  await pause("offered");

  await buttons.getByRole("button", { name: "Listen" }).click();
  await page.getByText("Your phone is not registered.").waitFor();
  await shot(page, "supervision-refused");
  await pause("refused");

  await buttons.getByRole("button", { name: "Listen" }).click();
  await row.getByText("2001 listens").waitFor();
  await buttons.getByRole("button", { name: "Listen", pressed: true }).waitFor();
  await shot(page, "supervision-listens");
  await refuseBarriers(page, "supervision");
  await pause("listens");

  await buttons.getByRole("button", { name: "Whisper" }).click();
  await row.getByText("2001 whispers to the agent").waitFor();
  await shot(page, "supervision-whispers");
  await pause("whispers");

  await buttons.getByRole("button", { name: "Stop" }).click();
  await row.getByText("2001 whispers to the agent").waitFor({ state: "detached" });
  await pause("stopped");

  await page.goto(`${url}/call-records`);
  await page.locator(".ant-table-row").first().getByRole("button").first().click();
  const span = (text) =>
    page
      .locator(".event")
      .filter({ hasText: text })
      .getByText(/^\+\d+:\d\d–\d+:\d\d$/);
  await span("2001 listens").waitFor();
  await span("2001 whispers to the agent").waitFor();
  await page.getByText("2001 left: stopped").waitFor();
  await span("2001 listens").scrollIntoViewIfNeeded();
  await shot(page, "supervision-record");
  await refuseBarriers(page, "supervision in a record");
});
input.close();
