// Every page of the running demo, in both themes: support/pages.json lists them, and a guard in Rust holds the list to the routes.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { barriers } from "./support/axe";
import { customer } from "./support/console";
import { signIn, staff, type Role } from "./support/signin";

const PAGES = JSON.parse(readFileSync(path.join(import.meta.dirname, "support/pages.json"), "utf8"));

type Ids = Record<string, string>;

/** What the placeholders of the list stand for, made through the API where the demo has none. */
async function ids(page: Page): Promise<Ids> {
  const owner = staff("partner_owner");
  const msp = owner.node_id;
  const send = async (path: string, data: unknown, kind = "application/json", token = owner.api_token) => {
    const answer = await page.request.post(path, {
      headers: { authorization: `Bearer ${token}`, "content-type": kind, "idempotency-key": crypto.randomUUID() },
      data: typeof data === "string" ? data : JSON.stringify(data),
    });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
    return answer.json();
  };
  const post = (below: string, data: unknown, kind?: string) => send(`/v1/msp/${msp}/${below}`, data, kind);
  const mark = crypto.randomUUID().slice(0, 8);
  const invited = `invited-${mark}@barriers.example`;
  const draft = await post("drafts", { answers: { name: `Barriers ${mark}` } });
  const group = await post("groups", { name: `Barriers ${mark}` });
  const upload = await post("customers/import", "name,max_mau\nBarriers,10\n", "text/csv");
  const person = await post("staff", { email: invited, name: "Invited", role: "auditor" });
  // People of a file that is only looked at, an agent and a rule: the demo's customers have none.
  const tenant = customer("Luleå Transport AB");
  const source = await post(`customers/${tenant}/sources`, { name: `Barriers ${mark}`, settings: { kind: "upload" } });
  const people = `id,email,name\n1,${mark}@barriers.example,Ann Berg\n2,bo-${mark}@barriers.example,Bo Ek\n`;
  const run = await post(`customers/${tenant}/sources/${source.id}/runs?preview=true`, people, "text/csv");
  const token = await send(`/v1/tenants/${tenant}/agent-tokens`, { name: `Barriers ${mark}` });
  await send("/v1/agents/enrol", { name: `LAPTOP-${mark}`, machine_id: mark }, "application/json", token.secret);
  await send(`/v1/tenants/${tenant}/status-rules`, { name: `Barriers ${mark}`, when: { idle_days: 3_000 }, then: "inactive" });
  await page.goto("/reset");
  await page.locator("input[name=email]").fill(staff("auditor").email);
  await page.locator("input[name=email]").press("Enter");
  const stranger = `stranger-${mark}@barriers.example`;
  await page.goto("/signup");
  await page.locator("input[name=name]").fill(`Stranger ${mark}`);
  await page.locator("input[name=email]").fill(stranger);
  await page.locator("input[name=email]").press("Enter");
  const proof = await link(page, stranger, "/signup/");
  const invite = await link(page, invited, "/invite/");
  const reset = await link(page, staff("auditor").email, "/reset/");
  return {
    msp,
    customer: tenant,
    source: source.id,
    run: run.id,
    setup: customer("Polar Energi AS"),
    draft: draft.id,
    group: group.id,
    plan: "standard",
    sku: "SEATS-100-Y",
    article: "licences",
    import: upload.import_id ?? upload.id,
    staff: person.id,
    distributor: staff("distributor_owner").node_id,
    invite: invite.token,
    reset: reset.token,
    proof: proof.token.split("/")[1],
    letter: reset.letter,
  };
}

/** The token of a link that was mailed to somebody, and the letter it came in. */
async function link(page: Page, to: string, front: string): Promise<{ token: string; letter: string }> {
  let found: { token: string; letter: string } | undefined;
  await expect
    .poll(async () => {
      const { items } = await (await page.request.get("/dev/mail", { headers: { accept: "application/json" } })).json();
      for (const letter of items.filter((l: { to: unknown }) => JSON.stringify(l.to).includes(to))) {
        const href = letter.links.find((l: string) => l.includes(front));
        if (href) found = { token: href.split(front)[1], letter: String(letter.id) };
      }
      return found !== undefined;
    })
    .toBe(true);
  return found!;
}

const filled = (address: string, of: Ids) => address.replace(/\{(\w+)\}/g, (_, name) => of[name] ?? `no-${name}`);

test("no page of the demo has a barrier, in light or dark", async ({ page, browser }) => {
  test.setTimeout(600_000);
  const of = await ids(page);
  const found: string[] = [];
  for (const role of ["nobody", "partner_owner", "distributor_owner"]) {
    const context = await browser.newContext();
    const tab = await context.newPage();
    if (role !== "nobody") await signIn(tab, role as Role);
    for (const address of PAGES[role] as string[]) {
      const answer = await tab.goto(filled(address, of));
      const wanted = address === "/nothing-here" ? 404 : 200;
      if (answer?.status() !== wanted) found.push(`${address}: answers ${answer?.status()}`);
      // The gallery draws each part once per theme, so that its landmarks are there twice.
      const twice = (barrier: string) => address === "/ui/gallery" && barrier.includes(": landmark-unique:");
      for (const barrier of await barriers(tab)) if (!twice(barrier)) found.push(`${address}: ${barrier}`);
    }
    await context.close();
  }
  expect(found).toEqual([]);
});
