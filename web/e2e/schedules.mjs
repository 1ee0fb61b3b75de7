// Keeps a time scheme in Chromium and draws a flow that looks at it. Needs a running demo server.
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account of an administrator
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { strict as assert } from "node:assert";
import { browse, needed, refuseBarriers, shot } from "./browser.mjs";

const url = needed("TRUNKLINE_URL").replace(/\/$/, "");
const password = needed("TRUNKLINE_PASSWORD");
const email = needed("TRUNKLINE_EMAIL");

async function signIn(page) {
  await page.goto(`${url}/time-schemes`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Time schemes" }).waitFor();
}

/** A holiday that ends before it begins is refused at its place; mended, it is kept. */
async function keep(page) {
  await page.getByRole("button", { name: "Add a scheme" }).click();
  const form = page.getByRole("dialog", { name: "New time scheme" });
  await form.getByLabel("Name").first().fill("office");
  await form.getByRole("button", { name: "Add a holiday" }).click();
  const holidays = form.getByRole("group", { name: "Holidays" });
  await holidays.getByLabel("Name").fill("元旦");
  await holidays.getByLabel("From").fill("2027-01-01");
  await holidays.getByLabel("To").fill("2026-12-31");
  await form.getByRole("button", { name: "Save" }).click();
  await holidays.getByText("not before 2027-01-01").waitFor();
  await holidays.getByLabel("To").fill("2027-01-03");
  await form.getByRole("button", { name: "Add a working day" }).click();
  await form
    .getByRole("group", { name: "Extra working days" })
    .locator("input[type=date]")
    .fill("2026-12-27");
  await shot(page, "time-scheme-form");
  await refuseBarriers(page, "the form of a time scheme");
  await form.getByRole("button", { name: "Save" }).click();
  await form.waitFor({ state: "detached" });
  await page.getByRole("cell", { name: "Mon Tue Wed Thu Fri 09:00 – 18:00" }).waitFor();
  await shot(page, "time-schemes");
  await refuseBarriers(page, "the list of time schemes");
}

/** The nodes that ask have forms, and what they set is known to the others. */
async function draw(page) {
  await page.goto(`${url}/flows`);
  await page.getByRole("button", { name: "New flow" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("hours");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.getByTestId("step-welcome").waitFor();
  const palette = page.getByRole("navigation", { name: "Nodes to add" });
  const settings = page.getByRole("complementary", { name: "Settings" });
  const options = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");

  await palette.getByRole("button", { name: "Time scheme" }).click();
  await settings.getByRole("combobox", { name: "Time scheme" }).click();
  await options.getByTitle("office", { exact: true }).click();
  const exits = page.getByTestId("step-schedule");
  for (const name of ["Open", "Closed", "Holiday"]) {
    await exits.getByText(name, { exact: true }).waitFor();
  }
  await palette.getByRole("button", { name: "Other flow" }).click();
  await settings.getByRole("combobox", { name: "Flow", exact: true }).click();
  await options.getByTitle("echo-digits", { exact: true }).click();
  await palette.getByRole("button", { name: "Ask another system" }).click();
  await settings.getByRole("textbox", { name: "Address" }).fill("https://crm.example/${caller}");
  await settings.getByRole("button", { name: "Add: Taken from the answer" }).click();
  await settings.getByRole("textbox", { name: "Place in the answer" }).fill("/level");
  await settings.getByRole("textbox", { name: "Variable", exact: true }).fill("level");
  await settings.getByRole("textbox", { name: "Variable", exact: true }).press("Enter");
  await page.getByRole("button", { name: "Arrange" }).click();
  await page.getByRole("button", { name: "Fit to view" }).click();
  await shot(page, "flows-asking");
  await refuseBarriers(page, "the nodes that ask");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  const id = page.url().split("/").at(-1);
  const { document } = await page.evaluate(
    async (from) => (await fetch(from)).json(),
    `/api/v1/flows/${id}`,
  );
  const nodes = Object.values(document.nodes).map((node) => {
    delete node.position;
    return node;
  });
  assert.deepEqual(
    nodes.find(({ kind }) => kind === "schedule"),
    { kind: "schedule", scheme: "office" },
  );
  assert.deepEqual(
    nodes.find(({ kind }) => kind === "subflow"),
    { kind: "subflow", flow: "echo-digits" },
  );
  assert.deepEqual(
    nodes.find(({ kind }) => kind === "http"),
    {
      kind: "http",
      url: "https://crm.example/${caller}",
      take: [{ pointer: "/level", variable: "level" }],
    },
  );
}

/** A call is tried, in which the other system says what it is told to say. */
async function simulate(page) {
  await page.evaluate(async () => {
    const document = {
      name: "asks",
      language: "en-US",
      start: "find",
      nodes: {
        find: {
          kind: "http",
          url: "https://crm.example/",
          take: [{ pointer: "/code", variable: "code" }],
        },
        read: { kind: "hangup", items: [{ say: "digits", text: "${code}" }] },
        bye: { kind: "hangup" },
      },
      edges: [
        { from: "find", exit: "ok", to: "read" },
        { from: "find", exit: "default", to: "bye" },
      ],
    };
    const made = await fetch("/api/v1/flows", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ document }),
    });
    globalThis.made = (await made.json()).flow.id;
  });
  const id = await page.evaluate(() => globalThis.made);
  await page.goto(`${url}/flows/${id}`);
  await page.getByTestId("step-find").waitFor();
  await page.getByRole("button", { name: "Simulate" }).click();
  const panel = page.getByRole("complementary", { name: "Simulate" });
  const said = panel.getByRole("group", { name: "What is answered to “find”" });
  await said.getByLabel("Answer (JSON)").fill('{"code":');
  await said.getByText("This is not JSON.").waitFor();
  await said.getByLabel("Answer (JSON)").fill('{"code":"42"}');
  await refuseBarriers(page, "the answers of a simulated call");
  await panel.getByRole("button", { name: "Start the call" }).click();
  await panel.getByText("four two").waitFor();
  await shot(page, "simulation-asking");
}

await browse(async (page) => {
  await signIn(page);
  await keep(page);
  await draw(page);
  await simulate(page);
});
console.log("Scheme kept, nodes drawn.");
