import { expect, test } from "@playwright/test";
import { axe } from "./support/axe";

test("the sign-in page stands", async ({ page }) => {
  await page.goto("/signin");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await axe(page);
});
