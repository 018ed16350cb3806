import { describe, expect, test } from "vitest";
import { checkPersonalData } from "../../../src/core/safety/personal-data.ts";
import { materialOf, verdictOf } from "./material.ts";

const repeated = (shown: string, said = shown) => verdictOf(checkPersonalData, materialOf(said, { shown }));

describe("a datum of the diff that the review repeats", () => {
  test.each([
    [
      "an address",
      'email: "wilhelmina.achterberg@noordkade.example"',
      "Is wilhelmina.achterberg@noordkade.example real?",
    ],
    ["an address in capitals", "Ngozi.Varga@delta-kliniek.nl", "remove ngozi.varga@delta-kliniek.nl"],
    ["an address behind a protocol", "mailto:ilse.quandt@seehof.ch", "ilse.quandt@seehof.ch"],
    ["an international number", 'call("+44 7700 900417")', "Do not dial +447700900417."],
    ["a number in another form", "tel: +49 30 23125 048", "030-23125048 is fixed here"],
    ["a national number behind its label", 'phone: "0151 4471 1429"', "0151/44711429"],
    ["an IBAN, spaced in another way", "NL56 XXXX 0417 1643 00", "NL56XXXX0417164300"],
  ])("fails it: %s", (_, shown, said) => {
    expect(repeated(shown, said)).toBe("fail");
    expect(repeated(shown, "This is personal data; take it out.")).toBe("pass");
    expect(verdictOf(checkPersonalData, materialOf(null, { shown }))).toBe("pass");
  });

  test("is not repeated once more by the evidence", () => {
    const shown = "ngozi.varga@delta-kliniek.nl";
    expect(checkPersonalData(materialOf(shown, { shown }))).toEqual({
      applies: true,
      evidence: "repeats an e-mail address of the diff: ngo…",
    });
  });
});

test.each([
  "user@example.com",
  "jane.doe@mail.com",
  "noreply@shop.de",
  "12345+someone@users.noreply.github.com",
  "alice@corp.example",
  "deploy@build.local",
  "sprite@2x.png",
  "git@github.com:org/repo.git",
  "postgres://ledger:pass@db.internal/x",
  "lodash@4.17.21",
  "+1 555 555 0142",
  "+49 123 456789",
  "x = y +1234567890123456789",
  "line 4155552671",
  "DE68 0000 0000 1234 5678 90",
  "GB2L AAAA BBBB CCCC",
  "0xFFEE001122334455",
])("%j is no personal datum", (shown) => {
  expect(repeated(shown)).toBe("none");
});
