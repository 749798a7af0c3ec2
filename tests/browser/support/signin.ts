// Who the demo lets in: credentials.json in its data folder.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, type Page } from "@playwright/test";

export type Role =
  | "distributor_owner"
  | "partner_owner"
  | "standard_admin"
  | "technician"
  | "auditor"
  | "second_partner_owner"
  | "customer_admin";

export interface Staff {
  role: Role;
  email: string;
  password: string;
  api_token: string;
  node_id: string;
}

export interface Credentials {
  base_url: string;
  tracking_url: string | null;
  regions: string[];
  staff: Staff[];
  customers: { id: string; name: string; domain: string; scim_token: string | null }[];
}

/** The file is complete before /readyz answers, so a journey may read it at once. */
export function credentials(): Credentials {
  const folder = process.env.TENANTRY_BROWSER_DATA ?? "data";
  return JSON.parse(readFileSync(path.join(folder, "credentials.json"), "utf8"));
}

export function staff(role: Role): Staff {
  const found = credentials().staff.find((person) => person.role === role);
  if (!found) throw new Error(`the demo has no ${role}`);
  return found;
}

/** Signs in through the form, as a person does. */
export async function signIn(page: Page, role: Role): Promise<void> {
  const { email, password } = staff(role);
  await page.goto("/signin");
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('input[name="password"]').press("Enter");
  await expect(page).not.toHaveURL(/\/signin/);
}
