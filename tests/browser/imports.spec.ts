// A member list comes in: seen first, then brought in, then taken back.
import { expect, test } from "@playwright/test";
import { customer, msp } from "./support/console";
import { signIn } from "./support/signin";

const FILE = ["E-Mail;Name;Department", "import.one@ltransport.se;Åsa Öberg;Depot", "import.two@ltransport.se;Bo Berg;Depot", "not-an-address;Nobody;Depot"].join("\r\n");

test("members come from a CSV file, with a preview, live progress and one undo", async ({ page }) => {
  test.setTimeout(60_000);
  await signIn(page, "partner_owner");
  const list = msp(`/customers/${customer("Luleå Transport AB")}/members`);
  await page.goto(list);
  await page.locator("main").getByRole("link", { name: /import/i }).first().click();
  await page.locator("input[type=file]").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(FILE, "utf8") });
  await page.getByRole("button", { name: "Upload and check" }).click();
  // The preview names each row, and why one cannot come in.
  await expect(page.locator("main")).toContainText("people.csv");
  await expect(page.locator("main")).toContainText("import.one@ltransport.se");
  const refused = page.getByRole("row").filter({ hasText: "Refused" });
  await expect(refused).toContainText("E-mail: The value cannot be read.");
  await page.getByLabel("Bring in the good rows only").check();
  await page.getByRole("button", { name: "Start import" }).click();
  await expect(page.locator("main")).toContainText("Done", { timeout: 20_000 });
  await page.goto(`${list}?q=import.one`);
  await expect(page.locator("main")).toContainText("Åsa Öberg");
  await page.goto(msp("/imports"));
  await page.getByRole("link", { name: "people.csv" }).first().click();
  await page.getByRole("button", { name: /undo/i }).first().click();
  const sure = page.getByRole("dialog").getByRole("button", { name: /undo/i });
  if (await sure.isVisible()) await sure.click();
  await expect(page.locator("main")).toContainText("Undone", { timeout: 20_000 });
  await page.goto(`${list}?q=import.one`);
  await expect(page.locator("main")).not.toContainText("Åsa Öberg");
});
