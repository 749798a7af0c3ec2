// What surrounds every page: language, theme, narrow screens, no JavaScript, no barriers.
import { expect, test, type Page } from "@playwright/test";
import { axe, barriers } from "./support/axe";
import { customer, figure, msp, rows } from "./support/console";
import { signIn, staff } from "./support/signin";

/** Every page of the console that needs no id of its own making. */
function pages(): string[] {
  const lulea = customer("Luleå Transport AB");
  return [
    msp(),
    msp("/customers"),
    msp("/customers?status=attention"),
    msp("/customers?q=nothing-like-this"),
    msp("/customers/new"),
    msp(`/customers/${lulea}`),
    msp(`/customers/${lulea}/edit`),
    msp(`/customers/${lulea}/members`),
    msp("/licenses"),
    msp("/licenses/orders"),
    msp(`/licenses/${lulea}`),
    msp("/alerts"),
    msp("/groups"),
    msp("/groups/new"),
    msp("/imports"),
    msp("/imports/new?kind=customers"),
    msp("/jobs"),
    msp("/staff"),
    msp("/audit"),
    msp("/settings"),
    msp("/settings/mail"),
    "/profile",
    "/search?q=lulea",
    "/nothing-here",
  ];
}

const OPEN = ["/signin", "/reset"];

test("no page has a barrier, in light or dark", async ({ page }) => {
  test.setTimeout(180_000);
  const found: string[] = [];
  for (const address of OPEN) {
    await page.goto(address);
    for (const barrier of await barriers(page)) found.push(`${address}: ${barrier}`);
  }
  await signIn(page, "partner_owner");
  for (const address of pages()) {
    await page.goto(address);
    for (const barrier of await barriers(page)) found.push(`${address}: ${barrier}`);
  }
  expect(found).toEqual([]);
});

test("the distributor's page has no barrier", async ({ page }) => {
  await signIn(page, "distributor_owner");
  await page.goto(`/distributors/${staff("distributor_owner").node_id}`);
  await axe(page);
});

test("no page scrolls sideways on a narrow screen", async ({ page }) => {
  test.setTimeout(90_000);
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, "partner_owner");
  const wide: string[] = [];
  for (const address of [...OPEN, ...pages()]) {
    await page.goto(address);
    const over = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) return "";
      const widest = [...document.querySelectorAll("main *, header *")].filter((e) => e.getBoundingClientRect().right > width + 1);
      return widest.slice(0, 3).map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)} px`).join("; ") || "something";
    });
    if (over) wide.push(`${address}: ${over}`);
  }
  expect(wide).toEqual([]);
});

test("no page breaks the content policy or logs an error", async ({ page }) => {
  test.setTimeout(90_000);
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 404/.test(message.text())) wrong.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error.message}`));
  await signIn(page, "partner_owner");
  for (const address of pages()) {
    await page.goto(address);
    await page.waitForLoadState("networkidle");
  }
  expect(wrong).toEqual([]);
});

test("every link of the console's pages leads somewhere", async ({ page }) => {
  test.setTimeout(90_000);
  await signIn(page, "partner_owner");
  const seen = new Set<string>();
  const dead: string[] = [];
  for (const address of pages().filter((a) => !a.includes("nothing"))) {
    await page.goto(address);
    const hrefs = await page.locator("a[href^='/']").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
    for (const href of hrefs) {
      // One of a kind is enough: ids and queries do not make another page.
      const kind = href.replace(/\?.*$/, "").replace(/[a-z]{3}_[0-9a-z]{26}/g, "ID");
      if (seen.has(kind)) continue;
      seen.add(kind);
      const status = await page.request.get(href).then((answer) => answer.status(), (error: Error) => error.message.split("\n")[0]);
      if (typeof status === "string" || status >= 400) dead.push(`${address} → ${href}: ${status}`);
    }
  }
  expect(dead).toEqual([]);
});

test("the console speaks German", async ({ page }) => {
  await signIn(page, "partner_owner");
  await page.goto("/profile");
  await page.locator("select[name=language]").selectOption("de");
  await page.locator("form[action='/profile/language'] button[type=submit]").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await page.goto(msp());
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(page.locator("main")).toContainText("8.420");
  await page.goto("/profile");
  await page.locator("select[name=language]").selectOption("en");
  await page.locator("form[action='/profile/language'] button[type=submit]").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});

test("the theme is chosen and stays", async ({ page }) => {
  await signIn(page, "partner_owner");
  await page.goto(msp());
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await choose(page, "dark");
  const dark = await background();
  await page.reload();
  expect(await background()).toBe(dark);
  await choose(page, "light");
  expect(await background()).not.toBe(dark);
});

async function choose(page: Page, theme: string): Promise<void> {
  await page.locator("tn-theme summary").click();
  await page.locator(`tn-theme [data-choose=${theme}]`).click();
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("f2_04 the whole way from the sign-in to the four customers", async ({ page }) => {
    const { email, password } = staff("partner_owner");
    await page.goto(msp());
    await expect(page).toHaveURL(/\/signin\?next=/);
    await page.locator("input[name=email]").fill(email);
    await page.locator("input[name=password]").fill(password);
    await page.locator("form[action^='/signin'] button[type=submit]").click();
    await expect(figure(page, "needing attention")).toHaveText("4");
    await page.locator("a.kpi", { hasText: "needing attention" }).click();
    await expect(rows(page)).toHaveCount(4);
    await page.locator("input[type=search][name=q]").first().fill("eklund");
    await page.locator("input[type=search][name=q]").first().press("Enter");
    await expect(rows(page)).toHaveCount(1);
    await page.locator("th a.sorter").first().click();
    await expect(page).toHaveURL(/sort=/);
    await page.locator(".person-menu").click();
    await page.locator("form[action='/sign-out'] button").click();
    await expect(page).toHaveURL(/\/signin/);
    await page.goto(msp());
    await expect(page).toHaveURL(/\/signin/);
  });
});

test("a wrong password tells nothing, and a signed-out cookie is worth nothing", async ({ page }) => {
  const { email } = staff("auditor");
  const told: string[] = [];
  for (const who of [email, "nobody@nowhere.example"]) {
    await page.goto("/signin");
    await page.locator("input[name=email]").fill(who);
    await page.locator("input[name=password]").fill("wrong-password");
    await page.locator("input[name=password]").press("Enter");
    await expect(page.locator("main")).toContainText(/./);
    told.push((await page.locator("main").innerText()).replace(who, ""));
  }
  expect(told[0]).toBe(told[1]);
  await signIn(page, "auditor");
  const cookies = await page.context().cookies();
  await page.locator(".person-menu").click();
  await page.locator("form[action='/sign-out'] button").click();
  await expect(page).toHaveURL(/\/signin/);
  await page.context().addCookies(cookies);
  await page.goto(msp());
  await expect(page).toHaveURL(/\/signin/);
});
