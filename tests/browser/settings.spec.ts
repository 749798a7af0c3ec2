// What an owner sets: the logo, outgoing mail; and how far a keyboard gets.
import { expect, test, type Page } from "@playwright/test";
import { axe } from "./support/axe";
import { msp } from "./support/console";
import { signIn } from "./support/signin";

/** A PNG of one pixel. */
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

test.beforeEach(async ({ page }) => {
  await signIn(page, "partner_owner");
});

async function upload(page: Page, name: string, mimeType: string, buffer: Buffer): Promise<void> {
  await page.goto(msp("/settings"));
  await page.locator("input[type=file][name=file]").setInputFiles({ name, mimeType, buffer });
  await page.getByRole("button", { name: "Upload logo" }).click();
}

test("f0_28 an uploaded logo is the mark of the console, and an SVG is refused", async ({ page }) => {
  await upload(page, "logo.svg", "image/svg+xml", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"));
  await expect(page.locator("main")).toContainText("Save the logo as a PNG");
  await upload(page, "logo.png", "image/png", PIXEL);
  const mark = page.locator(".side-brand .logo img");
  await expect(mark).toHaveAttribute("src", /^\/brand\/msp_.*\.png$/);
  expect(await mark.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBe(1);
  await page.goto(msp("/settings"));
  await page.getByRole("button", { name: "Remove logo" }).click();
  await expect(page.locator(".side-brand .logo")).toHaveText("MM");
});

test("a test mail is sent and its steps are shown", async ({ page }) => {
  await page.goto(msp("/settings"));
  await page.getByRole("link", { name: "Outgoing mail" }).click();
  await page.getByRole("button", { name: "Send a test mail" }).click();
  await expect(page.locator("main")).toContainText("was written and kept here");
  await axe(page);
});

test("f0_03 members stand beside what is allowed, with their rule", async ({ page }) => {
  await page.goto(msp());
  const members = page.locator(".extent > li", { hasText: "Members" });
  await expect(members).toContainText("of 25,000 allowed");
  await members.locator("summary").click();
  await expect(members.locator(".why-sheet")).toContainText("whatever their status");
});

test("an explanation in the list stays inside its box", async ({ page }) => {
  await page.goto(msp("/customers"));
  await page.locator("#customers td .why summary").first().click();
  const sheet = page.locator("#customers td .why-sheet").first();
  await expect(sheet).toBeVisible();
  expect(await sheet.evaluate((box) => [...box.querySelectorAll("td, p")].filter((e) => e.getBoundingClientRect().right > box.getBoundingClientRect().right).length)).toBe(0);
});

test("the skip link is first and leads to the content", async ({ page }) => {
  await page.goto(msp("/customers"));
  await page.keyboard.press("Tab");
  const skip = page.locator("a.skip");
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
});

test("Tab goes on visibly, and Escape closes what is open and gives the focus back", async ({ page }) => {
  await page.goto(msp("/customers"));
  const hidden: string[] = [];
  for (let n = 0; n < 40; n++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return "";
      const style = getComputedStyle(at);
      const ring = parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none";
      const within = at.closest(".drop") !== null;
      return ring || within ? "" : `${at.tagName}.${at.className}`;
    });
    if (seen) hidden.push(seen);
  }
  expect(hidden).toEqual([]);
  const menu = page.locator("#customers td.act summary").first();
  await menu.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#customers td.act .sheet").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator("#customers td.act .sheet").first()).toBeHidden();
  await expect(menu).toBeFocused();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
});
