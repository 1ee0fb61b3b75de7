import { describe, expect, it } from "vitest";
import { fieldOf, settingsOf, valuesOf } from "./values";

describe("the form of a trunk", () => {
  it("gives back the settings it was made of", () => {
    const settings = settingsOf({
      ...valuesOf(undefined),
      name: "carrier",
      dials: true,
      registers: true,
    });
    expect(settingsOf(valuesOf(settings))).toEqual(settings);
  });

  it("leaves out what is switched off and passwords that were not typed", () => {
    const values = valuesOf(undefined);
    values.challenged = true;
    values.dials = true;
    values.outbound.credentials = { user: "me", password: "" };
    expect(settingsOf(values).outbound).toMatchObject({
      credentials: { user: "me" },
      registration: null,
    });
    expect(settingsOf(valuesOf(undefined)).outbound).toBeNull();
  });

  it("holds a source that is to be added beside those that are there", () => {
    const settings = settingsOf(valuesOf(undefined, "192.0.2.1"));
    expect(valuesOf(settings, "192.0.2.2").inbound.sources).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  it("finds the field that the server complains about", () => {
    expect(fieldOf("/outbound/gateways/0/port")).toEqual(["outbound", "gateways", 0, "port"]);
    expect(fieldOf("/inbound/sources/1")).toEqual(["inbound", "sources"]);
    expect(fieldOf("/dialing/short_numbers/0")).toEqual(["dialing", "short_numbers"]);
  });
});
