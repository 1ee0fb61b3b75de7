import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import i18next from "i18next";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startTranslation } from "../../../locales/translation";
import { SignInPage } from "./sign-in-page";

function answer(status: number, body: unknown, kind = "application/json"): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": kind } });
}

function show(onSignedIn: () => void) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SignInPage onSignedIn={onSignedIn} />
    </QueryClientProvider>,
  );
  fireEvent.change(screen.getByLabelText("E-mail address"), { target: { value: "a@b.c" } });
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: "secret" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("the sign-in page", () => {
  beforeAll(async () => {
    await startTranslation();
  });

  beforeEach(async () => {
    await i18next.changeLanguage("en");
  });

  it("tells a wrong password in the reader's language, by the problem's code", async () => {
    const problem = { code: "wrong_credentials", detail: "…", request_id: "r", status: 401 };
    const server = vi
      .spyOn(globalThis, "fetch")
      .mockResolvedValue(answer(401, problem, "application/problem+json"));
    const onSignedIn = vi.fn();

    show(onSignedIn);

    await screen.findByText("The e-mail address or the password is wrong.");
    expect(server).toHaveBeenCalledOnce();
    expect(onSignedIn).not.toHaveBeenCalled();
  });

  it("goes on once the server knows the person", async () => {
    const me = { user: { name: "Li Lei", role: "agent" }, enterprise: { time_zone: "UTC" } };
    vi.spyOn(globalThis, "fetch").mockImplementation((request) =>
      Promise.resolve(
        request instanceof Request && request.method === "POST"
          ? answer(201, { token: "t", ...me })
          : answer(200, me),
      ),
    );
    const onSignedIn = vi.fn();

    show(onSignedIn);

    await waitFor(() => {
      expect(onSignedIn).toHaveBeenCalledOnce();
    });
  });
});
