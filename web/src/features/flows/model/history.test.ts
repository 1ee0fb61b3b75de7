import { describe, expect, it } from "vitest";
import { STEPS, changed, historyOf, redone, settled, undone } from "./history";

describe("the history", () => {
  it("goes back and forth", () => {
    const history = changed(changed(historyOf("a"), "b"), "c");
    expect(undone(history).present).toBe("b");
    expect(undone(undone(undone(history))).present).toBe("a");
    expect(redone(undone(history)).present).toBe("c");
    expect(redone(history)).toBe(history);
  });

  it("forgets what was undone once something else is done", () => {
    const history = changed(undone(changed(historyOf("a"), "b")), "c");
    expect(redone(history).present).toBe("c");
    expect(undone(history).present).toBe("a");
  });

  it("undoes a text that was typed in one step, until the field is left", () => {
    const typed = changed(changed(historyOf("a"), "b", "text"), "c", "text");
    expect(undone(typed).present).toBe("a");
    expect(undone(changed(settled(typed), "d", "text")).present).toBe("c");
  });

  it("keeps so many steps", () => {
    let history = historyOf(0);
    for (let step = 1; step <= STEPS + 10; step += 1) {
      history = changed(history, step);
    }
    expect(history.past).toHaveLength(STEPS);
  });
});
