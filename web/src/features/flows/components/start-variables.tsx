import { Input } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { TEXT_CHARS } from "../model/document";
import type { Trying } from "./use-trying";

/** What the flow's variables begin with in this call; empty fields keep what they begin with in the flow. */
export function StartVariables({ trying }: { trying: Trying }) {
  const { t } = useTranslation();
  const id = useId();
  const { start, setStart, asked } = trying;
  const declared = Object.entries(asked.variables);
  return declared.length === 0 ? null : (
    <fieldset className="flow-field form-rows">
      <legend className="flow-field-label">{t("flow.simulation.variables")}</legend>
      {declared.map(([name, beginning]) => (
        <div key={name} className="flow-field">
          <label className="flow-field-label" htmlFor={id + name}>
            {name}
          </label>
          <Input
            id={id + name}
            className="flow-spaced"
            maxLength={TEXT_CHARS}
            placeholder={beginning}
            value={start.variables[name] ?? ""}
            onChange={({ target: { value } }) => {
              const others = Object.entries(start.variables).filter(([other]) => other !== name);
              const given = value === "" ? others : [...others, [name, value] as const];
              setStart({ ...start, variables: Object.fromEntries(given) });
            }}
          />
        </div>
      ))}
    </fieldset>
  );
}
