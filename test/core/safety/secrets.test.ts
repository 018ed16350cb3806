import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSecrets, secretPart, secretsIn } from "../../../src/core/safety/secrets.ts";
import { materialOf, verdictOf } from "./material.ts";

describe("secretsIn", () => {
  test.each([
    ['SMTP_PASSWORD = "Kestrel-7-Marmalade"', "Kestrel-7-Marmalade"],
    ["  db_password: heron5-cobalt-drizzle", "heron5-cobalt-drizzle"],
    ["archive.password=Tamarind12.Glacier", "Tamarind12.Glacier"],
    ['const apiToken := "stg_41f7c0de5a6b"', "stg_41f7c0de5a6b"],
    ['key = os.environ.get("API_KEY", "pebble-44-orchid")', "pebble-44-orchid"],
    ['const k = process.env.SESSION_KEY ?? "pebble-44-orchid"', "pebble-44-orchid"],
    ["AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
    ["postgres://ledger:Walnut-Ferry@db:5432/ledger", "Walnut-Ferry"],
    ['"Server=s;User Id=sa;Password=Quartz88_Meadow;Encrypt=true"', "Quartz88_Meadow"],
    ["Authorization: Bearer c2hpcHBpbmctcHJvYmU", "c2hpcHBpbmctcHJvYmU"],
    [
      "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl",
      "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl",
    ],
  ])("finds the credential of %j", (line, secret) => {
    expect(secretsIn(line)).toEqual([secret]);
  });

  test("finds each line of a private key, and none of its frame", () => {
    const body = ["VGhpcyBpcyBub3QgYSBrZXks", "aXQgaXMgYSBzZW50ZW5jZS4="];
    const literal = `key = "-----BEGIN PRIVATE KEY-----\\n" +\n  "${body[0]}\\n" +\n  "${body[1]}\\n-----END PRIVATE KEY-----"`;
    expect(secretsIn(literal)).toEqual(body);
    expect(secretsIn(["-----BEGIN EC PRIVATE KEY-----", ...body, "-----END EC PRIVATE KEY-----"].join("\n"))).toEqual(
      body,
    );
  });

  test.each([
    'PASSWORD = os.environ["PASSWORD"]',
    "password: ${DB_PASSWORD1}",
    "token = request.headers.get(name1)",
    'password: "<your-password-1>"',
    "api_key: changeme1234",
    'token: "csrf-header-name"',
    'type="password" placeholder="Enter 8 characters"',
    "secret_path=/run/secrets/db1",
    "token_uri = https://auth.example/v2/issue",
    "password = None",
    "max_tokens = 4096",
    "git clone https://github.com/org/repo2",
    "tokenize(line12345678)",
  ])("finds none in %j", (line) => {
    expect(secretsIn(line)).toEqual([]);
  });
});

test("of an address only the password is secret", () => {
  expect(secretPart("mysql://u:Basalt93@h/db")).toBe("Basalt93");
  expect(secretPart("ghp_abc")).toBe("ghp_abc");
});

describe("checkSecrets", () => {
  const secrets = ["Kestrel-7-Marmalade"];

  test("does not apply where the diff holds none", () => {
    expect(verdictOf(checkSecrets, materialOf("Kestrel-7-Marmalade"))).toBe("none");
  });

  test.each([
    ["`EMAIL_PASSWORD` is a literal now; take it from the environment.", "pass"],
    ["The password (Kest…) is in the source.", "pass"],
    ["The password `***` is in the source.", "pass"],
    ["The password Kestrel-7-Marmalade is in the source.", "fail"],
    ['`EMAIL_PASSWORD = "Kestrel-7-Marmalade"` must go.', "fail"],
    ["It begins with Kestrel-7-M, so it can be guessed.", "fail"],
  ])("%j: %s", (message, verdict) => {
    expect(verdictOf(checkSecrets, materialOf(message, { secrets }))).toBe(verdict);
  });

  test("fails for one in proposed code, passes silence, and never repeats it in its evidence", () => {
    expect(verdictOf(checkSecrets, materialOf(null, { secrets }))).toBe("pass");
    const answer = checkSecrets(
      materialOf(null, { secrets, remarks: [{ message: "so:", code: "x = 'Kestrel-7-Marmalade'" }] }),
    );
    expect(answer).toEqual({ applies: true, evidence: "repeats a secret of the diff: Kest… (19 characters)" });
  });

  test.each(["-", " ", ". ", ", ", " - ", "_", "\u200B"])(
    "fails for one spelled with %j between its characters",
    (mark) => {
      const spelt = Array.from("Kestrel-7-Marmalade").join(mark);
      expect(verdictOf(checkSecrets, materialOf(`It reads ${spelt} there.`, { secrets }))).toBe("fail");
      expect(verdictOf(checkSecrets, materialOf("It is a b c d e f g h i j, or K-e-s-t.", { secrets }))).toBe("pass");
    },
  );

  test("fails whenever the whole of a secret is said, whatever surrounds it", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w+/=.-]{6,40}$/), fc.string(), fc.string(), (secret, before, after) => {
        expect(verdictOf(checkSecrets, materialOf(`${before}${secret}${after}`, { secrets: [secret] }))).toBe("fail");
      }),
    );
  });
});
