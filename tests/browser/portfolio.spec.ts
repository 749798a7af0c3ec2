// A technician's morning: the numbers, what needs attention, and where it comes from.
import { expect, test } from "@playwright/test";
import { customer, figure, msp, names, rows } from "./support/console";
import { signIn } from "./support/signin";

const ATTENTION = ["Eklund Bygg AB", "Finnmark Shipping Oy", "Malmö Retail Group", "Polar Dental Group"];

test.beforeEach(async ({ page }) => {
  await signIn(page, "partner_owner");
});

test("f2_01 the dashboard shows the active customers and what changed", async ({ page }) => {
  await page.goto(msp());
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Portfolio overview");
  await expect(figure(page, "Active customers")).toHaveText("45");
  await expect(page.locator(".kpi", { hasText: "Active customers" })).toContainText("+3");
});

test("f2_02 seats stand beside their pool", async ({ page }) => {
  await page.goto(msp());
  await expect(figure(page, "Total licensed seats")).toHaveText("8,420");
  await expect(page.locator(".kpi", { hasText: "Total licensed seats" })).toContainText("of 10,000 pool");
  await page.locator("a.kpi", { hasText: "Total licensed seats" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Licence pool");
  await expect(figure(page, "Allocated")).toContainText("8,420");
  await expect(figure(page, "Available")).toHaveText("1,580");
  await expect(figure(page, "Active users")).toContainText("7,834");
});

test("f2_03 the pass rate has its change and its evidence", async ({ page }) => {
  await page.goto(msp());
  await expect(figure(page, "pass rate")).toHaveText(/^78(\.0)?\s?%$/);
  const box = page.locator(".kpi-box", { hasText: "pass rate" });
  await expect(box).toContainText("2.1");
  await box.locator("details.why summary").click();
  const sheet = box.locator(".why-sheet");
  await expect(sheet).toBeVisible();
  await expect(sheet.getByRole("row").first()).toBeVisible();
  await expect(sheet).toContainText("As of");
});

test("f2_04 the attention figure leads to exactly its customers", async ({ page }) => {
  await page.goto(msp());
  await expect(figure(page, "needing attention")).toHaveText("4");
  await page.locator("a.kpi", { hasText: "needing attention" }).click();
  await expect(page).toHaveURL(/status=attention/);
  await expect(rows(page)).toHaveCount(4);
  expect(await names(page)).toHaveLength(4);
});

test("f2_05 the list can be filtered, searched and sorted", async ({ page }) => {
  await page.goto(msp());
  await page.locator(".segment", { hasText: "Needs attention" }).click();
  await expect(page).toHaveURL(/status=attention/);
  await expect(rows(page)).toHaveCount(4);
  await page.goto(msp("/customers"));
  await page.getByRole("searchbox").fill("lulea");
  await page.getByRole("searchbox").press("Enter");
  await expect(rows(page)).toHaveCount(1);
  expect(await names(page)).toEqual(["Luleå Transport AB"]);
  await page.goto(msp("/customers?sort=name"));
  const rising = await names(page);
  await page.goto(msp("/customers?sort=-name"));
  const falling = await names(page);
  expect(rising[0]).not.toEqual(falling[0]);
  expect(rising).not.toContain(falling[0]);
});

test("f2_06 issues come first", async ({ page }) => {
  await page.goto(msp());
  const badges = await page.locator("#customers tbody td[data-label=Status] .badge").allTextContents();
  expect(badges.slice(0, 5)).toEqual(["Sync Failed", "Email Unverified", "Low Engagement", "Setup Incomplete", "Active"]);
});

test("f2_08 a customer that was never tested has no rate", async ({ page }) => {
  await page.goto(msp("/customers?q=eklund"));
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).locator("td[data-label='Last campaign']")).toContainText("Never");
  await expect(rows(page).locator("td[data-label='Pass rate']")).not.toContainText("0%");
});

test("f2_09 an age in words has its date", async ({ page }) => {
  await page.goto(msp("/customers?q=lulea"));
  const age = rows(page).locator("td[data-label='Last campaign'] time");
  await expect(age).toContainText("ago");
  await expect(age).toHaveAttribute("datetime", /^20\d\d-\d\d-\d\d/);
});

test("f2_10 pages count what the filter leaves", async ({ page }) => {
  await page.goto(msp("/customers"));
  await expect(page.locator(".pager").first()).toContainText("of 45 customers");
  await page.getByRole("link", { name: "Next page" }).first().click();
  await expect(page).toHaveURL(/page=2/);
  await expect(rows(page)).toHaveCount(20);
  await page.goto(msp("/customers?status=attention"));
  await expect(page.locator(".pager").first()).toContainText("of 4");
});

test("f2_11 health is a word as well as a colour", async ({ page }) => {
  await page.goto(msp());
  const dots = page.locator("#customers tbody td[data-label=Health] .dot");
  for (const word of await dots.allTextContents()) expect(word.trim().length).toBeGreaterThan(2);
  await expect(dots.first()).toHaveText("Critical");
});

test("a customer opens, with every fact on its page", async ({ page }) => {
  await page.goto(msp("/customers?q=lulea"));
  await rows(page).locator(".cell-text a").click();
  await expect(page).toHaveURL(new RegExp(customer("Luleå Transport AB")));
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Luleå Transport AB");
  await expect(page.locator("main")).toContainText("ltransport.se");
});

test("chosen customers are previewed before anything changes", async ({ page }) => {
  await page.goto(msp("/customers?status=attention"));
  await rows(page).nth(0).getByRole("checkbox").check();
  await rows(page).nth(1).getByRole("checkbox").check();
  const bar = page.locator("#bulk");
  await expect(bar).toBeVisible();
  await expect(bar).toContainText("2 selected");
  await bar.locator("select[name=what]").selectOption("tier:enterprise");
  await bar.getByRole("button", { name: "Preview" }).click();
  await expect(page.locator("main")).toContainText("Eklund Bygg AB");
  await expect(page.locator("main")).toContainText("Enterprise");
  await page.goto(msp("/customers?q=eklund"));
  await expect(rows(page).locator("td[data-label=Tier]")).toHaveText("Pro");
});

test("the four are the seed's", async ({ page }) => {
  await page.goto(msp("/customers?status=attention"));
  const found = await names(page);
  expect(found).toHaveLength(4);
  expect(found).toContain(ATTENTION[0]);
  expect(found).toContain(ATTENTION[1]);
});

test("Ctrl K finds a customer and goes there", async ({ page }) => {
  await page.goto(msp());
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await dialog.locator("input").fill("lulea");
  await expect(dialog.getByRole("option").first()).toContainText("Luleå Transport AB");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(customer("Luleå Transport AB")));
});

test("the technician sees the two assigned customers and no others", async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, "technician");
  await page.goto(msp("/customers", "technician"));
  await expect(rows(page)).toHaveCount(2);
  await page.goto(msp("/staff", "technician"));
  await expect(page.locator("h1")).toContainText(/does not allow|not allowed/i);
  await context.close();
});
