import { describe, expect, it } from "vitest";
import { nameReviewers } from "../../../src/reporters/html/names.ts";

const at = (model: string, address = "127.0.0.1:8123/v1") => `openai:${model}@http://${address}`;

describe("the short names of reviewers", () => {
  it("take kind and address off a model that is served somewhere", () => {
    expect(nameReviewers([at("my-reviewer")]).get(at("my-reviewer"))).toEqual({
      name: "my-reviewer",
      place: "@127.0.0.1:8123",
      label: "my-reviewer",
    });
  });

  it("keep every reference that names no address", () => {
    for (const id of ["static:", "floor:silent", "openai:gpt@next", "./adapters/lora-v7", "command:./review.sh"])
      expect(nameReviewers([id]).get(id)).toEqual({ name: id, place: "", label: id });
  });

  it("leave out what a recorded reviewer is where that tells enough", () => {
    const label = (ids: string[]) => [...nameReviewers(ids).values()].map((one) => one.label);
    expect(nameReviewers(["recorded:opus"]).get("recorded:opus")).toEqual({
      name: "recorded:opus",
      place: "",
      label: "opus",
    });
    expect(label(["recorded:opus", "http://opus"])).toEqual(["recorded:opus", "opus"]);
  });

  it("take the scheme off a reviewer that is an address itself", () => {
    expect(nameReviewers(["https://review.example.org/v2"]).get("https://review.example.org/v2")?.name).toBe(
      "review.example.org/v2",
    );
  });

  it("say the place where one model is served in two", () => {
    const ids = [at("base", "10.0.0.1:8000/v1"), at("base", "10.0.0.2:8000/v1")];
    expect([...nameReviewers(ids).values()].map((one) => one.label)).toEqual([
      "base @10.0.0.1:8000",
      "base @10.0.0.2:8000",
    ]);
  });

  it("stay whole references where name and place are the same", () => {
    const ids = [at("base"), "vllm:base@http://127.0.0.1:8123"];
    expect([...nameReviewers(ids).values()].map((one) => one.label)).toEqual(ids);
  });

  it("keep what stands behind another path than /v1", () => {
    expect(nameReviewers([at("a", "host/api/v1"), at("b", "host/other")]).get(at("b", "host/other"))?.place).toBe(
      "@host/other",
    );
  });
});
