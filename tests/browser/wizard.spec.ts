// The wizard as a person goes through it: it saves itself, goes on by itself, and stops what the pool does not have.
import { expect, test } from "@playwright/test";
import { axe } from "./support/axe";
import { figure, msp } from "./support/console";
import { signIn } from "./support/signin";

test.beforeEach(async ({ page }) => signIn(page, "partner_owner"));

test("f2_26 a draft saves itself while one types and is there after the tab was closed", async ({ page, context }) => {
  await page.goto(msp("/customers/new"));
  await page.locator("#name").pressSequentially("Closed Tab AS");
  await page.locator("#domain").pressSequentially("closed-tab.example");
  await expect(page.locator("#draft-saved")).toContainText("Saved");
  await expect(page).toHaveURL(/\/onboarding\/drf_/);
  await expect(page.locator("#preflight")).toContainText("Nobody has it yet");
  await page.locator("#reference").fill("R-1");
  await expect(page.locator("#draft-saved input[name=version]")).not.toHaveValue("1");
  await page.close();
  const again = await context.newPage();
  await again.goto(msp("/onboarding"));
  await again.getByRole("link", { name: "Closed Tab AS" }).click();
  await expect(again.locator("#domain")).toHaveValue("closed-tab.example");
  await expect(again.locator("#reference")).toHaveValue("R-1");
  await again.locator("[data-open=delete-draft]").click();
  await again.locator("#delete-draft button[type=submit]").click();
  await expect(again.locator("main")).not.toContainText("Closed Tab AS");
});

test("f2_19 from a name to a live customer: progress goes on without a click", async ({ page }) => {
  await page.goto(msp("/licenses"));
  const left = Number((await figure(page, "Available").innerText()).replace(/\D/g, ""));
  await page.goto(msp("/customers/new"));
  await page.locator("#name").fill("Thirty Minutes AB");
  await page.locator("#domain").fill("thirty-minutes.example");
  await page.getByRole("button", { name: "Create tenant" }).click();
  await expect(page).toHaveURL(/\/setup\/licenses$/, { timeout: 20_000 });
  // The pool answers while one types; more than there is does not leave the page.
  await page.locator("#seats").fill(String(left - 10));
  await expect(page.locator("#pool-impact .note.warn")).toBeVisible();
  await page.locator("#seats").fill(String(left + 1));
  await expect(page.locator("#pool-impact .note.bad")).toBeVisible();
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page).toHaveURL(/\/setup\/licenses$/);
  await axe(page);
  await page.locator("#seats").fill("20");
  await page.getByRole("button", { name: "Next" }).click();
  for (const step of ["people", "mail", "branding"]) {
    await expect(page).toHaveURL(new RegExp(`/setup/${step}$`));
    await page.getByRole("link", { name: /^(Next|Skip for now)$/ }).click();
  }
  await expect(page.locator("main")).toContainText("The delivery test was not passed");
  await page.getByRole("button", { name: "Launch customer" }).click();
  await expect(page).toHaveURL(/done=launched$/);
  await expect(page.locator("main")).toContainText("Thirty Minutes AB");
});
