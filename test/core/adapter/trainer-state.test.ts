import { describe, expect, test } from "vitest";
import { checkpointStep, parseTrainerState } from "../../../src/core/adapter/trainer-state.ts";

describe("trainer_state.json", () => {
  test("tells step, epoch, the newest losses and the best checkpoint by its folder alone", () => {
    const text = JSON.stringify({
      global_step: 20,
      epoch: 0.5,
      best_metric: 0.9,
      best_model_checkpoint: "/mnt/box7/out/checkpoint-10/",
      log_history: [
        { step: 10, loss: 2.5, learning_rate: 1e-4 },
        { step: 10, eval_loss: 0.9 },
        { step: 20, loss: 1.5 },
        { step: 20, train_runtime: 3 },
      ],
    });
    expect(parseTrainerState(text)).toEqual({
      step: 20,
      epoch: 0.5,
      loss: 1.5,
      evalLoss: 0.9,
      bestMetric: 0.9,
      best: "checkpoint-10",
      history: [
        { step: 10, loss: 2.5, evalLoss: null },
        { step: 10, loss: null, evalLoss: 0.9 },
        { step: 20, loss: 1.5, evalLoss: null },
      ],
    });
  });

  test("a path of Windows has a last folder too", () => {
    const text = JSON.stringify({ best_model_checkpoint: "D:\\out\\checkpoint-7" });
    expect(parseTrainerState(text)?.best).toBe("checkpoint-7");
  });

  test("a loss that is NaN is none, not the one before it", () => {
    const text = '{"log_history": [{"step": 1, "loss": 2.0}, {"step": 2, "loss": NaN}]}';
    expect(parseTrainerState(text)?.loss).toBeNull();
  });

  test("null and missing fields are null", () => {
    const none = { step: null, epoch: null, loss: null, evalLoss: null, bestMetric: null, best: null, history: [] };
    expect(parseTrainerState('{"best_model_checkpoint": null, "best_metric": null}')).toEqual(none);
  });

  test.each(["", "{", "[]", '{"global_step": "ten"}'])("%j is none", (text) => {
    expect(parseTrainerState(text)).toBeNull();
  });
});

test("the step stands in the folder's name", () => {
  expect(["checkpoint-500", "checkpoint-", "checkpoint-5b", "final"].map(checkpointStep)).toEqual([
    500,
    null,
    null,
    null,
  ]);
});
