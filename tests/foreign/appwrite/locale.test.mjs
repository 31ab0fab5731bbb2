// Countries, currencies and languages, as a form of an address or an invoice asks for them, in the caller's language.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client as WebClient, Locale as WebLocale } from "appwrite";
import { Client, Locale } from "node-appwrite";
import { stack } from "./stack.mjs";

const { endpoint, project } = stack.appwrite;
const web = new WebLocale(new WebClient().setEndpoint(endpoint).setProject(project));
const german = new Locale(new Client().setEndpoint(endpoint).setProject(project).setLocale("de"));
/** As an object like any other: the SDK's have no prototype. */
const found = (list, is) => ({ ...list.find(is) });

test("the world is named in the caller's language", async () => {
  const english = await web.listCountries();
  assert.equal(english.total, english.countries.length);
  assert.deepEqual(found(english.countries, ({ code }) => code === "DE"), { name: "Germany", code: "DE" });
  const names = (await german.listCountries()).countries.map(({ name }) => name);
  assert.equal(names.length, english.total);
  assert.ok(names.indexOf("Deutschland") < names.indexOf("Frankreich"));
  assert.equal((await german.listCountriesEU()).countries.length, 27);
  assert.deepEqual(found((await german.listContinents()).continents, ({ code }) => code === "NA"), { name: "Nordamerika", code: "NA" });
  assert.deepEqual(found((await german.listCountriesPhones()).phones, ({ countryCode }) => countryCode === "CH"), { code: "+41", countryCode: "CH", countryName: "Schweiz" });
});

test("money and languages have their own names and signs", async () => {
  const { currencies } = await web.listCurrencies();
  assert.deepEqual(found(currencies, ({ code }) => code === "CHF"), { symbol: "CHF", name: "Swiss Franc", symbolNative: "CHF", decimalDigits: 2, rounding: 0.05, code: "CHF", namePlural: "Swiss francs" });
  assert.equal(currencies.find(({ code }) => code === "JPY").decimalDigits, 0);
  assert.deepEqual(found((await web.listLanguages()).languages, ({ code }) => code === "de"), { name: "German", code: "de", nativeName: "Deutsch" });
  assert.ok((await web.listCodes()).localeCodes.some(({ code, name }) => code === "de" && name === "German"));
});

test("where nobody looks addresses up, nobody is anywhere", async () => {
  const { countryCode, eu, ip } = await web.get();
  assert.deepEqual([countryCode, eu], ["--", false]);
  assert.ok(ip.length > 0);
});
