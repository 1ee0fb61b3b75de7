// Drives the console in Chromium: signs in, opens a call record, plays its recording, switches
// the language, looks at every page. Needs a running server with at least one finished call that
// has a recording.
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account; admin@demo.example when not given
//   TRUNKLINE_AGENT     an account that takes calls; 1001@demo.example when not given
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { strict as assert } from "node:assert";
import { PATIENCE_MS, browse, needed, refuseBarriers, shot } from "./browser.mjs";

const url = needed("TRUNKLINE_URL").replace(/\/$/, "");
const password = needed("TRUNKLINE_PASSWORD");
const email = process.env.TRUNKLINE_EMAIL ?? "admin@demo.example";
const agent = process.env.TRUNKLINE_AGENT ?? "1001@demo.example";

async function signIn(page) {
  await page.goto(`${url}/call-records`);
  await page.getByLabel("E-mail address").waitFor();
  await shot(page, "sign-in");
  await refuseBarriers(page, "sign-in");

  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(`${password}-wrong`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The e-mail address or the password is wrong.").waitFor();

  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Call records" }).waitFor();
}

/** Opens the newest record that has a recording. */
async function openRecord(page) {
  const row = page
    .getByRole("row")
    .filter({ has: page.getByRole("img", { name: "Yes" }) })
    .first();
  await row.waitFor();
  await shot(page, "call-records");
  await refuseBarriers(page, "call records");
  await row.getByRole("button").first().click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  await page
    .getByText(/^Ended by /)
    .first()
    .waitFor();
}

async function playRecording(page) {
  const audio = page.locator("audio");
  const state = () =>
    audio.evaluate((player) => ({ position: player.currentTime, length: player.duration }));
  await page.waitForFunction(
    () => globalThis.document.querySelector("audio")?.readyState >= 1,
    undefined,
    { timeout: PATIENCE_MS },
  );
  const id = new URL(page.url()).searchParams.get("record");
  const detail = await page.evaluate(
    async (address) => (await fetch(address)).json(),
    `/api/v1/call-records/${id}`,
  );
  const { length } = await state();
  const expected = detail.recording_file.duration_ms / 1_000;
  assert.ok(Math.abs(length - expected) < 0.1, `length ${length} s, recorded ${expected} s`);

  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForFunction(
    () => globalThis.document.querySelector("audio").currentTime > 0.3,
    undefined,
    { timeout: PATIENCE_MS },
  );
  await shot(page, "call-record");
  await refuseBarriers(page, "call record");

  // Seeking far ahead makes the browser ask for a range of bytes.
  await audio.evaluate((player) => {
    player.currentTime = player.duration * 0.8;
  });
  await page.waitForFunction(
    () => {
      const player = globalThis.document.querySelector("audio");
      return !player.seeking && player.currentTime >= player.duration * 0.79;
    },
    undefined,
    { timeout: PATIENCE_MS },
  );
  return { length, expected };
}

/** Looks at the SIP messages of the call whose record is open, and downloads them. */
async function readLadder(page) {
  await page.getByRole("button", { name: "Show the SIP messages" }).click();
  const steps = page.getByRole("list", { name: "SIP messages of the call" });
  await steps
    .getByRole("button", { name: /INVITE/ })
    .first()
    .click();
  const text = await page.getByRole("region", { name: "Message" }).textContent();
  assert.match(text, /^INVITE sip:.*\r?\n(.*\r?\n)*Call-ID:/i);
  await steps.scrollIntoViewIfNeeded();
  await shot(page, "ladder");
  await refuseBarriers(page, "ladder");
  const address = await page.getByRole("link", { name: "Download pcap" }).getAttribute("href");
  const start = await page.evaluate(
    async (from) => [...new Uint8Array(await (await fetch(from)).arrayBuffer())].slice(0, 4),
    address,
  );
  assert.deepEqual(start, [0xd4, 0xc3, 0xb2, 0xa1], "a capture file in this byte order");
}

/** Makes a trunk, tries its rules, is told what is wrong with it, changes and removes it. */
async function keepTrunks(page) {
  await visit(page, "/trunks", "Trunks", "trunks");
  await page.getByRole("button", { name: "Add a trunk" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Name", { exact: true }).fill("carrier");
  await form.getByRole("combobox", { name: "Source addresses" }).fill("127.0.0.0/8");
  await form.getByRole("combobox", { name: "Source addresses" }).press("Enter");
  await form.getByRole("tab", { name: "Outbound" }).click();
  await form.getByRole("switch", { name: "Dial out over this trunk" }).click();
  await form.getByLabel("Host").fill("127.0.0.1");
  await form.getByLabel("Port", { exact: true }).fill("5099");
  await shot(page, "trunk-outbound");
  await refuseBarriers(page, "outbound settings of a trunk");
  await form.getByRole("tab", { name: "Numbers", exact: true }).click();
  await form.getByRole("button", { name: "Add a rule: Inbound: caller" }).click();
  await form.getByLabel("Begins with").fill("+86");
  await form.getByLabel("Strip").fill("3");
  await form.getByTestId("becomes-caller_in").getByText("13800138000").waitFor();
  await shot(page, "trunk-rules");
  await refuseBarriers(page, "number rules of a trunk");

  await form.getByRole("tab", { name: "Allowed numbers" }).click();
  await form.getByTestId("verdict").getByText("no beginning with + allows").waitFor();
  await form.getByRole("combobox", { name: "May be dialled" }).fill("+44");
  await form.getByRole("combobox", { name: "May be dialled" }).press("Enter");
  await form.getByTestId("verdict").getByText("may be dialled", { exact: true }).waitFor();
  await shot(page, "trunk-dialing");
  await refuseBarriers(page, "dial rules of a trunk");

  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("also belongs to the trunk local").waitFor();
  await shot(page, "trunk-ambiguous");
  await form.getByRole("combobox", { name: "Source addresses" }).press("Backspace");
  await form.getByRole("combobox", { name: "Source addresses" }).fill("192.0.2.0/24");
  await form.getByRole("combobox", { name: "Source addresses" }).press("Enter");
  await refuseBarriers(page, "inbound settings of a trunk");
  await form.getByRole("button", { name: "Save" }).click();
  await form.waitFor({ state: "hidden" });
  const row = page.getByRole("row").filter({ hasText: "192.0.2.0/24" });
  await row.waitFor();

  await row.getByRole("button", { name: "Edit carrier" }).click();
  await form.getByRole("switch", { name: "Enabled" }).click();
  await form.getByRole("button", { name: "Save" }).click();
  await row.getByText("Disabled").waitFor();
  await shot(page, "trunks-changed");
  await row.getByRole("button", { name: "Delete carrier" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Delete" }).click();
  await row.waitFor({ state: "detached" });
}

/** Makes a number, is told that it is there, moves it to a queue and removes it. */
async function keepNumbers(page) {
  await visit(page, "/trunk-numbers", "Trunk numbers", "trunk-numbers");
  await page.getByRole("button", { name: "Add a number" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Number", { exact: true }).fill("4008110510");
  await choose(page, form.getByRole("combobox", { name: "Trunk" }), "local");
  await choose(page, form.getByRole("combobox", { name: "Flow" }), "demo");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("This name is already taken.").waitFor();
  await shot(page, "trunk-number");
  await refuseBarriers(page, "settings of a number");
  await form.getByLabel("Number", { exact: true }).fill("4008110599");
  await form.getByRole("button", { name: "Save" }).click();
  await form.waitFor({ state: "hidden" });
  const row = page.getByRole("row").filter({ hasText: "4008110599" });
  await row.getByText("demo").waitFor();

  await row.getByRole("button", { name: "Edit 4008110599" }).click();
  await form.getByRole("radio", { name: "Queue" }).click();
  await choose(page, form.getByRole("combobox", { name: "Queue" }), "sales");
  await form.getByRole("switch", { name: "Recorded" }).click();
  await form.getByRole("button", { name: "Save" }).click();
  await row.getByText("sales").waitFor();
  await row.getByRole("button", { name: "Delete 4008110599" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Delete" }).click();
  await row.waitFor({ state: "detached" });
}

/** Finds what was done before in the log, line by line and page by page. */
async function readAuditLog(page) {
  await visit(page, "/audit-log", "Audit log", "audit-log");
  const row = page.getByRole("row").filter({ hasText: "Number changed" }).first();
  await row.getByText("4008110599").waitFor();
  await row.getByRole("button", { name: "Expand row" }).click();
  await page.locator(".audit-changes ins").getByText("sales", { exact: true }).waitFor();
  await page.locator(".audit-changes del").getByText("demo", { exact: true }).waitFor();
  await shot(page, "audit-log-changes");
  await refuseBarriers(page, "changes in the audit log");
  await page.getByRole("button", { name: "Next page" }).isDisabled();
  const looked = page.getByRole("row").filter({ hasText: "Signalling looked at" }).first();
  await looked.getByRole("link").click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  await page.goBack();
  await looked.waitFor();
}

/** Chooses an option of a list by its text. */
async function choose(page, list, text) {
  await list.click();
  const options = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
  await options.getByTitle(text, { exact: true }).click();
}

async function chooseLanguage(page, from, to) {
  await page.getByRole("combobox", { name: from }).click();
  await page.locator(".ant-select-item-option").filter({ hasText: to }).click();
}

async function switchLanguage(page) {
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await chooseLanguage(page, "Language", "中文");
  await page.getByRole("heading", { name: "通话记录" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "通话记录" }).waitFor();
  assert.equal(await page.evaluate(() => globalThis.document.documentElement.lang), "zh-CN");
  await shot(page, "call-records-zh");
  await refuseBarriers(page, "call records in Chinese");
}

async function visit(page, address, heading, name) {
  await page.goto(`${url}${address}`);
  await page.getByRole("heading", { name: heading }).waitFor();
  await page.waitForLoadState("load");
  await page.locator(".ant-table-row, .ant-empty").first().waitFor();
  await shot(page, name);
  await refuseBarriers(page, name);
}

/** Signs out and in again as an agent, who sees their own state on every page. */
async function becomeAgent(page) {
  await page.getByTestId("person").click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByLabel("E-mail address").fill(agent);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("region", { name: "My status" }).waitFor();
  await page.getByRole("button", { name: "Appearance: Light" }).click();
  await visit(page, "/agents", "Agents", "agent-own");
}

async function walk(page) {
  await signIn(page);
  await openRecord(page);
  const played = await playRecording(page);
  await readLadder(page);
  await switchLanguage(page);
  await visit(page, "/calls", "实时通话", "calls-zh");
  await visit(page, "/agents", "座席", "agents-zh");
  await chooseLanguage(page, "语言", "English");
  await keepTrunks(page);
  await keepNumbers(page);
  await readAuditLog(page);
  await page.getByRole("button", { name: "Appearance: Dark" }).click();
  await visit(page, "/calls", "Live calls", "calls-dark");
  await visit(page, "/agents", "Agents", "agents-dark");
  await visit(page, "/trunks", "Trunks", "trunks-dark");
  await becomeAgent(page);
  return played;
}

const { length } = await browse(walk);
console.log(`the console works; a recording of ${length.toFixed(2)} s was played`);
