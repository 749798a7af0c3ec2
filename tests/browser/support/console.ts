// Places of the console, by the demo's own ids.
import type { Locator, Page } from "@playwright/test";
import { credentials, staff, type Role } from "./signin";

/** The address of a page of the first partner. */
export function msp(below = "", role: Role = "partner_owner"): string {
  return `/msp/${staff(role).node_id}${below}`;
}

/** The id of one of the demo's customers. */
export function customer(name: string): string {
  const found = credentials().customers.find((c) => c.name === name);
  if (!found) throw new Error(`the demo has no ${name}`);
  return found.id;
}

/** The value of a key figure, by its label. */
export function figure(page: Page, label: string): Locator {
  return page.locator(".kpi").filter({ has: page.locator(".kpi-label", { hasText: new RegExp(label) }) }).locator(".kpi-value");
}

/** The rows of the customer list. */
export function rows(page: Page): Locator {
  return page.locator("#customers tbody tr[id^=cus_]");
}

/** The names in the customer list, in order. */
export async function names(page: Page): Promise<string[]> {
  return page.locator("#customers tbody tr[id^=cus_] .cell-text a").allTextContents();
}
