// The licence pool, to the digit of the document it comes from.
import { expect, test } from "@playwright/test";
import { figure, msp } from "./support/console";
import { signIn } from "./support/signin";

/** Customer, tier, allocated, active, share, status: as printed. */
const PRINTED = [
  ["Helsingborg Medical Group", "Enterprise", "400", "340", "85%", "OK"],
  ["Finnmark Shipping Oy", "Enterprise", "250", "210", "84%", "OK"],
  ["Polar Energi AS", "Pro", "150", "0", "0%", "No users"],
  ["KopparTech Solutions", "Pro", "150", "120", "80%", "OK"],
  ["Eklund Bygg AB", "Pro", "100", "85", "85%", "Sync failed"],
  ["Luleå Transport AB", "Pro", "80", "75", "94%", "Near limit"],
  ["Nordhavn Consulting", "Starter", "60", "58", "97%", "At limit"],
  ["Vestland Accounting", "Starter", "50", "42", "84%", "OK"],
];

test.beforeEach(async ({ page }) => {
  await signIn(page, "partner_owner");
  await page.goto(msp("/licenses"));
});

test("f2_27 the cards add up", async ({ page }) => {
  for (const [label, value, note] of [
    ["Total pool", "10,000", ""],
    ["Allocated", "8,420", "84.2%"],
    ["Active users", "7,834", "93% of allocated"],
    ["Available", "1,580", ""],
    ["Over-allocated", "0", "No overages"],
  ]) {
    await expect(figure(page, label)).toContainText(value);
    await expect(page.locator(".kpi", { hasText: label }).first()).toContainText(note);
  }
});

test("f2_29 the bar shows what is used of what is allocated", async ({ page }) => {
  const card = page.locator(".card", { hasText: "Pool utilization" });
  await expect(card).toContainText("84.2% allocated");
  await expect(card).toContainText("7,834 active of 8,420 allocated");
  const wide = async (layer: string) => Number(await card.locator(`rect.${layer}`).getAttribute("width"));
  expect(await wide("layer-back")).toBeCloseTo(84.2, 1);
  expect(await wide("layer-front")).toBeCloseTo(78.34, 1);
});

test("f2_30 every customer stands with its share and its status, largest first", async ({ page }) => {
  const seen = new Map<string, string[]>();
  const seats: number[] = [];
  await page.goto(msp("/licenses?per=100"));
  for (const row of await page.locator("#allocations tbody tr[id^=cus_]").all()) {
    const cells = (await row.locator("td, th").allInnerTexts()).map((text) => text.trim());
    seats.push(Number(cells.find((text) => /^[\d,]+$/.test(text))!.replaceAll(",", "")));
    const printed = PRINTED.find(([name]) => cells.some((text) => text.includes(name)));
    if (printed) seen.set(printed[0], cells);
  }
  expect(seats).toEqual([...seats].sort((a, b) => b - a));
  expect(seats.reduce((sum, n) => sum + n, 0)).toBe(8420);
  for (const [name, ...wanted] of PRINTED) {
    const cells = seen.get(name) ?? [];
    for (const text of wanted) expect(cells, name).toContainEqual(expect.stringContaining(text));
  }
});
